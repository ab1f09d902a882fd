/** What was spent today, in one line. Pure: the same records and options give the same line. */
import { mayBeBilled } from '../errors/provider-failure.ts';
import { describeCost } from '../errors/spending.ts';
import { roundUsd } from '../models/money.ts';
import { formatUsd, formatUsdDown } from '../text/format.ts';
import { printable } from '../text/hidden.ts';
import { countedRecords } from './counted-records.ts';
import type { TimeZone } from './time-zone.ts';
import { estimated, type UsageRecord } from './usage-record.ts';
import { readTimestamp } from './when.ts';

/** A ceiling and what is left of it. */
export interface BudgetLeft {
  /** Such as `daily`. */
  name: string;
  limit_usd: number;
  left_usd: number;
}

export interface UsageStatus {
  /** `YYYY-MM-DD`, in `timezone`. */
  day: string;
  timezone: string;
  /** Of that day, without rehearsals; so is all that follows. */
  calls: number;
  /** Sum of the known costs and of estimates. */
  cost_usd: number;
  /** The part of `cost_usd` that is an estimate: the worst case of attempts whose token counts are not known. */
  cost_estimated_usd: number;
  /** Attempts of unknown cost that may have been billed: the real cost may exceed `cost_usd`. */
  unknown_cost: number;
  /** The last call, of whatever day. */
  last: LastCall | null;
  budgets: BudgetLeft[];
}

interface LastCall {
  run_id: string | null;
  task: string | null;
  model: string | null;
  /** Of all its attempts; null when unknown. */
  cost_usd: number | null;
  cost_estimated_usd: number;
  /** Failure class of its last attempt; null when it succeeded. */
  error: string | null;
  /** When it ended, ISO 8601 in UTC. */
  ended_at: string;
}

export interface UsageStatusOptions {
  /** Milliseconds since 1970. */
  now: number;
  zone: TimeZone;
  budgets: readonly BudgetLeft[];
}

type Row = Partial<UsageRecord>;

/** `records`: the end of the ledger, in its order. */
export function usageStatus(
  records: readonly Row[],
  { now, zone, budgets }: UsageStatusOptions,
): UsageStatus {
  const day = zone.dayOf(now);
  const billed = countedRecords(records).filter(({ mode }) => mode !== 'rehearsal');
  const today = billed.filter(({ ts = '' }) => {
    const time = readTimestamp(ts);
    return time !== undefined && zone.dayOf(time) === day;
  });
  return {
    day,
    timezone: zone.name,
    calls: new Set(today.map(({ run_id }, at) => run_id ?? at)).size,
    cost_usd: sumOf(today),
    cost_estimated_usd: sumOf(today.filter(isEstimate)),
    unknown_cost: today.filter(isUnknown).length,
    last: lastCall(billed),
    budgets: [...budgets],
  };
}

function lastCall(records: readonly Row[]): LastCall | null {
  const last = records.at(-1);
  const start = readTimestamp(last?.ts ?? '');
  if (last === undefined || start === undefined) return null;
  const { run_id = null, task = null, error = null } = last;
  const attempts = run_id === null ? [last] : records.filter((record) => record.run_id === run_id);
  return {
    run_id,
    task,
    model: last.model_served ?? last.model_requested ?? null,
    cost_usd: attempts.some(isUnknown) ? null : sumOf(attempts),
    cost_estimated_usd: sumOf(attempts.filter(isEstimate)),
    error,
    ended_at: new Date(start + (last.latency_ms ?? 0)).toISOString(),
  };
}

function isEstimate({ cost_source }: Row): boolean {
  return cost_source === estimated;
}

function sumOf(records: readonly Row[]): number {
  return roundUsd(records.reduce((sum, { cost_usd = 0 }) => sum + cost_usd, 0));
}

function isUnknown({ cost_usd, error, model_served, response_id }: Row): boolean {
  return (
    cost_usd === undefined && mayBeBilled(error, model_served !== undefined || response_id !== undefined)
  );
}

/**
 * `$0.42 today in 12 calls | last: gpt-5-mini, $0.003, 2 min ago | daily: $4.58 of $5.00 left`, and then what is wrong.
 * `isPart`: not all calls of the day were read.
 */
export function statusLine(
  status: UsageStatus,
  now: number,
  { isPart = false, faults = [] }: { isPart?: boolean; faults?: readonly string[] } = {},
): string {
  const { calls, cost_usd, cost_estimated_usd, unknown_cost, last, budgets } = status;
  const bound = cost_estimated_usd > 0 ? 'about' : 'at least';
  const isUncertain = isPart || unknown_cost > 0;
  return [
    `${isUncertain ? `${bound} ${formatUsd(cost_usd)}` : describeCost(status)} today in ${calls === 1 ? '1 call' : `${calls} calls`}`,
    ...(last === null ? [] : [`last: ${describeLast(last, now)}`]),
    ...budgets.map(
      ({ name, limit_usd, left_usd }) =>
        `${name}: ${formatUsdDown(left_usd)} of ${formatUsd(limit_usd)} left`,
    ),
    ...faults.map(faultLine),
  ].join(' | ');
}

/** Of a line that is shown beside others. */
const mostFault = 160;

/** A message as a part of the line. */
export function faultLine(message: string): string {
  const text = shown(message.replace(/\s+/g, ' '), mostFault + 1);
  return text.length > mostFault ? `${text.slice(0, mostFault)}\u2026` : text;
}

/** What is shown in the place of a status that cannot be read. */
export function unknownStatus(why: string): UsageStatus & { line: string; warnings: string[] } {
  return {
    day: '',
    timezone: '',
    calls: 0,
    cost_usd: 0,
    cost_estimated_usd: 0,
    unknown_cost: 0,
    last: null,
    budgets: [],
    line: faultLine(`usage unknown: ${why}`),
    warnings: [why],
  };
}

/** Longer than the name of any model. */
const mostName = 60;

function describeLast(last: LastCall, now: number): string {
  const { model, error, ended_at } = last;
  return [
    shown(model ?? 'unknown model'),
    ...(error === null ? [] : [`failed (${shown(error)})`]),
    describeCost(last),
    age(now - Date.parse(ended_at)),
  ].join(', ');
}

/** A file from someone else must neither break the line nor send control sequences to the terminal. */
function shown(text: string, most = mostName): string {
  return printable(text.slice(0, most).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' '));
}

function age(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
