/** The budgets of a report for the formats that have no list of them. */
import { formatUsd } from '../../text/format.ts';
import { printable } from '../../text/hidden.ts';
import type { ReportBudget } from './usage-report.ts';

export function budgetNotes(budgets: readonly ReportBudget[]): string[] {
  return budgets.map(({ window, project, limit_usd, spent_usd }) => {
    const whose = project === null ? '' : ` of project ${printable(project)}`;
    const spent = spent_usd === null ? 'unknown' : formatUsd(spent_usd);
    const when = window === 'day' ? 'today' : `this ${window}`;
    return `Budget${whose} per ${window}: ${formatUsd(limit_usd)}; spent ${when}: ${spent}.`;
  });
}
