/** Where the user's budgets are counted: in a Redis that several machines share, or on this machine. */
import { existsSync } from 'node:fs';
import type { Row } from '../../core/budget/state.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { LedgerSink } from '../../core/record/csv-rows.ts';
import type { UsageRecord } from '../../core/record/usage-record.ts';
import { once } from '../../core/text/once.ts';
import type { Budget } from '../../engine/budget.ts';
import type { Ledger } from '../../engine/ports.ts';

export type ScanRecords = (sink: LedgerSink) => Promise<void>;

export interface BudgetSource {
  /** Of a Redis; undefined for this machine. */
  url: string | undefined;
  folder: string;
  /** Takes the rows of processes that have gone. */
  ledger: Ledger;
  /** Reads what was recorded so far. */
  scan: ScanRecords;
  now: () => number;
  newId: () => string;
  /** `YYYY-MM-DD` of a time, in the user's time zone. */
  dayOf: (time: number) => string;
  /** What a row may hold of the texts that it is given. */
  clean: (row: Row) => Row;
}

export interface Budgets {
  /** Undefined if nothing is limited, and none was kept so far. */
  open(limited: boolean): Promise<Budget | undefined>;
  /** Replaces the sums in Redis by those of usage records. Rejects with `usage` for a budget on this machine. */
  rebuild(scan: ScanRecords): Promise<void>;
  close(): Promise<void>;
}

/** Loads nothing before it is needed. */
export function budgets({ url, folder, ledger, scan, now, newId, dayOf, clean }: BudgetSource): Budgets {
  const sumsOf = async (read: ScanRecords) => {
    const { SpentSums } = await import('../../core/budget/genesis.ts');
    const spent = new SpentSums(now(), dayOf);
    await read(spent);
    return spent.sums;
  };
  const onEstimated = (row: Row) => ledger.append([row as unknown as UsageRecord]);
  const shared = once(async () => {
    const { redisBudget } = await import('./redis-budget.ts');
    return redisBudget({ url: url!, newId, onEstimated });
  });
  const own = once(async () => {
    const { diskBudget } = await import('./disk-budget.ts');
    const genesis = () => sumsOf(scan);
    return diskBudget({ folder, now, newId, genesis, onEstimated });
  });
  let opened: Promise<Budget> | undefined;
  const cleaned = (kept: Budget): Budget => ({
    ...kept,
    reserve: ({ row, ...request }) => kept.reserve({ ...request, row: row && clean(row) }),
  });
  return {
    async open(limited) {
      if (!limited && url === undefined && !existsSync(folder)) return undefined;
      opened = url === undefined ? own() : shared();
      return cleaned(await opened);
    },
    async rebuild(read) {
      if (url === undefined)
        throw new OrchError(
          'usage',
          'ORCH_BUDGET_URL is not set: only the sums of a shared budget are rebuilt',
          {
            hint: `a budget on this machine is begun anew from the usage record if you remove ${folder}`,
          },
        );
      opened = shared();
      await (await shared()).rebuild(await sumsOf(read));
    },
    async close() {
      await (await opened)?.close();
    },
  };
}
