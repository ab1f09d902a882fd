/** Many processes under one budget, some of which are stopped or killed; and the sums that must come out. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { seededRandom } from '../seeded-random.ts';
import { type LeaseReport, watchLeases } from './lease-watch.ts';
import { daily, day, openBudget, type Place } from './place.ts';
import type { Note, WorkerJob } from './worker.ts';

export interface StressOptions {
  place: Place;
  processes: number;
  calls: number;
  /** In billionths of a dollar; an attempt reserves 1,000 to 10,000. */
  budget: number;
  seed: number;
  /** How long a stopped process is stopped. */
  stopMs: number;
  stops: number;
  kills: number;
  /** Called once, while all work. */
  disturb?: () => Promise<void>;
}

export interface StressReport {
  /** By the stand-in's own count. */
  billed: number;
  requests: number;
  settled: number;
  open: number;
  /** What the workers' notes allow the settled sum to be. */
  least: number;
  most: number;
  estimated: number;
  counts: Record<string, number>;
  leases: LeaseReport;
  /** What was wrong; empty if nothing was. */
  faults: string[];
}

export async function stress(options: StressOptions): Promise<StressReport> {
  const { place, processes, calls, budget, seed, stopMs } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'orch-budget-'));
  const script = join(resolve('node_modules/.cache/orch'), `budget-worker-${process.pid}-${seed}.mjs`);
  const random = seededRandom(seed);
  const provider = await startProvider(random);
  await build({
    entryPoints: [resolve('test/bench/budget/worker.ts')],
    outfile: script,
    // The packages as well: to load them from their own many files takes as long as all else of a worker's start.
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  try {
    const notes = Array.from({ length: processes }, (_, index) => join(scratch, `${index}.txt`));
    const workers = notes.map((file, index) => {
      const job: WorkerJob = {
        ...place,
        calls,
        seed: seed + index,
        budget,
        provider: provider.url,
        notes: file,
      };
      return spawn(process.execPath, [script, JSON.stringify(job)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
    });
    const watch = watchLeases(place);
    const exits = workers.map((worker) => once(worker, 'exit'));
    await Promise.all([harm(workers, notes, options, random), Promise.all(exits)]);
    // Whatever was reserved by those who have gone is over now.
    await delay(place.leaseMs + 50);
    const observer = await openBudget(place, async () => undefined);
    const standing = (await observer.state([daily(budget)], day))[0]!;
    await observer.close();
    const leases = await watch.stop();
    const report = judge({ ...standing, ...provider.count }, readNotes(notes), budget, stopMs);
    return { ...report, leases, faults: [...report.faults, ...leases.faults] };
  } finally {
    provider.close();
    rmSync(scratch, { recursive: true });
    rmSync(script, { force: true });
  }
}

/** Stops and kills at random moments; resolves when every stopped process goes on. */
async function harm(
  workers: readonly ChildProcess[],
  notes: readonly string[],
  { stops, kills, stopMs, disturb }: StressOptions,
  random: () => number,
): Promise<void> {
  const order = workers
    .map((worker, index) => ({ worker, index, rank: random() }))
    .sort((a, b) => a.rank - b.rank);
  /** At a random moment of its work, not while it starts. */
  const atWork = async (index: number) => {
    while (!existsSync(notes[index]!) && workers[index]!.exitCode === null) await delay(5);
    await delay(random() * 400);
  };
  await Promise.all([
    ...order.slice(0, kills).map(async ({ worker, index }) => {
      await atWork(index);
      worker.kill('SIGKILL');
    }),
    ...order.slice(kills, kills + stops).map(async ({ worker, index }) => {
      await atWork(index);
      worker.kill('SIGSTOP');
      await delay(stopMs);
      worker.kill('SIGCONT');
    }),
    disturb?.(),
  ]);
}

function readNotes(files: readonly string[]): Note[] {
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as Note);
}

function judge(
  { settled, open, billed, requests }: { settled: number; open: number; billed: number; requests: number },
  notes: readonly Note[],
  budget: number,
  stopMs: number,
): Omit<StressReport, 'leases'> {
  const counts: Record<string, number> = { stopMs };
  const reservations = new Map<string, Map<Note['step'], number>>();
  for (const { step, id, nano = 0 } of notes) {
    counts[step] = (counts[step] ?? 0) + 1;
    if (id === undefined) continue;
    reservations.set(id, (reservations.get(id) ?? new Map()).set(step, nano));
  }
  let least = 0;
  let most = 0;
  for (const steps of reservations.values()) {
    const worst = steps.get('committing') ?? 0;
    const done = steps.get('settled');
    // Killed before it heard that it was settled, or committed: either may be the case.
    least += done ?? steps.get('settling') ?? steps.get('committed') ?? 0;
    most += done ?? worst;
  }
  const faults = [
    billed > budget && `${billed} was billed under a budget of ${budget}`,
    settled > budget && `${settled} is settled under a budget of ${budget}`,
    settled < billed && `${billed} was billed, and only ${settled} is settled`,
    open !== 0 && `${open} is still reserved by processes that have gone`,
    settled < least && `${settled} is settled, and the processes have settled at least ${least}`,
    settled > most && `${settled} is settled, and the processes have spent at most ${most}`,
  ].filter((fault) => fault !== false);
  return { billed, requests, settled, open, least, most, estimated: counts.estimated ?? 0, counts, faults };
}

/** Bills at most what a request allows, and then answers, fails, breaks off or says nothing. */
async function startProvider(random: () => number) {
  const count = { billed: 0, requests: 0 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    count.requests++;
    const kind = random();
    if (kind < 0.15) {
      response.writeHead(500).end();
      return;
    }
    const cost = 1 + Math.floor(random() * (Number(body) - 1));
    count.billed += cost;
    if (kind < 0.25) response.destroy();
    else if (kind > 0.35) setTimeout(() => response.end(String(cost)), random() * 30);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    count,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
