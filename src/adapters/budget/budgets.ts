/** Where the user's budgets are counted: in a Redis that several machines share, or on this machine. */
import { existsSync } from 'node:fs';
import type { Row } from '../../core/budget/state.ts';
import { shownBudgetUrl } from '../../core/config/budget-url.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { LedgerSink } from '../../core/record/csv-rows.ts';
import { once } from '../../core/text/once.ts';
import type { Budget } from '../../engine/budget.ts';
import type { Ledger } from '../../engine/ports.ts';

export type ScanRecords = (sink: LedgerSink) => Promise<void>;

export interface BudgetSource {
  /** Of a Redis; undefined for this machine. */
  url: string | undefined;
  folder: string;
  /** Where it is remembered what a Redis has counted. */
  seenFolder: string;
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
  /**
   * Replaces the sums in Redis by those of usage records. Returns how many billionths of a dollar less are counted than
   * before. Rejects with `usage` for a budget on this machine.
   */
  rebuild(scan: ScanRecords): Promise<number>;
  close(): Promise<void>;
}

const otherLedger =
  'set ORCH_USAGE_CSV to a usage CSV on a disk, or to a file that does not exist yet: a budget begins with what is recorded there';

/** Loads nothing before it is needed. */
export function budgets(source: BudgetSource): Budgets {
  const { url, folder, seenFolder, ledger, scan, now, newId, dayOf, clean } = source;
  const sumsOf = async (read: ScanRecords, open: readonly (readonly [id: string, Row])[] = []) => {
    const { SpentSums } = await import('../../core/budget/genesis.ts');
    const spent = new SpentSums(now(), dayOf, open);
    await read(spent);
    return spent;
  };
  const onEstimated = async (row: Row) => {
    const { usageRecordOf } = await import('../../core/record/record-of.ts');
    await ledger.append([usageRecordOf(row)]);
  };
  const shared = once(async () => {
    const { redisBudget } = await import('./redis-budget.ts');
    const { SeenMarks } = await import('./seen-marks.ts');
    const seen = new SeenMarks({ folder: seenFolder, address: shownBudgetUrl(url!), now, newId });
    return redisBudget({ url: url!, newId, onEstimated, seen });
  });
  const own = once(async () => {
    const { diskBudget } = await import('./disk-budget.ts');
    const genesis = async () => {
      const spent = await sumsOf(scan).catch((error: Error) => {
        throw new OrchError('file-unreadable', error.message, { hint: otherLedger, cause: error });
      });
      return spent.sums;
    };
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
      const { summedDays } = await import('../../core/budget/genesis.ts');
      // Of the first of these days, a part is summed up.
      const since = dayOf(now() - (summedDays - 1) * 24 * 60 * 60 * 1000);
      return (await shared()).rebuild(async (open) => {
        const spent = await sumsOf(read, open);
        return { sums: spent.sums, counted: spent.counted };
      }, since);
    },
    async close() {
      await (await opened)?.close();
    },
  };
}
