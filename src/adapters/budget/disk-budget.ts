/** A budget in a folder of this machine, shared by all processes of the user. */

import { BudgetState, type Operation, type Outcome, type Reservation } from '../../core/budget/state.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { type Budget, type BudgetOptions, defaultLeaseMs } from '../../engine/budget.ts';
import { OperationLog } from './operation-log.ts';
import { Reservations } from './reservations.ts';

export function diskBudget({ folder, ...options }: BudgetOptions & { folder: string }): Budget {
  const { now, newId, genesis, onEstimated, leaseMs = defaultLeaseMs } = options;
  const own = new Reservations(leaseMs, () => renew());
  const log = new OperationLog({ folder, by: newId(), genesis, isOwn: (id) => own.has(id) });

  /** The outcomes of the operations, in one write with the expiry of what is overdue. */
  async function append(
    make: (state: BudgetState, at: number) => readonly Operation[],
  ): Promise<{ outcomes: Outcome[]; state: BudgetState }> {
    const at = now();
    const { operations, outcomes, state } = await log
      .append<Operation>(
        (current) => [
          ...current
            .overdue(at)
            // Its own may still be renewed, as long as nobody else has given them up.
            .filter((id) => !own.has(id))
            .map((id) => ({ op: 'expire', id, at, until: at + leaseMs }) as const),
          ...make(current, at),
        ],
        at,
      )
      .catch((error: unknown) => {
        throw unavailable(folder, error);
      });
    for (const [index, operation] of operations.entries()) {
      const { estimated } = outcomes[index]!;
      if (operation.op === 'expire' && estimated?.row) await record(operation.id, estimated, at);
    }
    return { outcomes: outcomes.filter((_, index) => operations[index]!.op !== 'expire'), state };
  }

  /** Never rejects: what was asked for has happened. */
  async function record(id: string, { row, nano }: Reservation, at: number): Promise<void> {
    try {
      await onEstimated(row!, nano);
      await log.append<Operation>(() => [{ op: 'recorded', id }], at);
    } catch {
      // Whoever looks when the time for it is over records it.
    }
  }

  async function appendOne(make: (at: number) => Operation): Promise<Outcome> {
    const { outcomes } = await append((_, at) => [make(at)]);
    return outcomes[0]!;
  }

  /** As it is now, or as it would begin. */
  async function seen(): Promise<BudgetState> {
    const kept = log.look();
    if (kept) return kept;
    const begun = new BudgetState();
    begun.apply({ op: 'begin', sums: await genesis(), open: log.left });
    return begun;
  }

  async function renew(): Promise<void> {
    await append((state, at) =>
      own.ids
        // One that is over cannot be renewed.
        .filter((id) => ['held', 'spent'].includes(state.phaseOf(id) ?? ''))
        .map((id) => ({ op: 'renew', id, until: at + leaseMs })),
    );
  }

  return {
    async reserve({ limits, row, spend = false, ...spending }) {
      const id = newId();
      const { outcomes, state } = await append((_, at) => {
        const until = at + leaseMs;
        const held: Operation = { op: 'reserve', id, until, limits, row, ...spending };
        // Where it is refused, there is nothing that could be committed.
        return spend ? [held, { op: 'commit', id, until }] : [held];
      });
      const { refused } = outcomes[0]!;
      if (refused) return { refused };
      own.keep(id, spending);
      return { id, settled: limits.map((limit) => state.standing(limit, spending.day).settled) };
    },
    async commit(id) {
      let isSpent = false;
      try {
        isSpent = (await appendOne((at) => ({ op: 'commit', id, until: at + leaseMs }))).done;
      } finally {
        // Also if that is not known: then nothing is sent, and it runs out.
        if (!isSpent) own.drop(id);
      }
      return isSpent;
    },
    async settle(id, nano) {
      const { day, project } = own.get(id);
      own.drop(id);
      const settle = async () => void (await appendOne(() => ({ op: 'settle', id, day, project, nano })));
      await settle().catch((error: unknown) => {
        // Until it succeeds, it stays at its full amount.
        own.settleLater(id, settle);
        throw error;
      });
    },
    async release(id) {
      own.drop(id);
      await appendOne(() => ({ op: 'release', id }));
    },
    async add(spending) {
      if (log.exists()) await appendOne(() => ({ op: 'settle', id: newId(), ...spending }));
    },
    renew: () => own.goOn(),
    async state(limits, day) {
      const state = await seen().catch((error: unknown) => {
        throw unavailable(folder, error);
      });
      const at = now();
      return limits.map((limit) => state.standing(limit, day, at));
    },
    async close() {
      own.stop();
      log.close();
    },
  };
}

function unavailable(folder: string, error: unknown): OrchError {
  const code = (error as NodeJS.ErrnoException).code;
  const what = error instanceof Error ? error.message : String(error);
  const ownHint =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'free some space: what cannot be counted is not sent'
      : 'make the folder writable for you: what cannot be counted is not sent';
  return new OrchError('budget-unavailable', `the budget in ${folder} could not be used: ${what}`, {
    // Of the usage records, with which it begins.
    hint: (error instanceof OrchError ? error.hint : undefined) ?? ownHint,
    cause: error,
  });
}
