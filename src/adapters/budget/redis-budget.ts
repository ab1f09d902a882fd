/** A budget in Redis or Valkey, shared by all machines that are given its address. */
import type { Limit, Row, Standing, Sum } from '../../core/budget/state.ts';
import { eachDay } from '../../core/budget/windows.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { type Budget, type BudgetOptions, defaultLeaseMs } from '../../engine/budget.ts';
import { RedisConnection } from './redis-connection.ts';
import { redisFault } from './redis-errors.ts';
import { readReply, type ScriptOperation } from './redis-reply.ts';
import { redisKeys, redisScript } from './redis-script.ts';
import { Reservations } from './reservations.ts';
import type { SeenMark, SeenMarks } from './seen-marks.ts';

/**
 * Does nothing, but counts as one that writes: a replica and a server that is full refuse it. Servers before Redis 7 do
 * not know such a first line, and are not asked further.
 */
const writableProbe = '#!lua\nreturn 1';

/** What usage records hold. */
export interface Summed {
  sums: readonly Sum[];
  /** Of the reservations that were asked for: what the sums hold of them already. */
  counted?: readonly (readonly [id: string, ...Sum])[];
}

/** Reads usage records; `open` are the rows that they may hold of reservations which are not settled. */
export type ReadSums = (open: readonly (readonly [id: string, row: Row])[]) => Promise<Summed>;

export interface RedisBudget extends Budget {
  /**
   * Replaces the sums; until this was done once, and where the server has lost its data, nothing can be reserved.
   * Meanwhile nothing can be either, and what is settled counts exactly once. If `read` rejects, so does this, and the
   * old sums hold again. Returns how many billionths of a dollar
   * less are counted than before, of the days from `since` on: 0 where that is not known.
   */
  rebuild(read: ReadSums, since?: string): Promise<number>;
}

type RedisBudgetOptions = Pick<BudgetOptions, 'newId' | 'onEstimated' | 'leaseMs'> & {
  url: string;
  /** Default: nothing is remembered beside the server, which is believed whatever it says. */
  seen?: SeenMarks;
};

