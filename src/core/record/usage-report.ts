/**
 * Aggregates usage records by any of their dimensions. Pure: the same records and options give the same report.
 */
import { OrchError } from '../errors/orch-error.ts';
import { mayBeBilled } from '../errors/provider-failure.ts';
import { formatUsd } from '../text/format.ts';
import { printable } from '../text/hidden.ts';
import type { SkippedRow } from './csv.ts';
import type { GroupKey } from './group-keys.ts';
import { percentile, sum } from './statistics.ts';
import { type TimeZone, timeZone } from './time-zone.ts';
import type { UsageRecord } from './usage-record.ts';
import { readTimestamp } from './when.ts';

/** Group value for records without one. */
export const noValue = '(none)';
const rehearsalPrefix = 'rehearsal:';
/** Skipped rows listed in a warning; the rest are only counted. */
const namedRows = 5;

export interface UsageGroup {
  /** One value per key of the report, `(none)` if the record has none. Empty in the total. */
  key: Partial<Record<GroupKey, string>>;
  /** Distinct `run_id`s; an attempt without one counts as its own call. */
  calls: number;
  attempts: number;
  /** Attempts that ended with an error, even if a later attempt succeeded. */
  failures: number;
  /** Including cached tokens. */
  input_tokens: number;
  cached_input_tokens: number;
  /** Including reasoning tokens. */
  output_tokens: number;
  reasoning_tokens: number;
  /** Sum of the known costs; null when none of the costs is known. */
  cost_usd: number | null;
  /** Attempts of unknown cost that may have been billed; the real cost may exceed `cost_usd`. */
  unknown_cost: number;
  /** Of successful attempts, by nearest rank; null when there are none. */
  latency_p50_ms: number | null;
  latency_p95_ms: number | null;
  /** Share of the total cost, 0 to 1; null when either is unknown or the total is 0. */
  cost_share: number | null;
}

export interface UsageReport {
  by: GroupKey[];
  /** Whose days and months are counted, such as `Europe/Berlin`. */
  timezone: string;
  /** ISO 8601, UTC, both inclusive; null when unbounded. */
  since: string | null;
  until: string | null;
  generated_at: string;
  files: string[];
  /** By cost, then calls (both descending), then key; by day or month chronologically. */
  groups: UsageGroup[];
  /** All groups together, including rehearsals. */
  total: UsageGroup;
  /** Number of unreadable rows; the warnings list them. */
  skipped_rows: number;
  warnings: string[];
}

export interface UsageReading {
  records: readonly Partial<UsageRecord>[];
  skipped: readonly (SkippedRow & { file: string })[];
  files: readonly string[];
}

export interface UsageReportOptions {
  /** In display order; when empty, only the total is reported. */
  by: readonly GroupKey[];
  /** Milliseconds since 1970 or a date, both inclusive; see `readWhen`. */
  since?: Date | number | undefined;
  until?: Date | number | undefined;
  /** Milliseconds since 1970. */
  now: number;
  /** Whose days and months count. Default UTC. */
  zone?: TimeZone;
}

