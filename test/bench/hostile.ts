/**
 * Attacks on the built `orch`: `npm run bench:hostile [-- --class reading] [--only id] [--seed 7] [--kills 300]
 * [--lanes 2] [--list]`. Each attack does what a hostile repository, answer, server, client, link, configuration or
 * kill would do, and judges what came of it by its effects. Prints tried and failed per class; exits with 1 when an
 * attack succeeded or could not be staged. ORCH_HOSTILE_BIN names another build's `bin/orch.js`.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { type Attack, type AttackClass, attackClasses } from './hostile/attack.ts';
import { changes } from './hostile/changes.ts';
import { configuration } from './hostile/configuration.ts';
import { execution } from './hostile/execution.ts';
import { hangs } from './hostile/hangs.ts';
import { kept } from './hostile/kept.ts';
import { kills } from './hostile/kills.ts';
import { races } from './hostile/races.ts';
import { reading } from './hostile/reading.ts';
import { search } from './hostile/search.ts';
import { slow } from './hostile/slow.ts';
import { Stage } from './hostile/stage.ts';
import { text } from './hostile/text.ts';
import { writing } from './hostile/writing.ts';
import { seededRandom } from './seeded-random.ts';

const { values } = parseArgs({
  options: {
    class: { type: 'string', multiple: true },
    /** An id or the beginning of some. */
    only: { type: 'string', multiple: true },
    seed: { type: 'string' },
    /** Random moments in all. */
    kills: { type: 'string', default: '48' },
    /** Attacks at the same time. */
    lanes: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
    /** Prints how long each attack took, slowest first. */
    times: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
for (const name of values.class ?? []) {
  if (!attackClasses.includes(name as AttackClass)) throw new Error(`no such class: ${name}`);
}

const stage = await Stage.open();
const makers = [reading, writing, execution, configuration, hangs, text, races, changes, kept, slow, search];

interface Outcome {
  attack: Attack;
  failure: string | undefined;
  ms: number;
}

const chosen = [
  ...makers.flatMap((make) => make(stage)),
  ...kills(stage, seededRandom(seed), Number(values.kills)),
]
  .filter(({ id }) => !values.class || values.class.includes(id.split('/')[0]!))
  .filter(({ id }) => !values.only || values.only.some((only) => id === only || id.startsWith(only)));
const twice = chosen.find(({ id }, at) => chosen.findIndex((other) => other.id === id) !== at);
if (twice) throw new Error(`two attacks are called ${twice.id}`);

async function attempt(attack: Attack): Promise<Outcome> {
  const started = performance.now();
  let failure: string | undefined;
  try {
    failure = await attack.run();
  } catch (error) {
    failure =
      error instanceof Error && /^not staged/.test(error.message)
        ? error.message
        : `THREW ${String((error as Error).stack)}`;
  }
  return { attack, failure, ms: performance.now() - started };
}

const outcomes: Outcome[] = [];
async function lane(queue: Attack[]): Promise<void> {
  for (let attack = queue.shift(); attack; attack = queue.shift()) {
    const outcome = await attempt(attack);
    outcomes.push(outcome);
    if (outcome.failure !== undefined) {
      console.log(`FAILED ${attack.id}: ${outcome.failure}\n       (${attack.tries})`);
    }
  }
}

const started = performance.now();
if (values.list) {
  for (const { id, tries } of chosen) console.log(`${id}: ${tries}`);
  await stage.close();
} else {
  try {
    const queue = [...chosen];
    await Promise.all(Array.from({ length: Number(values.lanes) }, () => lane(queue)));
  } finally {
    await stage.close();
  }
  if (values.times) {
    for (const { attack, ms } of outcomes.toSorted((a, b) => b.ms - a.ms).slice(0, 40)) {
      console.log(`${(ms / 1000).toFixed(1).padStart(6)} s  ${attack.id}`);
    }
  }
  console.log(`\n${'class'.padEnd(14)} tried failed`);
  for (const name of attackClasses) {
    const own = outcomes.filter(({ attack }) => attack.id.startsWith(`${name}/`));
    if (own.length > 0) row(name, own);
  }
  row('all', outcomes);
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s, seed ${seed}`);
  process.exitCode = outcomes.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

function row(name: string, own: readonly Outcome[]): void {
  const failed = own.filter(({ failure }) => failure !== undefined).length;
  console.log(`${name.padEnd(14)} ${String(own.length).padStart(5)} ${String(failed).padStart(6)}`);
}
