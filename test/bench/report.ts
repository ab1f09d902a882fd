/**
 * `npm run bench:report [-- ROWS]`: writes a ledger of 1,000,000 rows (about 278 MB; the same bytes every time) into a
 * temporary folder, then has the built `orch usage report` and mawk add it up by model and day, in turns. Compares the
 * sums, and prints the times, their ratio and the most memory that was resident, also for a tenth of the rows. Exits
 * with 1 where the sums differ, `orch` takes more than three times as long as mawk, or holds more than 150 MB, also of a
 * fifth of the rows, a third of them estimates.
 *
 * `npm run bench:report -- --writers 64`: so many processes append to a ledger, 1,000 rows each, while reports of it are
 * made one after the other. Exits with 1 where a report has a torn row or fewer rows than the one before it, or the
 * last one lacks any.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { encodeRecord, headerRow } from '../../src/core/record/csv.ts';
import type { UsageReport } from '../../src/core/record/report/usage-report.ts';
import { usageColumns } from '../../src/core/record/usage-record.ts';
import { usageRecord } from '../helpers/usage-record.ts';
import { seededRandom } from './seeded-random.ts';

const orch = resolve('bin/orch.js');
const mostRatio = 3;
const mostMb = 150;
const rounds = 3;

const folder = mkdtempSync(join(tmpdir(), 'orch-bench-report-'));
try {
  const writers = process.argv.indexOf('--writers');
  const isGood = writers === -1 ? compare(Number(process.argv[2] ?? 1_000_000)) : await watch(writers);
  process.exitCode = isGood ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Sums {
  attempts: number;
  input: number;
  cached: number;
  output: number;
  reasoning: number;
  /** In billionths of a dollar: exact. */
  cost: number;
  baseline: number;
}

function compare(rows: number): boolean {
  const path = join(folder, 'usage.csv');
  const truth = writeLedger(path, rows);
  const megabytes = statSync(path).size / 1e6;
  console.log(`${rows} rows, ${megabytes.toFixed(0)} MB, ${truth.size} groups`);
  const times = { orch: [] as number[], mawk: [] as number[] };
  let most = 0;
  let areSame = true;
  for (let round = 0; round < rounds; round++) {
    const ours = runOrch(path);
    const theirs = runMawk(path);
    times.orch.push(ours.ms);
    times.mawk.push(theirs.ms);
    most = Math.max(most, ours.megabytes);
    areSame &&= isSame(truth, sumsOf(ours.report), 0) && isSame(truth, theirs.sums, 1000);
    console.log(
      `orch ${ours.ms.toFixed(0)} ms, ${ours.megabytes.toFixed(0)} MB; mawk ${theirs.ms.toFixed(0)} ms`,
    );
  }
  const few = join(folder, 'few.csv');
  writeLedger(few, rows / 10);
  const ofFew = runOrch(few).megabytes;
  const guessed = join(folder, 'estimates.csv');
  writeLedger(guessed, rows / 5, true);
  const ofEstimates = runOrch(guessed).megabytes;
  const ratio = Math.min(...times.orch) / Math.min(...times.mawk);
  console.log(`times mawk: ${ratio.toFixed(2)} (at most ${mostRatio})`);
  console.log(
    `most memory: ${most.toFixed(0)} MB (at most ${mostMb}), of a tenth of the rows ${ofFew.toFixed(0)} MB, of a fifth, a third of them estimates, ${ofEstimates.toFixed(0)} MB`,
  );
  console.log(`sums: ${areSame ? 'the same, money to the billionth' : 'DIFFERENT'}`);
  return areSame && ratio <= mostRatio && Math.max(most, ofEstimates) <= mostMb;
}

