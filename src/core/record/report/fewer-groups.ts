/** As much of a report as people read: the groups that matter most, and one for what the others come to. */
import { formatCount } from '../../text/format.ts';
import { isPeriod } from './group-keys.ts';
import { ratio } from './ratio.ts';
import type { UsageGroup, UsageReport } from './usage-report.ts';
import { roundedUnits, UsdSum } from './usd-sum.ts';

/** A table of more would take minutes to lay out, and be too large for telephones. */
const mostGroups = 500;

export const whereAllIs = '--format csv or json has all';

export interface FewerGroups {
  groups: readonly UsageGroup[];
  /** Says what is left out; none if all are there. */
  notes: string[];
}

/**
 * At most 500 groups in the report's order: the dearest, or the last days, weeks or months. What is left out is one more
 * group: the last one, or the first where the order is that of time.
 */
export function fewerGroups({ by, groups, total }: UsageReport): FewerGroups {
  const more = groups.length - mostGroups;
  if (more <= 0) return { groups, notes: [] };
  const isByTime = isPeriod(by[0]);
  const name = `${formatCount(more)} ${isByTime ? 'earlier' : 'others'}`;
  const key = Object.fromEntries(by.map((key, at) => [key, at === 0 ? name : '']));
  const rest = sumOf(isByTime ? groups.slice(0, more) : groups.slice(mostGroups), key, total.cost_usd);
  const which = isByTime ? 'last' : 'dearest';
  return {
    groups: isByTime ? [rest, ...groups.slice(more)] : [...groups.slice(0, mostGroups), rest],
    notes: [
      `Only the ${which} ${mostGroups} of ${formatCount(groups.length)} rows are shown, and the others as one (${whereAllIs}).`,
    ],
  };
}

const counts = [
  'calls',
  'attempts',
  'successes',
  'failures',
  'fallbacks',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'estimated_attempts',
  'unknown_cost',
] as const satisfies (keyof UsageGroup)[];

/** A call that is in several groups counts in each. Percentiles cannot be added up: they are null, unless there is only one group. */
export function sumOf(
  groups: readonly UsageGroup[],
  key: UsageGroup['key'],
  totalCost: number | null,
): UsageGroup {
  if (groups.length === 1) return { ...groups[0]!, key };
  const counted = Object.fromEntries(
    counts.map((measure) => [measure, groups.reduce((sum, group) => sum + group[measure], 0)]),
  ) as Record<(typeof counts)[number], number>;
  const cost = usdOf(groups.map(({ cost_usd }) => cost_usd));
  const verified = groups.flatMap(({ verify_ms }) => verify_ms ?? []);
  return {
    key,
    ...counted,
    success_rate: ratio(counted.successes, counted.calls),
    error_rate: ratio(counted.failures, counted.attempts),
    fallback_rate: ratio(counted.fallbacks, counted.calls),
    cost_usd: cost,
    cost_estimated_usd: usdOf(groups.map((group) => group.cost_estimated_usd)) ?? 0,
    cost_share: cost !== null && totalCost ? ratio(cost, totalCost) : null,
    cost_per_success_usd: cost === null ? null : ratio(cost, counted.successes, 12),
    baseline_cost_usd: usdOf(groups.map(({ baseline_cost_usd }) => baseline_cost_usd)),
    latency_p50_ms: null,
    latency_p95_ms: null,
    verify_ms: verified.length === 0 ? null : verified.reduce((sum, ms) => sum + ms, 0),
  };
}

/** Of those that are known; null if none is. */
function usdOf(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((usd) => usd !== null);
  const sum = new UsdSum();
  for (const usd of known) sum.add(roundedUnits(usd));
  return known.length === 0 ? null : sum.usd;
}