/** Throws `OrchError('usage')` when `until` is before `since`. */
export function usageReport(reading: UsageReading, options: UsageReportOptions): UsageReport {
  const by = [...new Set(options.by)];
  const zone = options.zone ?? timeZone('UTC', 'UTC');
  const since = options.since === undefined ? undefined : Number(options.since);
  const until = options.until === undefined ? undefined : Number(options.until);
  if (since !== undefined && until !== undefined && since > until) {
    throw new OrchError('usage', `until (${isoTime(until)}) is before since (${isoTime(since)})`, {
      hint: 'make since earlier than until',
    });
  }
  const bounded = since !== undefined || until !== undefined;
  const total = newTally({});
  const tallies = new Map<string, Tally>();
  let undated = 0;
  const rehearsals = newTally({});
  for (const record of reading.records) {
    const time = bounded ? readTimestamp(record.ts ?? '') : undefined;
    if (bounded && time === undefined) undated++;
    if (bounded && (time === undefined || time < (since ?? time) || time > (until ?? time))) continue;
    if (record.mode === 'rehearsal') add(rehearsals, record);
    add(total, record);
    if (by.length > 0) add(tallyFor(tallies, by, record, zone), record);
  }
  const totalGroup = settle(total, undefined);
  return {
    by,
    timezone: zone.name,
    since: since === undefined ? null : isoTime(since),
    until: until === undefined ? null : isoTime(until),
    generated_at: isoTime(options.now),
    files: [...reading.files],
    groups: [...tallies.values()].map((tally) => settle(tally, totalGroup.cost_usd)).sort(compareGroups(by)),
    total: { ...totalGroup, cost_share: totalGroup.cost_usd ? 1 : null },
    skipped_rows: reading.skipped.length,
    warnings: [
      ...skippedWarning(reading.skipped),
      ...(undated > 0
        ? [`left out ${rows(undated)} without a time, which cannot be assigned to the period`]
        : []),
      ...unknownCostWarning(totalGroup.unknown_cost),
      ...rehearsalWarning(rehearsals, totalGroup.attempts),
    ],
  };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

interface Tally {
  key: UsageGroup['key'];
  runs: Set<string>;
  callsWithoutRun: number;
  attempts: number;
  failures: number;
  input: number;
  cached: number;
  output: number;
  reasoning: number;
  costs: number[];
  unknownCost: number;
  latencies: number[];
}

function newTally(key: UsageGroup['key']): Tally {
  return {
    key,
    runs: new Set(),
    callsWithoutRun: 0,
    attempts: 0,
    failures: 0,
    input: 0,
    cached: 0,
    output: 0,
    reasoning: 0,
    costs: [],
    unknownCost: 0,
    latencies: [],
  };
}

function tallyFor(
  tallies: Map<string, Tally>,
  by: readonly GroupKey[],
  record: Partial<UsageRecord>,
  zone: TimeZone,
): Tally {
  const values = by.map((key) => shown(valueFor[key](record, zone) || noValue));
  // Rehearsals form their own groups under any key: marked on the model if it is a key, else on the first key.
  const marked = Math.max(0, by.indexOf('model'));
  if (record.mode === 'rehearsal' && !values[marked]!.startsWith(rehearsalPrefix)) {
    values[marked] = rehearsalPrefix + values[marked];
  }
  const id = values.join('\0');
  let tally = tallies.get(id);
  if (!tally) {
    tally = newTally(Object.fromEntries(by.map((key, index) => [key, values[index]!])));
    tallies.set(id, tally);
  }
  return tally;
}

const valueFor: Record<GroupKey, (record: Partial<UsageRecord>, zone: TimeZone) => string | undefined> = {
  model: (record) => record.model_served ?? record.model_requested,
  task: (record) => record.task,
  day: (record, zone) => dayOf(record.ts, zone),
  month: (record, zone) => dayOf(record.ts, zone)?.slice(0, 7),
  language: (record) => record.language,
  alias: (record) => record.alias,
  project: (record) => record.project,
  rule: (record) => record.rule,
  error: (record) => record.error,
  run: (record) => record.run_id,
};

function dayOf(ts: string | undefined, zone: TimeZone): string | undefined {
  const time = readTimestamp(ts ?? '');
  return time === undefined ? undefined : zone.dayOf(time);
}

function add(tally: Tally, record: Partial<UsageRecord>): void {
  tally.attempts++;
  if (record.run_id === undefined) tally.callsWithoutRun++;
  else tally.runs.add(record.run_id);
  tally.input += record.input_tokens ?? 0;
  tally.cached += record.cached_input_tokens ?? 0;
  tally.output += record.output_tokens ?? 0;
  tally.reasoning += record.reasoning_tokens ?? 0;
  if (record.error) tally.failures++;
  else if (record.latency_ms !== undefined) tally.latencies.push(record.latency_ms);
  if (record.cost_usd !== undefined) tally.costs.push(record.cost_usd);
  else if (isOnTheBill(record)) tally.unknownCost++;
}

function isOnTheBill(record: Partial<UsageRecord>): boolean {
  const { model_served, response_id } = record;
  return mayBeBilled(record.error, model_served !== undefined || response_id !== undefined);
}

function settle(tally: Tally, totalCost: number | null | undefined): UsageGroup {
  const cost = tally.costs.length === 0 && tally.unknownCost > 0 ? null : sum(tally.costs);
  const latencies = tally.latencies.sort((a, b) => a - b);
  return {
    key: tally.key,
    calls: tally.runs.size + tally.callsWithoutRun,
    attempts: tally.attempts,
    failures: tally.failures,
    input_tokens: tally.input,
    cached_input_tokens: tally.cached,
    output_tokens: tally.output,
    reasoning_tokens: tally.reasoning,
    cost_usd: cost,
    unknown_cost: tally.unknownCost,
    latency_p50_ms: percentile(latencies, 0.5),
    latency_p95_ms: percentile(latencies, 0.95),
    cost_share: cost !== null && totalCost ? cost / totalCost : null,
  };
}

function compareGroups(by: readonly GroupKey[]): (a: UsageGroup, b: UsageGroup) => number {
  const keyOf = (group: UsageGroup): string => by.map((key) => group.key[key]).join('\0');
  if (by[0] === 'day' || by[0] === 'month') return (a, b) => (keyOf(a) < keyOf(b) ? -1 : 1);
  return (a, b) =>
    // Unknown costs sort last.
    (b.cost_usd ?? -1) - (a.cost_usd ?? -1) || b.calls - a.calls || (keyOf(a) < keyOf(b) ? -1 : 1);
}

/** A file from someone else must neither send control sequences to the terminal nor hide text. */
function shown(text: string): string {
  return printable(text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' '));
}

function rows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

function skippedWarning(skipped: UsageReading['skipped']): string[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, namedRows).map((row, at) => {
    const file = at > 0 && skipped[at - 1]!.file === row.file ? '' : `${row.file} `;
    return `${file}line ${row.line} (${row.reason})`;
  });
  const more = skipped.length - named.length;
  const list = named.join('; ') + (more > 0 ? `; and ${more} more` : '');
  return [shown(`skipped ${skipped.length} unreadable ${skipped.length === 1 ? 'row' : 'rows'}: ${list}`)];
}

function unknownCostWarning(count: number): string[] {
  if (count === 0) return [];
  const attempts = count === 1 ? '1 attempt' : `${count} attempts`;
  return [`the cost of ${attempts} is unknown: the real total may be higher than shown`];
}

function rehearsalWarning({ attempts, costs }: Tally, all: number): string[] {
  if (attempts === 0) return [];
  const usd = sum(costs);
  const were = `${attempts} of ${all} attempts ${attempts === 1 ? 'was a rehearsal' : 'were rehearsals'}`;
  const simulated = usd > 0 ? `; ${formatUsd(usd)} of the cost shown is simulated` : '';
  return [`${were}: no model was called and nothing was spent on them${simulated}`];
}