/** Returns the sums by model and day. `withEstimates`: every third row is one. */
function writeLedger(path: string, rows: number, withEstimates = false): Map<string, Sums> {
  const random = seededRandom(12);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
  const models = ['gpt-5-mini-2025-08-07', 'gpt-5-2025-08-07', 'gpt-5-nano', 'gpt-6.2-sol', 'gpt-6.2-terra'];
  const tasks = ['tests', 'docs', 'refactor', 'code_generate', 'deep_reasoning'];
  const sums = new Map<string, Sums>();
  const descriptor = openSync(path, 'w');
  let text = `${headerRow}\n`;
  const start = Date.parse('2026-01-01T00:00:00Z');
  const id = () =>
    Array.from({ length: 4 }, () =>
      Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  let run = id();
  let attempt = 0;
  for (let row = 0; row < rows; row++) {
    const continues = attempt > 0 && random() < 0.1;
    attempt = continues ? attempt + 1 : 1;
    if (!continues) run = id();
    const failed = random() < 0.08;
    const model = pick(models);
    const input = Math.floor(random() * 30_000);
    const cached = Math.floor(input * random());
    const output = Math.floor(random() * 4000);
    const reasoning = Math.floor(output * random());
    const cost = input * 250 + output * 2000 + Math.floor(random() * 1000);
    const ts = new Date(
      start + Math.floor((row / rows) * 365 * 86_400_000) + Math.floor(random() * 60_000),
    ).toISOString();
    const record = usageRecord({
      ts,
      run_id: run,
      attempt,
      response_id: `resp_${id().slice(16)}`,
      task: pick(tasks),
      language: pick(['typescript', 'python', 'go', undefined]),
      effort: pick(['low', 'medium', 'high']),
      model_requested: model.replace(/-2025.*/, ''),
      model_served: model,
      escalated_from: continues ? 'gpt-5' : undefined,
      latency_ms: Math.floor(400 * Math.exp(4 * random())),
      input_tokens: input,
      cached_input_tokens: cached,
      output_tokens: output,
      reasoning_tokens: reasoning,
      error: failed ? 'server-error' : undefined,
      cost_usd: cost / 1e9,
      cost_source: withEstimates && row % 3 === 0 ? 'estimated' : 'catalog',
      cost_forecast_usd: (cost * 3) / 1e9,
      baseline_cost_usd: (cost * 5) / 1e9,
      project: pick(['acme', 'website', undefined]),
    });
    text += `${encodeRecord(record)}\n`;
    if (text.length > 1 << 20) {
      writeSync(descriptor, text);
      text = '';
    }
    add(sums, `${model} ${ts.slice(0, 10)}`, {
      attempts: 1,
      input,
      cached,
      output,
      reasoning,
      cost,
      baseline: cost * 5,
    });
  }
  writeSync(descriptor, text);
  closeSync(descriptor);
  return sums;
}

function add(sums: Map<string, Sums>, key: string, more: Sums): void {
  const known = sums.get(key);
  if (!known) sums.set(key, more);
  else for (const name of Object.keys(more) as (keyof Sums)[]) known[name] += more[name];
}

function isSame(truth: Map<string, Sums>, found: Map<string, Sums>, tolerance: number): boolean {
  return (
    truth.size === found.size &&
    [...truth].every(([key, sums]) =>
      (Object.keys(sums) as (keyof Sums)[]).every((name) => {
        const isMoney = name === 'cost' || name === 'baseline';
        return Math.abs(sums[name] - (found.get(key)?.[name] ?? Number.NaN)) <= (isMoney ? tolerance : 0);
      }),
    )
  );
}

function runOrch(path: string): { ms: number; megabytes: number; report: UsageReport } {
  const peak = join(folder, 'peak');
  const hook = join(folder, 'peak.cjs');
  const descriptor = openSync(hook, 'w');
  const write = `require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS))`;
  writeSync(descriptor, `process.on('exit', () => ${write});`);
  closeSync(descriptor);
  const args = [orch, 'usage', 'report', path, '--by', 'model,day', '--timezone', 'UTC', '--json'];
  const { ms, stdout } = timed(process.execPath, args, { NODE_OPTIONS: `--require ${hook}` });
  return { ms, megabytes: Number(readFileSync(peak, 'utf8')) / 1024, report: JSON.parse(stdout) };
}

function sumsOf({ groups }: UsageReport): Map<string, Sums> {
  const nano = (usd: number | null) => Math.round((usd ?? Number.NaN) * 1e9);
  return new Map(
    groups.map((group) => [
      `${group.key.model} ${group.key.day}`,
      {
        attempts: group.attempts,
        input: group.input_tokens,
        cached: group.cached_input_tokens,
        output: group.output_tokens,
        reasoning: group.reasoning_tokens,
        cost: nano(group.cost_usd),
        baseline: nano(group.baseline_cost_usd),
      },
    ]),
  );
}

function runMawk(path: string): { ms: number; sums: Map<string, Sums> } {
  const at = (column: (typeof usageColumns)[number]) => `$${usageColumns.indexOf(column) + 1}`;
  const script = `NR > 1 {
    key = ${at('model_served')} " " substr(${at('ts')}, 1, 10)
    attempts[key]++
    input[key] += ${at('input_tokens')}
    cached[key] += ${at('cached_input_tokens')}
    output[key] += ${at('output_tokens')}
    reasoning[key] += ${at('reasoning_tokens')}
    cost[key] += ${at('cost_usd')}
    baseline[key] += ${at('baseline_cost_usd')}
    if (${at('error')} != "") failures[key]++
    else latency[key] += ${at('latency_ms')}
  }
  END {
    for (key in attempts) printf "%s %d %.0f %.0f %.0f %.0f %.12f %.12f\\n", key, attempts[key], input[key], cached[key], output[key], reasoning[key], cost[key], baseline[key]
  }`;
  const { ms, stdout } = timed('mawk', ['-F,', script, path]);
  const sums = new Map<string, Sums>();
  for (const line of stdout.trim().split('\n')) {
    const [model, day, ...numbers] = line.split(' ');
    const [attempts, input, cached, output, reasoning, cost, baseline] = numbers.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    sums.set(`${model} ${day}`, {
      attempts,
      input,
      cached,
      output,
      reasoning,
      cost: Math.round(cost * 1e9),
      baseline: Math.round(baseline * 1e9),
    });
  }
  return { ms, sums };
}

function timed(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): { ms: number; stdout: string } {
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const ms = performance.now() - started;
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
  return { ms, stdout };
}

async function watch(option: number): Promise<boolean> {
  const writers = Number(process.argv[option + 1] ?? 64);
  const appends = 1000;
  const readers = 8;
  const script = join(folder, 'writer.mjs');
  await build({
    stdin: {
      contents: `
        import { once } from 'node:events';
        import { csvLedger } from './src/adapters/ledger/csv-ledger.ts';
        import { usageRecord } from './test/helpers/usage-record.ts';
        const [path, name, appends] = process.argv.slice(2);
        const ledger = csvLedger({ path });
        process.stdout.write('ready');
        await once(process.stdin, 'data');
        for (let index = 1; index <= Number(appends); index++) {
          const project = 'x'.repeat((Number(name) * index * 37) % 3000) + ', "quoted"';
          await ledger.append([usageRecord({ run_id: name + '-' + index, cost_usd: 0.000000001, project })]);
        }
        process.stdin.destroy();
      `,
      resolveDir: resolve('.'),
      loader: 'ts',
    },
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  const path = join(folder, 'shared.csv');
  const children = Array.from({ length: writers }, (_, name) =>
    spawn(process.execPath, [script, path, String(name), String(appends)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  const ends = children.map((child) => once(child, 'exit'));
  let areRunning = true;
  const end = Promise.all(ends).then(() => {
    areRunning = false;
  });
  for (const child of children) child.stdin.write('go');
  let reports = 0;
  let torn = 0;
  let lost = 0;
  /** Returns how many attempts there are, of which there were `before`. */
  const look = async (before: number): Promise<number> => {
    const child = spawn(process.execPath, [orch, 'usage', 'report', path, '--by', 'task', '--json'], {
      env: { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    await once(child, 'close');
    if (text === '') return before;
    const { total, skipped_rows } = JSON.parse(text) as UsageReport;
    reports++;
    torn += skipped_rows;
    lost += Math.max(0, before - total.attempts);
    return total.attempts;
  };
  const keepLooking = async () => {
    for (let seen = 0; areRunning; ) seen = await look(seen);
  };
  await Promise.all([end, ...Array.from({ length: readers }, keepLooking)]);
  const last = await look(0);
  const whole = writers * appends;
  console.log(
    `${writers} writers, ${whole} rows, ${reports} reports: ${torn} torn rows, ${lost + whole - last} lost`,
  );
  return torn === 0 && lost === 0 && last === whole;
}
