/** Keys by which a usage report can be grouped. */
export const groupKeys = [
  'model',
  'task',
  'day',
  'month',
  'language',
  'alias',
  'project',
  'rule',
  'error',
  'run',
] as const;
export type GroupKey = (typeof groupKeys)[number];
