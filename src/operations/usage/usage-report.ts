import * as z from 'zod';
import { groupKeys } from '../../core/record/report/group-keys.ts';
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
    unknown_cost: count,
    cost_share: known,
    cost_per_success_usd: known,
    baseline_cost_usd: known,
    latency_p50_ms: known,
    latency_p95_ms: known,
    verify_ms: known,
  });

export const usageReportOperation = operation({
  name: 'usage.report',
  command: ['usage', 'report'],
  groupSummary: 'Report what was spent.',
  title: 'Report usage',
  summary: 'Summarise cost, tokens and latency by model, task, day and more.',
  description: 'Summarises tokens, cost and latency from the usage ledger.',
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
  async run({ files, by, compare, since, until, timezone, ...only }, context, { signal }) {
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
    await context.scanLedgers(files && files.length > 0 ? files : undefined, tally, signal);
    const report = close();
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
