/**
 * What was spent, as a value that any format can show. Made of the sums of a `UsageTally`. Pure: the same rows and
 * options give the same report.
 */
import { OrchError } from '../../errors/orch-error.ts';
import { type TimeZone, timeZone } from '../time-zone.ts';
import { type ChartSums, ChartTally } from './chart-tally.ts';
import { type GroupKey, isPeriod } from './group-keys.ts';
import { ratio } from './ratio.ts';
import {
  baselineNote,
  duplicateWarning,
  estimateNote,
  overlapNote,
  rehearsalsOf,
  rehearsalWarning,
  shown,
  skippedWarning,
  undatedWarning,
  unknownCostWarning,
  unwantedWarning,
} from './report-notes.ts';
import { Tally } from './tally.ts';
import { UsageTally } from './usage-tally.ts';

/** Group value for records without one. */
export const noValue = '(none)';
const rehearsalPrefix = 'rehearsal:';

export interface UsageGroup {
  /** One value per key of the report, `(none)` if the record has none. Empty in the total. */
  key: Partial<Record<GroupKey, string>>;
  /** Distinct `run_id`s; an attempt without one counts as its own call. */
  calls: number;
  attempts: number;
  /** Calls with an attempt that succeeded. */
  successes: number;
  /** `successes` of `calls`, 0 to 1; null when there are none. */
  success_rate: number | null;
  /** Attempts that ended with an error, even if a later attempt succeeded. */
  failures: number;
  /** `failures` of `attempts`, 0 to 1; null when there are none. */
  error_rate: number | null;
  /** Calls that came here, or in the total to any model, because another model had failed. */
  fallbacks: number;
  /** `fallbacks` of `calls`, 0 to 1; null when there are none. */
  fallback_rate: number | null;
  /** Including cached tokens. */
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_tokens: number;
  /** Including reasoning tokens. */
  output_tokens: number;
  reasoning_tokens: number;
  /** Sum of the known costs and of estimates; null when there is none. */
  cost_usd: number | null;
  /** The part of `cost_usd` that is an estimate: the worst case of attempts whose token counts are not known. */
  cost_estimated_usd: number;
  /** The number of those attempts. */
  estimated_attempts: number;
  /** Attempts of unknown cost that may have been billed; the real cost may exceed `cost_usd`. */
  unknown_cost: number;
  /** Share of the total cost, 0 to 1; null when either is unknown or the total is 0. */
  cost_share: number | null;
  /** `cost_usd`, with that of failures, by `successes`; null when either is unknown or nothing succeeded. */
  cost_per_success_usd: number | null;
  /** Estimate: the same tokens on the dearest candidate of each decision. Null when it is known of no attempt. */
  baseline_cost_usd: number | null;
  /** Of successful attempts, by nearest rank, within 1 %; null when there are none. */
  latency_p50_ms: number | null;
  latency_p95_ms: number | null;
  /** Time spent in the commands of --verify, which is not part of the latency; null when there were none. */
  verify_ms: number | null;
}

export interface UsageReport {
  by: GroupKey[];
  /** The last of `by`, where its values are to be shown side by side. */
  compare: GroupKey | null;
  /** Whose days, weeks and months are counted, such as `Europe/Berlin`. */
  timezone: string;
  /** ISO 8601, UTC, both inclusive; null when unbounded. */
  since: string | null;
  until: string | null;
  generated_at: string;
  files: string[];
  /** By cost, then calls (both descending), then key; by day, week or month chronologically. */
  groups: UsageGroup[];
  /** All groups together, including rehearsals. Calls that are in several groups count once. */
  total: UsageGroup;
  /** Number of unreadable rows; the warnings list them. */
  skipped_rows: number;
  /** Number of rows that were there twice, and counted once. */
  duplicate_rows: number;
  /** How to read the numbers. */
  notes: string[];
  /** Why they may be wrong. */
  warnings: string[];
  /** Where charts were asked for. */
  charts?: ChartSums;
  /** What may be spent, to be shown beside what was. */
  budgets?: ReportBudget[];
}

export interface ReportBudget {
  window: 'day' | 'week' | 'month';
  /** Null: all projects together. */
  project: string | null;
  limit_usd: number;
  /** In the window that is now; null where it is not known. */
  spent_usd: number | null;
}

export interface UsageReportOptions {
  /** In display order; when empty, only the total is reported. */
  by: readonly GroupKey[];
  /** A key whose values are compared for each value of `by`; it becomes the last key. */
  compare?: GroupKey | undefined;
  /** Milliseconds since 1970 or a date, both inclusive; see `readWhen`. */
  since?: Date | number | undefined;
  until?: Date | number | undefined;
  /** Only rows with one of these; see `UsageFilter`. */
  tasks?: readonly string[] | undefined;
  models?: readonly string[] | undefined;
  projects?: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  now: number;
  /** Whose days, weeks and months count. Default UTC. */
  zone?: TimeZone;
  /** Whether the report is to have what charts show. Default false. */
  charts?: boolean | undefined;
}

export interface OpenReport {
  /** Takes the rows. */
  tally: UsageTally;
  /** Once all rows are in. */
  close(): UsageReport;
}