export function redisBudget({
  url,
  newId,
  onEstimated,
  leaseMs = defaultLeaseMs,
  seen,
}: RedisBudgetOptions): RedisBudget {
  const connection = new RedisConnection(url);
  const own = new Reservations(leaseMs, async () => void (await run('renew', { ids: own.ids })));

  async function run(
    operation: ScriptOperation,
    values: { limits?: readonly unknown[]; marks?: readonly SeenMark[]; [name: string]: unknown },
  ): Promise<{ status: string; rest: string[]; estimated: string[] }> {
    const answer = await connection
      .run(redisScript, redisKeys, [
        operation,
        JSON.stringify({ leaseMs, ...values, marks: (values.marks ?? seen?.known() ?? []).map(exactMark) }),
      ])
      .catch(async (error: unknown) => {
        throw await unavailable(connection.name, error);
      });
    const reply = readReply(answer, operation, values.limits?.length ?? 0);
    if (reply === undefined) throw await unavailable(connection.name, new Error('Protocol error'));
    const { status, estimated, last } = reply;
    // Who only looks writes nothing.
    if (last) seen?.noteOther(last, operation !== 'state');
    if (status === 'lost' || status === 'rebuilding' || status === 'other')
      throw withoutSums(connection.name, status);
    // A server that finds one with every answer would be asked without end; whoever looks later records it.
    if (operation === 'recorded' || operation === 'rebuilding') return reply;
    for (let index = 0; index < estimated.length; index += 3)
      await record(estimated[index]!, estimated[index + 1]!, Number(estimated[index + 2]));
    return reply;
  }

  /** An operation by which this machine spends, and what it has to remember of that. */
  async function spend(operation: ScriptOperation, values: Parameters<typeof run>[1]) {
    const { marks = [], writer } = seen?.spender() ?? {};
    const reply = await run(operation, { marks, ...values, writer });
    const isRefused = reply.status === 'refused';
    if (writer !== undefined && !isRefused) seen?.note(writer, Number(reply.rest[0]));
    return reply;
  }

  /** Never rejects: what was asked for has happened. */
  async function record(id: string, row: string, nano: number): Promise<void> {
    try {
      await onEstimated(JSON.parse(row), nano);
      await run('recorded', { ids: [id] });
    } catch {
      // Whoever looks when the time for it is over records it.
    }
  }

  /** Repeated once, and then with each renewal, which the script notices. Until then it stays at its full amount. */
  async function settle(id: string, values: Record<string, unknown>): Promise<void> {
    const once = async () => void (await spend('settle', { ids: [id], ...values }));
    await once()
      .catch((error: unknown) => {
        // Its row was recorded before: it is part of what is summed up anew.
        if (error instanceof WithoutSums) throw error;
        return once();
      })
      .catch((error: unknown) => {
        const ended = (later: unknown) => {
          if (!(later instanceof WithoutSums)) throw later;
        };
        if (!(error instanceof WithoutSums)) own.settleLater(id, () => once().catch(ended));
        throw error;
      });
  }

  return {
    async reserve({ limits, row, nano, spend: isSpent = false, ...spending }) {
      const id = newId();
      const { status, rest } = await (isSpent ? spend : run)('reserve', {
        ...spending,
        nano: `${nano}`,
        limits: limits.map((limit) => sent(limit, spending.day)),
        ids: [id],
        row: row && JSON.stringify(row),
        spend: isSpent,
      });
      if (status === 'refused') return { refused: standing(limits[Number(rest[0])]!, rest[1]!, rest[2]!) };
      own.keep(id, { ...spending, nano });
      return { id, settled: rest.slice(1).map(Number) };
    },
    async commit(id) {
      let isSpent = false;
      try {
        isSpent = (await spend('commit', { ids: [id] })).status === 'done';
      } finally {
        // Also if that is not known: then nothing is sent, and it runs out.
        if (!isSpent) own.drop(id);
      }
      return isSpent;
    },
    async settle(id, nano) {
      const { day, project } = own.get(id);
      own.drop(id);
      await settle(id, { day, project, nano: `${nano}` });
    },
    async release(id) {
      own.drop(id);
      await run('release', { ids: [id] });
    },
    async add({ day, project, nano }) {
      await settle(newId(), { day, project, nano: `${nano}` });
    },
    renew: () => own.goOn(),
    async state(limits, day) {
      const { rest } = await run('state', { limits: limits.map((limit) => sent(limit, day)) });
      return limits.map((limit, index) => standing(limit, rest[2 * index]!, rest[2 * index + 1]!));
    },
    async assertWritable() {
      await connection.run(writableProbe, [], []).catch(async (error: Error) => {
        if (/^(READONLY|OOM|MISCONF|NOREPLICAS)/.test(error.message))
          throw await unavailable(connection.name, error);
      });
    },
    async rebuild(read, since = '') {
      const token = newId();
      const begun = await run('rebuilding', { token, since });
      const { marks = [], writer } = seen?.spender() ?? {};
      const known = Math.max(0, ...marks.map(([, mark]) => mark));
      const exact = ([day, project, nano]: Sum) => [day, project, `${nano}`];
      const replace = async () => {
        const { sums, counted = [] } = await read(openRows(begun.estimated));
        const { rest } = await run('rebuild', {
          token,
          seen: `${known}`,
          sums: sums.map(exact),
          counted: counted.map(([id, ...sum]) => [id, ...exact(sum)]),
        });
        return { sums, rest };
      };
      const { sums, rest } = await replace().catch(async (error: unknown) => {
        // The old sums hold again, unless somebody else has begun to replace them.
        await run('abandon', { token }).catch(() => undefined);
        throw error;
      });
      if (writer !== undefined) seen?.note(writer, Number(rest[0]));
      const now = sums.reduce((total, [day, , nano]) => total + (day >= since ? nano : 0), 0);
      return Math.max(0, Number(begun.rest[0]) - now);
    },
    async close() {
      own.stop();
      seen?.close();
      connection.close();
    },
  };
}

/** As text: Lua would shorten the number. */
function exactMark([writer, mark]: SeenMark): readonly string[] {
  return [writer, `${mark}`];
}

/** Those that are none are of nobody's reservations: what they may have spent counts at its full amount. */
function openRows(texts: readonly string[]): [string, Row][] {
  return texts.flatMap((id, index): [string, Row][] => {
    if (index % 3 !== 0) return [];
    try {
      const row: unknown = JSON.parse(texts[index + 1]!);
      return typeof row === 'object' && row !== null ? [[id, row as Row]] : [];
    } catch {
      return [];
    }
  });
}

function sent({ window, project, nano }: Limit, day: string) {
  return { days: eachDay(window, day), project: project ?? undefined, nano: `${nano}` };
}

function standing(limit: Limit, settledText: string, openText: string): Standing {
  const [settled, open] = [Number(settledText), Number(openText)];
  return { ...limit, settled, open, left: Math.max(0, limit.nano - settled - open) };
}

class WithoutSums extends OrchError {}

function withoutSums(name: string, status: 'lost' | 'rebuilding' | 'other'): OrchError {
  const told = {
    lost: [
      'has no sums: it is new, or has lost its data',
      'run orch usage status --rebuild with the usage CSV files of all who share the budget',
    ],
    rebuilding: [
      'is being summed up anew',
      'wait until orch usage status --rebuild has ended; if it was interrupted, run it again',
    ],
    other: [
      'was not summed up: another --rebuild has begun since, or the server has lost its data again',
      'wait until the other one has ended; if there is none, run orch usage status --rebuild again',
    ],
  } as const;
  const [what, hint] = told[status];
  return new WithoutSums('budget-unavailable', `the budget at ${name} ${what}`, { hint });
}

async function unavailable(name: string, error: unknown): Promise<OrchError> {
  const { message, hint } = await redisFault(error);
  return new OrchError('budget-unavailable', `the budget at ${name} could not be used: ${message}`, {
    hint,
    cause: error,
  });
}
