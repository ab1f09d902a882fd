/**
 * People at work: each makes its calls one after the other, most through an MCP server of their own, some by starting
 * `orch run` anew for each. Some calls are cancelled; some processes are stopped in the middle of a call, or killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { McpPeer, type Message } from '../peers.ts';
import { seededRandom } from '../seeded-random.ts';

export interface SessionOptions {
  processes: number;
  calls: number;
  stops: number;
  kills: number;
  /** How long a stopped process is stopped. */
  stopMs: number;
  seed: number;
  env: Record<string, string>;
  cwd: string;
  /** After each call, with the number of those that are over. */
  onCall?: (done: number) => void;
}

/** How a call ended for whoever made it. */
export interface Ended {
  call: string;
  /** `answered`, `cancelled`, `killed`, or the code of the error. */
  outcome: string;
  runId?: string;
  /** Requests that it took; known of an answer. */
  attempts?: number;
}

type Harm = 'stop' | 'kill';

interface Caller {
  /** Undefined if it has gone. */
  child(): ChildProcess | undefined;
  call(name: string, args: Message, cancelAfterMs: number | undefined): Promise<Omit<Ended, 'call'>>;
  close(): Promise<void>;
}

const cliShare = 5;
/** How long somebody waits who was told that the budget cannot be reached. */
const unavailableMs = 3000;

export async function runSessions(options: SessionOptions): Promise<Ended[]> {
  const { processes, calls, seed, onCall } = options;
  const ended: Ended[] = [];
  const harms = planHarm(options);
  const work = async (session: number) => {
    const random = seededRandom(seed * 1000 + session);
    const caller = session % cliShare === 0 ? cliCaller(options) : mcpCaller(options);
    for (let number = 0; number < calls; number++) {
      const name = `${session}-${number}`;
      const cancelAfterMs = random() < 0.08 ? random() * 1500 : undefined;
      const calling = caller.call(name, argumentsOf(name, random), cancelAfterMs);
      const harm = harms.get(name);
      const [result] = await Promise.all([calling, harm && inflict(harm, caller, random() * 600, options)]);
      ended.push({ call: name, ...result });
      onCall?.(ended.length);
      // Otherwise most calls would be made, and fail at once, while there is no budget.
      if (result.outcome === 'budget-unavailable') await delay(unavailableMs);
    }
    await caller.close();
  };
  await Promise.all(Array.from({ length: processes }, (_, session) => work(session)));
  return ended;
}

/** Each in another session, as far as there are enough, and in its first half: later a budget may be used up. */
function planHarm({ processes, calls, stops, kills, seed }: SessionOptions): Map<string, Harm> {
  const random = seededRandom(seed);
  const order = Array.from({ length: processes }, (_, session) => ({ session, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ session }) => session);
  return new Map(
    Array.from({ length: stops + kills }, (_, at): [string, Harm] => {
      const number = Math.floor(random() * Math.ceil(calls / 2));
      return [`${order[at % processes]}-${number}`, at < kills ? 'kill' : 'stop'];
    }),
  );
}

async function inflict(harm: Harm, caller: Caller, afterMs: number, { stopMs }: SessionOptions) {
  await delay(afterMs);
  const child = caller.child();
  if (harm === 'kill') {
    child?.kill('SIGKILL');
    return;
  }
  child?.kill('SIGSTOP');
  await delay(stopMs);
  child?.kill('SIGCONT');
}

/** The tools have no field for the tier. */
function argumentsOf(name: string, random: () => number): Message {
  const words = 'the quick brown fox jumps over the lazy dog '.repeat(1 + Math.floor(random() * 40));
  const input = `call=${name} describe this: ${words}`;
  const kind = random();
  if (kind < 0.5) return { task: 'docs', input };
  if (kind < 0.65) return { task: 'docs', input, tier: 'flex' };
  if (kind < 0.75) return { task: 'docs', input, forceModel: 'full' };
  return { task: 'deep_reasoning', input, effort: 'low' };
}

function mcpCaller({ env, cwd }: SessionOptions): Caller {
  let peer: McpPeer | undefined;
  let gone: Promise<'gone'>;
  return {
    child: () => peer?.child,
    async call(_name, { tier: _tier, ...args }, cancelAfterMs) {
      if (!peer) {
        peer = new McpPeer({ env, cwd });
        gone = once(peer.child, 'exit').then(() => 'gone');
        await Promise.race([peer.initialize(), gone]);
      }
      const own = peer;
      const { id, answer } = own.request('tools/call', { name: 'delegate.run', arguments: args });
      const cancelled = new Promise<'cancelled'>((settle) => {
        if (cancelAfterMs === undefined) return;
        setTimeout(() => {
          if (!own.forget(id)) return;
          own.notify('notifications/cancelled', { requestId: id });
          settle('cancelled');
        }, cancelAfterMs);
      });
      const message = await Promise.race([answer, gone, cancelled]);
      if (message === 'cancelled') return { outcome: 'cancelled' };
      if (message === 'gone') {
        peer = undefined;
        return { outcome: 'killed' };
      }
      const { result } = message;
      if (result?.structuredContent) return answered(result.structuredContent);
      const text: string = result?.content?.[0]?.text ?? JSON.stringify(message);
      return failed(/^([a-z-]+):/.exec(text)?.[1] ?? text, / run (\S+?)\)?$/m.exec(text)?.[1]);
    },
    async close() {
      await peer?.stop();
    },
  };
}

function cliCaller({ env, cwd }: SessionOptions): Caller {
  let child: ChildProcess | undefined;
  return {
    child: () => child,
    async call(_name, { task, input, ...rest }, cancelAfterMs) {
      const flags = Object.entries(rest).flatMap(([key, value]) => [
        key === 'forceModel' ? '--force-model' : `--${key}`,
        String(value),
      ]);
      const own = spawn(
        process.execPath,
        [resolve('bin/orch.js'), 'run', task, input, '--json', '--no-stdin', ...flags],
        { cwd, env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['ignore', 'pipe', 'ignore'] },
      );
      child = own;
      let stdout = '';
      own.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
        stdout += chunk;
      });
      const timer =
        cancelAfterMs === undefined ? undefined : setTimeout(() => own.kill('SIGINT'), cancelAfterMs);
      const [, signal] = await once(own, 'close');
      clearTimeout(timer);
      if (signal === 'SIGKILL') return { outcome: 'killed' };
      if (stdout === '') return { outcome: signal ?? 'interrupted' };
      const output = JSON.parse(stdout);
      if (output.error) return failed(output.error.code, output.error.details?.run_id);
      return answered(output);
    },
    close: async () => undefined,
  };
}

function answered({ meta }: Message): Omit<Ended, 'call'> {
  return { outcome: 'answered', runId: meta.run_id, attempts: meta.attempts.length };
}

function failed(outcome: string, runId: string | undefined): Omit<Ended, 'call'> {
  return { outcome, ...(runId === undefined ? {} : { runId }) };
}
