/** Compares the books of orch, its budget and its usage record, with those of the provider. */
import type { Standing } from '../../../src/core/budget/state.ts';
import { mayBeBilled } from '../../../src/core/errors/provider-failure.ts';
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import type { Ended } from './sessions.ts';
import type { StandIn } from './stand-in.ts';

type Row = Partial<UsageRecord>;

export interface Books {
  budgetNano: number;
  standIn: StandIn;
  standing: Standing;
  rows: readonly Row[];
  ended: readonly Ended[];
  /** Whether every settling reached the budget. If not, some attempts stay there at their worst case. */
  settlesAll: boolean;
  /** Total of `orch usage report`, in billionths of a dollar. */
  reportedNano: number;
}

export interface Audit {
  lines: string[];
  faults: string[];
}

export function audit(books: Books): Audit {
  const { budgetNano, standIn, standing, rows, ended, settlesAll, reportedNano } = books;
  const billed = standIn.totalNano;
  const requests = standIn.billed.size;
  const byAttempt = groupBy(rows, ({ run_id, attempt }) => `${run_id} ${attempt}`);
  /** Of several rows of one attempt, the one that its process wrote. */
  const attempts = [...byAttempt.values()].map(
    (same) => same.find(({ cost_source }) => cost_source !== 'estimated') ?? same[0]!,
  );
  const recorded = sum(attempts.map(mostNano));
  const twice = rows.length - attempts.length;
  const wrongPrices = attempts.flatMap(({ response_id, cost_usd, cost_source }) => {
    const own = response_id === undefined ? undefined : standIn.billed.get(response_id);
    if (own === undefined || cost_usd === undefined) return [];
    const nano = nanoOf(cost_usd);
    const isRight = cost_source === 'estimated' ? nano >= own.nano : nano === own.nano;
    return isRight ? [] : [`${response_id} (${own.kind}): ${cost_usd}, not ${own.nano}`];
  });
  const recordedIds = new Set(attempts.map(({ response_id }) => response_id));
  const perRun = groupBy(attempts, ({ run_id }) => run_id ?? '');
  const lost = ended.filter(
    ({ runId, attempts: took = 1 }) => runId !== undefined && (perRun.get(runId)?.length ?? 0) < took,
  );
  const faults = [
    billed > budgetNano && `${usd(billed)} was billed under a budget of ${usd(budgetNano)}`,
    standing.settled > budgetNano && `${usd(standing.settled)} is settled, above the budget`,
    standing.open !== 0 && `${usd(standing.open)} is still reserved`,
    standing.settled < billed && `only ${usd(standing.settled)} is settled`,
    settlesAll &&
      standing.settled > recorded &&
      `${usd(standing.settled)} is settled, and only ${usd(recorded)} recorded`,
    recorded < billed && `the usage record accounts for ${usd(recorded)} of ${usd(billed)}`,
    attempts.length < requests && `${requests} requests, and rows of only ${attempts.length} attempts`,
    lost.length > 0 && `${lost.length} calls that ended have rows missing: ${lost[0]!.call}`,
    wrongPrices.length > 0 && `${wrongPrices.length} rows have another price: ${wrongPrices[0]}`,
  ].filter((fault) => fault !== false);
  const outcomes = countBy(ended.map(({ outcome }) => outcome));
  const estimated = attempts.filter(({ cost_source }) => cost_source === 'estimated');
  const unknown = attempts.filter(({ cost_usd }) => cost_usd === undefined);
  const unheard = [...standIn.billed].filter(([id, { nano }]) => nano > 0 && !recordedIds.has(id));
  return {
    lines: [
      `billed ${usd(billed)} of ${usd(budgetNano)} in ${requests} requests; settled ${usd(standing.settled)}, reserved ${usd(standing.open)}`,
      `recorded ${usd(recorded)} in ${rows.length} rows of ${attempts.length} attempts; report ${usd(reportedNano)}`,
      `above what was billed: ${usd(recorded - billed)}; ${estimated.length} estimated (${usd(sum(estimated.map(mostNano)))}), ${unknown.length} of unknown cost (${usd(sum(unknown.map(mostNano)))}); ${unheard.length} answers never identified (${usd(sum(unheard.map(([, { nano }]) => nano)))}); ${twice} rows replaced`,
      `calls: ${outcomes}`,
      `requests: ${countBy([...standIn.billed.values()].map(({ kind }) => kind))}`,
    ],
    faults,
  };
}

/** As `--rebuild` counts it. */
function mostNano({ cost_usd, cost_forecast_usd, error, response_id, model_served }: Row): number {
  if (cost_usd !== undefined) return nanoOf(cost_usd);
  const begun = response_id !== undefined || model_served !== undefined;
  return mayBeBilled(error, begun) ? nanoOf(cost_forecast_usd ?? 0) : 0;
}

function nanoOf(amount: number): number {
  return Math.round(amount * 1e9);
}

function usd(nano: number): string {
  return `$${(nano / 1e9).toFixed(6)}`;
}

function groupBy(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function countBy(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
