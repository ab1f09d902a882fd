/** What a usage record says was spent, for a budget that begins now. */
import { mayBeBilled } from '../errors/provider-failure.ts';
import type { UsageRecord } from '../record/usage-record.ts';
import { nanoOf } from './nano.ts';
import type { Sum } from './state.ts';

/** Milliseconds that the longest window looks back, and more. */
const relevant = 45 * 24 * 60 * 60 * 1000;

/** A row of a file may lack columns. */
type Recorded = Partial<UsageRecord>;

/** `dayOf` gives the user's day of a time. A row of unknown cost counts at what it may have cost at most. */
export function sumsOf(records: readonly Recorded[], now: number, dayOf: (time: number) => string): Sum[] {
  const recent = records.filter(
    ({ ts, mode }) => mode !== 'rehearsal' && Date.parse(ts ?? '') > now - relevant,
  );
  const nameOf = ({ run_id, attempt }: Recorded) => `${run_id} ${attempt}`;
  const isEstimate = ({ cost_source }: Recorded) => cost_source === 'estimated';
  const estimates = new Set(recent.filter(isEstimate).map(nameOf));
  const replaced = new Set(
    recent
      .filter((row) => !isEstimate(row))
      .map(nameOf)
      .filter((name) => estimates.has(name)),
  );
  const sums = new Map<string, Sum>();
  for (const row of recent) {
    if (isEstimate(row) && replaced.has(nameOf(row))) continue;
    const nano = nanoOf(costOf(row)) ?? 0;
    const [day, project] = [dayOf(Date.parse(row.ts!)), row.project ?? ''];
    const key = `${day} ${project}`;
    if (nano > 0) sums.set(key, [day, project, (sums.get(key)?.[2] ?? 0) + nano]);
  }
  return [...sums.values()];
}

function costOf({ cost_usd, cost_forecast_usd = 0, error, response_id, model_served }: Recorded): number {
  if (cost_usd !== undefined) return cost_usd;
  return mayBeBilled(error, response_id !== undefined || model_served !== undefined) ? cost_forecast_usd : 0;
}
