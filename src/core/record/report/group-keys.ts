/** Keys by which a usage report can be grouped. */
export const groupKeys = [
  'model',
  'task',
  'day',
  'week',
  'month',
  'language',
  'alias',
  'project',
  'rule',
  'tier',
  'outcome',
  'error',
  'run',
] as const;
export type GroupKey = (typeof groupKeys)[number];

/** Those that are in the order of time. */
export function isPeriod(key: GroupKey | undefined): boolean {
  return key === 'day' || key === 'week' || key === 'month';
}
