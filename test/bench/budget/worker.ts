/**
 * One process of the stress test: calls with retries, hops and cancels under a budget that others share. It writes what
 * it is about to do, and what is done, to a file of its own, which outlives it.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../seeded-random.ts';
import { daily, day, openBudget, type Place } from './place.ts';

export type WorkerJob = Place & {
  calls: number;
  seed: number;
  budget: number;
  /** Address of the stand-in for the provider. */
  provider: string;
  notes: string;
};

/** What a worker writes about one reservation. */
export interface Note {
  step:
    | 'committing'
    | 'committed'
    | 'settling'
    | 'settled'
    | 'estimated'
    | 'unavailable'
    | 'refused'
    | 'anew';
  id?: string;
  nano?: number;
}

const cancelAfterMs = 400;
const attempts = 3;

async function work({ calls, seed, budget: nano, provider, notes, ...place }: WorkerJob): Promise<void> {
  const random = seededRandom(seed);
  const note = (entry: Note) => appendFileSync(notes, `${JSON.stringify(entry)}\n`);
  const budget = await openBudget(place, async (_row, amount) => note({ step: 'estimated', nano: amount }));

  async function attempt(): Promise<'answered' | 'failed' | 'refused' | 'anew'> {
    const worst = 1000 + Math.floor(random() * 9000);
    const row = { task: 'tests', worst, note: 'x'.repeat(500) };
    const answer = await budget.reserve({ day, project: '', nano: worst, limits: [daily(nano)], row });
    if ('refused' in answer) return 'refused';
    const { id } = answer;
    // Between a reservation and the request there is work, and a process may be stopped in it.
    await delay(random() * 20);
    if (random() < 0.1) {
      await budget.release(id);
      return 'failed';
    }
    note({ step: 'committing', id, nano: worst });
    if (!(await budget.commit(id))) return 'anew';
    note({ step: 'committed', id, nano: worst });
    const spent = await send(worst).catch(() => worst);
    note({ step: 'settling', id, nano: spent });
    await budget.settle(id, spent);
    note({ step: 'settled', id, nano: spent });
    return spent === 0 || spent === worst ? 'failed' : 'answered';
  }

  /** What it cost by the provider's own word. Rejects if there is none. */
  async function send(worst: number): Promise<number> {
    const response = await fetch(provider, {
      method: 'POST',
      body: String(worst),
      signal: AbortSignal.timeout(cancelAfterMs),
    });
    if (!response.ok) return 0;
    return Number(await response.text());
  }

  for (let call = 0; call < calls; call++) {
    for (let tries = 0; tries < attempts; tries++) {
      const outcome = await attempt().catch(() => 'unavailable' as const);
      if (outcome === 'unavailable' || outcome === 'refused' || outcome === 'anew') note({ step: outcome });
      if (outcome === 'unavailable') await delay(50);
      if (outcome === 'answered' || outcome === 'refused') break;
    }
  }
  await budget.close();
}

await work(JSON.parse(process.argv[2]!) as WorkerJob);
