/** The budgets of the policies as limits of a call, and how they are called. */
import type { Budgets, PeriodBudgets } from '../config/policy.ts';
import type { ReportBudget } from '../record/report/usage-report.ts';
import type { BudgetLeft } from '../record/usage-status.ts';
import { formatUsd } from '../text/format.ts';
import { nanoOf, usdOf } from './nano.ts';
import type { Limit, Standing } from './state.ts';
import type { BudgetWindow } from './windows.ts';

const keys = { day: 'dailyUsd', week: 'weeklyUsd', month: 'monthlyUsd' } as const satisfies Record<
  BudgetWindow,
  keyof PeriodBudgets
>;
const words = { day: 'daily', week: 'weekly', month: 'monthly' } as const satisfies Record<
  BudgetWindow,
  string
>;

/** Empty if nothing is limited. */
export function limitsOf(budgets: Budgets, projectName: string | undefined): Limit[] {
  const own =
    projectName !== undefined && Object.hasOwn(budgets.perProject, projectName)
      ? limitsIn(budgets.perProject[projectName]!, projectName)
      : [];
  return [...limitsIn(budgets, null), ...own];
}

/** Those of all projects. */
export function allLimitsOf(budgets: Budgets): Limit[] {
  const { perProject } = budgets;
  return [
    ...limitsIn(budgets, null),
    ...Object.entries(perProject).flatMap(([project, own]) => limitsIn(own, project)),
  ];
}

/** Such as "daily budget of $5.00". */
export function describeLimit({ window, project, nano }: Limit): string {
  const whose = project === null ? '' : ` of project ${project}`;
  return `${words[window]} budget${whose} of ${formatUsd(usdOf(nano))}`;
}

/** Such as `budgets.dailyUsd`. */
export function keyOf({ window, project }: Limit): string {
  return `budgets.${project === null ? '' : `perProject.${project}.`}${keys[window]}`;
}

/** The environment variable that sets it; undefined for a project's. */
export function variableOf({ window, project }: Limit): string | undefined {
  return project === null ? `ORCH_${words[window].toUpperCase()}_BUDGET_USD` : undefined;
}

/** What is left of each, for a report; such as "daily" or "daily, acme". */
export function budgetLeft({ window, project, nano, left }: Standing): BudgetLeft {
  const name = project === null ? words[window] : `${words[window]}, ${project}`;
  return { name, limit_usd: usdOf(nano), left_usd: usdOf(left) };
}

/** The same for a report of usage. */
export function reportBudget({ window, project, nano }: Limit, standing: Standing | undefined): ReportBudget {
  return {
    window,
    project,
    limit_usd: usdOf(nano),
    spent_usd: standing === undefined ? null : usdOf(standing.settled),
  };
}

function limitsIn(budgets: PeriodBudgets, project: string | null): Limit[] {
  return Object.entries(keys).flatMap(([window, key]) => {
    const nano = budgets[key] === undefined ? undefined : nanoOf(budgets[key]);
    return nano === undefined ? [] : [{ window: window as BudgetWindow, project, nano }];
  });
}
