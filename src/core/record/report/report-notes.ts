/** What a usage report says beside its numbers: how to read them, and why they may be wrong. */
import { formatCount, formatUsd } from '../../text/format.ts';
import { printable } from '../../text/hidden.ts';
import { type RowFaults, reasonOf } from '../csv-rows.ts';
import type { GroupKey } from './group-keys.ts';
import { Tally } from './tally.ts';
import type { UsageGroup } from './usage-report.ts';
import type { UsageTally } from './usage-tally.ts';

/** A file from someone else must neither send control sequences to the terminal nor hide text. */
export function shown(text: string): string {
  return printable(text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' '));
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

export function overlapNote(
  by: readonly GroupKey[],
  groups: readonly UsageGroup[],
  total: UsageGroup,
): string[] {
  const sum = groups.reduce((calls, group) => calls + group.calls, 0);
  if (by.length === 0 || sum === total.calls) return [];
  return [
    `Total: each of the ${counted(total.calls, 'call')} counts once there, but in every row that has an attempt of it, such as one that fell over to another model; the rows have ${formatCount(sum)} together. Attempts, tokens and cost add up.`,
  ];
}

export function estimateNote({ cost_estimated_usd: worst, estimated_attempts: count }: UsageGroup): string[] {
  if (count === 0) return [];
  return [
    `Cost: ${formatUsd(worst)} of it is an estimate, the worst case of ${counted(count, 'attempt')} that may have been billed, such as ones that were cut off or cancelled.`,
  ];
}

export function baselineNote({ baseline_cost_usd: baseline, cost_usd: cost }: UsageGroup): string[] {
  if (baseline === null) return [];
  return [
    `Baseline: an estimate. On the dearest candidate of each decision the same tokens would have cost ${formatUsd(baseline)}${cost === null ? '' : ` instead of ${formatUsd(cost)}`}.`,
  ];
}

export function skippedWarning({ faults, firstFaults }: RowFaults): string[] {
  const count = [...faults.values()].reduce((sum, times) => sum + times, 0);
  if (count === 0) return [];
  const named = firstFaults.map(({ file, line, fault }, at) => {
    const where = at > 0 && firstFaults[at - 1]!.file === file ? '' : `${file} `;
    return `${where}line ${line} (${reasonOf(fault)})`;
  });
  const more = count - named.length;
  const list = named.join('; ') + (more > 0 ? `; and ${more} more` : '');
  const reasons = [...faults]
    .sort(([, a], [, b]) => b - a)
    .map(([why, times]) => `${formatCount(times)} ${why}`);
  const why = more > 0 ? ` (${reasons.join(', ')})` : '';
  return [shown(`skipped ${counted(count, 'unreadable row')}${why}: ${list}`)];
}

export function duplicateWarning(count: number): string[] {
  if (count === 0) return [];
  return [
    `left out ${counted(count, 'row')} that ${count === 1 ? 'was' : 'were'} there twice: same run_id and attempt as an earlier row`,
  ];
}

export function undatedWarning(count: number): string[] {
  if (count === 0) return [];
  return [`left out ${counted(count, 'row')} without a time, which cannot be assigned to the period`];
}

/** `count`: if no other row is left. A name may be misspelt. */
export function unwantedWarning(count: number): string[] {
  if (count === 0) return [];
  return [
    `none of the ${counted(count, 'row')} of the period has a task, model and project that is asked for`,
  ];
}

export function unknownCostWarning(count: number): string[] {
  if (count === 0) return [];
  return [`the cost of ${counted(count, 'attempt')} is unknown: the real total may be higher than shown`];
}

export function rehearsalsOf({ groups }: UsageTally): Tally {
  const sum = new Tally(-1);
  for (const { isRehearsal, tally } of groups) if (isRehearsal) sum.addAll(tally);
  return sum;
}

export function rehearsalWarning({ attempts, cost }: Tally, all: number): string[] {
  if (attempts === 0) return [];
  const { usd } = cost;
  const were = `${attempts} of ${all} attempts ${attempts === 1 ? 'was a rehearsal' : 'were rehearsals'}`;
  const simulated = usd > 0 ? `; ${formatUsd(usd)} of the cost shown is simulated` : '';
  return [`${were}: no model was called and nothing was spent on them${simulated}`];
}
