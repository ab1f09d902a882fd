import { expect, it } from 'vitest';
import type { Standing } from '../../../src/core/budget/state.ts';
import { budgetFindings } from '../../../src/core/doctor/budget.ts';

const of = (nano: number, left: number): Standing => ({
  ...{ window: 'day', project: null, nano, left },
  ...{ settled: nano - left, open: 0 },
});

it.each([
  [of(5e9, 2e9), 'ok', '$2.00 is left of the daily budget of $5.00'],
  [of(5e9, 0), 'warning', 'nothing is left of the daily budget of $5.00'],
  [of(0, 0), 'warning', 'the daily budget of $0 allows no request'],
])('of %j, doctor has the %s: %s', (standing, status, message) => {
  const findings = budgetFindings({
    ...{ place: '/state/budget', standings: [standing] },
    ...{ writeFault: undefined, sendsUncounted: false, records: true },
  });
  expect(findings.slice(1)).toEqual([expect.objectContaining({ id: 'budget', status, message })]);
});
