import * as z from 'zod';
import { budgetLeft, limitsOf } from '../../core/budget/limits.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { BudgetLeft } from '../../core/record/usage-status.ts';
import { formatUsd } from '../../core/text/format.ts';
import { budgetSchema } from '../budget-schema.ts';
import type { OperationContext } from '../context.ts';
import { commandOnly, field } from '../operation.ts';

export const usageStatusOperation = commandOnly({
  // A status line is shown again and again: it must not fail where another setting is wrong.
  examines: true,
  input: () =>
    z.strictObject({
      statusline: field(
        z.boolean().optional(),
        "For Claude Code's status line: always one line on standard output, and exit status 0",
        { flag: '--statusline' },
      ),
      rebuild: field(
        z.boolean().optional(),
        'First sum up usage records for the budget in ORCH_BUDGET_URL, which has lost its data or is new; meanwhile nothing can be spent',
        { flag: '--rebuild' },
      ),
      files: field(
        z.array(z.string().min(1)).optional(),
        'With --rebuild: the CSV files of all who share the budget; what is in none of them is forgotten (default: your ledger)',
        { positional: 'list', complete: 'file' },
      ),
    }),
  output: () =>
    z.object({
      day: z.string(),
      timezone: z.string(),
      calls: z.number(),
      cost_usd: z.number(),
      cost_estimated_usd: z.number(),
      unknown_cost: z.number(),
      last: z
        .object({
          run_id: z.string().nullable(),
          task: z.string().nullable(),
          model: z.string().nullable(),
          cost_usd: z.number().nullable(),
          cost_estimated_usd: z.number(),
          error: z.string().nullable(),
          ended_at: z.string(),
        })
        .nullable(),
      budgets: z.array(budgetSchema()),
      line: z.string().describe('All this for a person.'),
      warnings: z.array(z.string()),
    }),
  examples: [
    'orch usage status',
    'orch usage status --statusline   (as the command of statusLine in ~/.claude/settings.json)',
    'orch usage status --rebuild team/*.csv',
  ],
  async run({ statusline, rebuild, files = [] }, context, { signal }) {
    try {
      if (files.length > 0 && rebuild !== true)
        throw new OrchError('usage', 'files are only read with --rebuild', {
          hint: 'orch usage report reads any usage CSV',
        });
      const warnings: string[] = [];
      if (rebuild) {
        const { NotedFaults } = await import('../../core/budget/noted-faults.ts');
        const { skippedWarning } = await import('../../core/record/report/report-notes.ts');
        const unreadable: string[] = [];
        const lessUsd = await context.rebuildBudget(async (sink) => {
          const noted = new NotedFaults(sink);
          await context.scanLedgers(files.length > 0 ? files : undefined, noted, signal);
          unreadable.push(...skippedWarning(noted));
        });
        for (const skipped of unreadable)
          warnings.push(
            `${skipped}: what they cost is missing in the budget until they are corrected and it is rebuilt`,
          );
        if (lessUsd > 0) warnings.push(lessCounted(lessUsd, files.length > 0));
      }
      const status = await read(context);
      return { ...status, warnings: [...warnings, ...status.warnings] };
    } catch (error) {
      if (statusline !== true) throw error;
      const { unknownStatus } = await import('../../core/record/usage-status.ts');
      return unknownStatus((error as Error).message);
    }
  },
});

function lessCounted(lessUsd: number, isNamed: boolean): string {
  const read = isNamed ? 'these usage records' : 'your own usage records, which were read alone,';
  return `the budget counted ${formatUsd(lessUsd)} more before than ${read} hold: what others spent is only in theirs (orch usage status --rebuild FILE… of all who share it)`;
}

async function read(context: OperationContext) {
  const { usageStatus, statusLine } = await import('../../core/record/usage-status.ts');
  const { timeZone } = await import('../../core/record/time-zone.ts');
  const { name, origin } = context.zone();
  const zone = timeZone(name, origin);
  const now = context.clock().now();
  const { location, tail } = await context.ledgerTail(zone.startOf(zone.dayOf(now)));
  const warnings: string[] = [];
  const faults: string[] = [];
  if (location !== undefined && tail === undefined) faults.push('nothing has been recorded yet');
  // What was spent is shown all the same.
  const budgets = await budgetsLeft(context).catch((error: Error) => {
    warnings.push(`what is left of the budgets is unknown: ${error.message}`);
    faults.push(`budgets unknown: ${error.message}`);
    return [];
  });
  const status = usageStatus(tail?.records ?? [], { now, zone, budgets });
  if (tail?.complete === false) warnings.push('there are more calls today than were read: the sum is a part');
  if (status.unknown_cost > 0)
    warnings.push(`the cost of ${status.unknown_cost} of today's attempts is unknown`);
  if (tail !== undefined && tail.skipped > 0) {
    const rows = `${tail.skipped} ${tail.skipped === 1 ? 'row' : 'rows'} of the ledger`;
    warnings.push(`${rows} could not be read: orch usage report says which`);
    faults.push(`${rows} could not be read`);
  }
  const isPart = tail !== undefined && (!tail.complete || tail.skipped > 0);
  const line =
    location === undefined && budgets.length === 0
      ? 'recording is off (ORCH_USAGE_CSV=off)'
      : statusLine(status, now, { isPart, faults });
  return { ...status, line, warnings };
}

async function budgetsLeft(context: OperationContext): Promise<BudgetLeft[]> {
  const limits = limitsOf(context.config().policies.budgets, context.environment().projectName);
  return limits.length === 0 ? [] : (await context.budgetStandings(limits)).map(budgetLeft);
}
