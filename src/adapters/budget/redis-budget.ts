/** A budget in Redis or Valkey, shared by all machines that are given its address. */
import type { Limit, Standing, Sum } from '../../core/budget/state.ts';
import { eachDay } from '../../core/budget/windows.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { type Budget, type BudgetOptions, defaultLeaseMs } from '../../engine/budget.ts';
import { RedisConnection } from './redis-connection.ts';
import { redisFault } from './redis-errors.ts';
import { readReply, type ScriptOperation } from './redis-reply.ts';
import { redisKeys, redisScript } from './redis-script.ts';
import { Reservations } from './reservations.ts';

export interface RedisBudget extends Budget {
  /** Replaces the sums; until this was done once, and where the server has lost its data, nothing can be reserved. */
  rebuild(sums: readonly Sum[]): Promise<void>;
}

export function redisBudget({
  url,
  newId,
  onEstimated,
  leaseMs = defaultLeaseMs,
}: Pick<BudgetOptions, 'newId' | 'onEstimated' | 'leaseMs'> & { url: string }): RedisBudget {
  const connection = new RedisConnection(url);
  const own = new Reservations(leaseMs, () => renew());

  async function run(
    operation: ScriptOperation,
    values: { limits?: readonly unknown[]; [name: string]: unknown },
  ): Promise<{ status: string; rest: string[] }> {
    const answer = await connection
      .run(redisScript, redisKeys, [operation, JSON.stringify({ leaseMs, ...values })])
      .catch(async (error: unknown) => {
        throw await unavailable(connection.name, error);
      });
    const reply = readReply(answer, operation, values.limits?.length ?? 0);
    if (reply === undefined) throw await unavailable(connection.name, new Error('Protocol error'));
    const { status, estimated, rest } = reply;
    if (status === 'lost') throw withoutSums(connection.name);
    // A server that finds one with every answer would be asked without end; whoever looks later records it.
    if (operation === 'recorded') return { status, rest };
    for (let index = 0; index < estimated.length; index += 3)
      await record(estimated[index]!, estimated[index + 1]!, Number(estimated[index + 2]));
    return { status, rest };
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

  async function renew(): Promise<void> {
    await run('renew', { ids: own.ids });
  }

  return {
    async reserve({ limits, row, nano, ...spending }) {
      const id = newId();
      const wanted = {
        ...spending,
        nano: `${nano}`,
        limits: limits.map((limit) => sent(limit, spending.day)),
      };
      const { status, rest } = await run('reserve', {
        ...wanted,
        ids: [id],
        row: row && JSON.stringify(row),
      });
      if (status === 'refused') return { refused: standing(limits[Number(rest[0])]!, rest[1]!, rest[2]!) };
      own.keep(id, { ...spending, nano });
      return { id };
    },
    async commit(id) {
      let isSpent = false;
      try {
        isSpent = (await run('commit', { ids: [id] })).status === 'done';
      } finally {
        // Also if that is not known: then nothing is sent, and it runs out.
        if (!isSpent) own.drop(id);
      }
      return isSpent;
    },
    async settle(id, nano) {
      const { day, project } = own.get(id);
      own.drop(id);
      const values = { ids: [id], day, project, nano: `${nano}` };
      // Repeated once, which the script notices; if this fails as well, it runs out and stays at its full amount.
      await run('settle', values).catch(() => run('settle', values));
    },
    async release(id) {
      own.drop(id);
      await run('release', { ids: [id] });
    },
    async add({ day, project, nano }) {
      await run('settle', { ids: [newId()], day, project, nano: `${nano}` });
    },
    renew,
    async state(limits, day) {
      const { rest } = await run('state', { limits: limits.map((limit) => sent(limit, day)) });
      return limits.map((limit, index) => standing(limit, rest[2 * index]!, rest[2 * index + 1]!));
    },
    async rebuild(sums) {
      await run('rebuild', {
        id: newId(),
        sums: sums.map(([day, project, nano]) => [day, project, `${nano}`]),
      });
    },
    async close() {
      own.stop();
      connection.close();
    },
  };
}

function sent({ window, project, nano }: Limit, day: string) {
  return { days: eachDay(window, day), project: project ?? undefined, nano: `${nano}` };
}

function standing(limit: Limit, settledText: string, openText: string): Standing {
  const [settled, open] = [Number(settledText), Number(openText)];
  return { ...limit, settled, open, left: Math.max(0, limit.nano - settled - open) };
}

function withoutSums(name: string): OrchError {
  return new OrchError(
    'budget-unavailable',
    `the budget at ${name} has no sums: it is new, or has lost its data`,
    {
      hint: 'run orch usage status --rebuild, which sums up the usage records',
    },
  );
}

async function unavailable(name: string, error: unknown): Promise<OrchError> {
  const { message, hint } = await redisFault(error);
  return new OrchError('budget-unavailable', `the budget at ${name} could not be used: ${message}`, {
    hint,
    cause: error,
  });
}
