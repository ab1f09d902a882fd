import * as z from 'zod';
import { allLimitsOf, reportBudget } from '../../core/budget/limits.ts';
import { groupKeys } from '../../core/record/report/group-keys.ts';
import type { ReportBudget } from '../../core/record/report/usage-report.ts';
import type { OperationContext } from '../context.ts';
import { echo, field, looks, operation } from '../operation.ts';

const count = z.number();
const known = z.number().nullable();

const groupSchema = () =>
  z.object({
    key: z.partialRecord(z.enum(groupKeys), z.string()),
    calls: count,
    attempts: count,
    successes: count,
    success_rate: known,
    failures: count,
    error_rate: known,
    fallbacks: count,
    fallback_rate: known,
    input_tokens: count,
    cached_input_tokens: count,
    cache_write_tokens: count,
    output_tokens: count,
    reasoning_tokens: count,
    cost_usd: known,
    cost_estimated_usd: count,
    estimated_attempts: count,
    unknown_cost: count,
    cost_share: known,
    cost_per_success_usd: known,
    baseline_cost_usd: known,
    latency_p50_ms: known,
    latency_p95_ms: known,
    verify_ms: known,
  });

export const usageReportOperation = operation({
  title: 'Report usage',
  description: 'Tokens, cost and latency of past calls.',
  guidance: 'what was spent.',
  input: () =>
    z.strictObject({
      files: field(
        z.array(z.string().min(1)).optional(),
        'CSV files to read, packed or not; patterns, - (default: your ledger)',
        { positional: 'list', cliOnly: true, complete: 'file' },
      ),
      by: field(z.array(z.enum(groupKeys)).optional(), 'Group by', {
        flag: '--by <keys>',
        complete: groupKeys,
        plain: true,
      }),
      compare: field(z.enum(groupKeys).optional(), 'Side by side, per task or --by: mostly model', {
        flag: '--compare <key>',
        cliOnly: true,
        complete: groupKeys,
      }),
      since: field(z.string().optional(), '2026-11-01, 7d, today', { flag: '--since <when>' }),
      until: field(z.string().optional(), 'Same formats; a day is included', {
        flag: '--until <when>',
        plain: true,
      }),
      tasks: field(z.array(z.string().min(1)).optional(), 'Only this task (may be repeated)', {
        flag: '--task <name>',
        cliOnly: true,
      }),
      models: field(
        z.array(z.string().min(1)).optional(),
        'Only this model, requested or answering, or alias (may be repeated)',
        { flag: '--model <name>', cliOnly: true },
      ),
      projects: field(z.array(z.string().min(1)).optional(), 'Only this project (may be repeated)', {
        flag: '--project <name>',
        cliOnly: true,
      }),
      timezone: field(z.string().min(1).optional(), 'Time zone of the days (default: TZ, else the system)', {
        flag: '--timezone <name>',
        cliOnly: true,
      }),
      // Formats that have charts ask for it; no surface offers it.
      charts: field(z.boolean().optional(), 'With what charts show', { cliOnly: true }),
    }),
  output: () =>
    z.object({
      by: echo(z.array(z.enum(groupKeys))),
      compare: echo(z.enum(groupKeys).nullable()),
      timezone: echo(z.string()),
      since: echo(z.string().nullable()),
      until: echo(z.string().nullable()),
      generated_at: echo(z.string()),
      files: echo(z.array(z.string())),
      groups: z.array(groupSchema()),
      total: groupSchema(),
      skipped_rows: count,
      duplicate_rows: count,
      notes: z.array(z.string()),
      warnings: z.array(z.string()),
    }),
  annotations: looks,
  examples: [
    'orch usage report --by model,task --since 7d',
    'orch usage report logs/usage.csv --by day --format md',
    "orch usage report 'logs/*.csv.gz' --compare model",
  ],
  async run({ files = [], by, compare, since, until, timezone, ...only }, context, { signal }) {
    const { openReport } = await import('../../core/record/report/usage-report.ts');
    const { readWhen } = await import('../../core/record/when.ts');
    const { timeZone } = await import('../../core/record/time-zone.ts');
    const { name, origin } =
      timezone === undefined ? context.zone() : { name: timezone, origin: '--timezone' };
    const zone = timeZone(name, origin);
    const now = context.clock().now();
    const { tally, close } = openReport({
      by: by ?? (compare === undefined ? ['model'] : ['task']),
      compare,
      since: since === undefined ? undefined : readWhen(since, now, zone, 'since'),
      until: until === undefined ? undefined : readWhen(until, now, zone, 'until'),
      ...only,
      now,
      zone,
    });
    await context.scanLedgers(files.length > 0 ? files : undefined, tally, signal);
    const report = close();
    // Somebody else's file has nothing to do with the user's budgets, and they are no measure for a part of what was spent.
    const isWhole = files.length === 0 && !only.tasks && !only.models && !only.projects;
    if (isWhole) report.budgets = await budgetsOf(context, report.warnings);
    if (report.files.length === 0) {
      const location = context.ledger().location;
      report.warnings.push(
        location === undefined
          ? 'recording is off (ORCH_USAGE_CSV=off)'
          : `nothing has been recorded yet: ${location} does not exist`,
      );
    }
    return report;
  },
});

/** Those of all projects. What is spent is not known where a budget cannot be used, which does not spoil the report. */
async function budgetsOf(context: OperationContext, warnings: string[]): Promise<ReportBudget[]> {
  try {
    const limits = allLimitsOf(context.config().policies.budgets);
    if (limits.length === 0) return [];
    const standings = await context.budgetStandings(limits).catch((error: Error) => {
      warnings.push(`what is spent of the budgets is unknown: ${error.message}`);
      return undefined;
    });
    return limits.map((limit, at) => reportBudget(limit, standings?.[at]));
  } catch (error) {
    warnings.push(`budgets are not shown: ${(error as Error).message}`);
    return [];
  }
}