/** Throws `OrchError('usage')` when `until` is before `since`. */
export function openReport(options: UsageReportOptions): OpenReport {
  const { compare } = options;
  const keys = options.by.filter((key) => key !== compare);
  const by = [...new Set(compare === undefined ? keys : [...keys, compare])];
  const zone = options.zone ?? timeZone('UTC', 'UTC');
  const since = options.since === undefined ? undefined : Number(options.since);
  const until = options.until === undefined ? undefined : Number(options.until);
  if (since !== undefined && until !== undefined && since > until) {
    throw new OrchError('usage', `until (${isoTime(until)}) is before since (${isoTime(since)})`, {
      hint: 'make since earlier than until',
    });
  }
  const { tasks, models, projects } = options;
  const charts = options.charts ? new ChartTally(zone) : undefined;
  const tally = new UsageTally(by, zone, { since, until, tasks, models, projects }, charts);
  const close = (): UsageReport => {
    tally.close();
    // Before groups become one.
    const rehearsals = rehearsalsOf(tally);
    const groups = shownGroups(tally, by);
    const all = sumOf(groups.values(), tally);
    const total = settle({}, all, undefined);
    const settled = [...groups].map(([id, sums]) => settle(keyOf(id, by), sums, total.cost_usd));
    return {
      by,
      compare: compare ?? null,
      timezone: zone.name,
      since: since === undefined ? null : isoTime(since),
      until: until === undefined ? null : isoTime(until),
      generated_at: isoTime(options.now),
      files: [...tally.files],
      groups: by.length > 0 ? settled.sort(compareGroups(by)) : [],
      total: { ...total, cost_share: total.cost_usd ? 1 : null },
      skipped_rows: [...tally.faults.values()].reduce((sum, count) => sum + count, 0),
      duplicate_rows: tally.duplicates,
      // Side by side there is neither a total nor a baseline.
      notes:
        compare === undefined
          ? [...overlapNote(by, settled, total), ...estimateNote(total), ...baselineNote(total)]
          : [],
      warnings: [
        ...skippedWarning(tally),
        ...duplicateWarning(tally.duplicates),
        ...undatedWarning(tally.undated),
        ...unwantedWarning(total.attempts === 0 ? tally.unwanted : 0),
        ...unknownCostWarning(total.unknown_cost),
        ...rehearsalWarning(rehearsals, total.attempts),
      ],
      ...(charts && { charts: charts.sums(nameOf) }),
    };
  };
  return { tally, close };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const separator = '\0';

/** The groups as they are shown: what would look the same is one. */
function shownGroups({ groups }: UsageTally, by: readonly GroupKey[]): Map<string, Tally> {
  const shownBy = new Map<string, Tally>();
  // Rehearsals form their own groups under any key: marked on the model if it is a key, else on the first key.
  const marked = Math.max(0, by.indexOf('model'));
  for (const { values, isRehearsal, tally } of groups) {
    // One that took only rows that were left out.
    if (tally.attempts === 0) continue;
    const texts = values.map((value, at) => nameOf(value, isRehearsal && at === marked));
    const id = texts.join(separator);
    const known = shownBy.get(id);
    if (known) known.addAll(tally);
    else shownBy.set(id, tally);
  }
  return shownBy;
}

function nameOf(value: string, isRehearsal: boolean): string {
  const text = shown(value || noValue);
  return isRehearsal && !text.startsWith(rehearsalPrefix) ? rehearsalPrefix + text : text;
}

function keyOf(id: string, by: readonly GroupKey[]): UsageGroup['key'] {
  const values = id.split(separator);
  return Object.fromEntries(by.map((key, at) => [key, values[at]!]));
}

function sumOf(tallies: Iterable<Tally>, { calls, successes, fallbacks }: UsageTally): Tally {
  const sum = new Tally(-1);
  for (const tally of tallies) sum.addAll(tally);
  return Object.assign(sum, { calls, successes, fallbacks });
}

function settle(key: UsageGroup['key'], tally: Tally, totalCost: number | null | undefined): UsageGroup {
  const cost = tally.costKnown === 0 && tally.costUnknown > 0 ? null : tally.cost.usd;
  return {
    key,
    calls: tally.calls,
    attempts: tally.attempts,
    successes: tally.successes,
    success_rate: ratio(tally.successes, tally.calls),
    failures: tally.failures,
    error_rate: ratio(tally.failures, tally.attempts),
    fallbacks: tally.fallbacks,
    fallback_rate: ratio(tally.fallbacks, tally.calls),
    input_tokens: tally.inputTokens,
    cached_input_tokens: tally.cachedInputTokens,
    cache_write_tokens: tally.cacheWriteTokens,
    output_tokens: tally.outputTokens,
    reasoning_tokens: tally.reasoningTokens,
    cost_usd: cost,
    cost_estimated_usd: tally.estimated.usd,
    estimated_attempts: tally.estimates,
    unknown_cost: tally.costUnknown,
    cost_share: cost !== null && totalCost ? ratio(cost, totalCost) : null,
    cost_per_success_usd: cost === null ? null : ratio(cost, tally.successes, 12),
    baseline_cost_usd: tally.baselineKnown === 0 ? null : tally.baseline.usd,
    latency_p50_ms: tally.latencies.percentile(0.5),
    latency_p95_ms: tally.latencies.percentile(0.95),
    verify_ms: tally.verified === 0 ? null : tally.verifyMs,
  };
}

function compareGroups(by: readonly GroupKey[]): (a: UsageGroup, b: UsageGroup) => number {
  const idOf = (group: UsageGroup): string => by.map((key) => group.key[key]).join(separator);
  if (isPeriod(by[0])) return (a, b) => (idOf(a) < idOf(b) ? -1 : 1);
  return (a, b) =>
    // Unknown costs sort last.
    (b.cost_usd ?? -1) - (a.cost_usd ?? -1) || b.calls - a.calls || (idOf(a) < idOf(b) ? -1 : 1);
}
