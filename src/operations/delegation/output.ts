/** The output of a delegation on every surface: `{result, meta}`. */
import * as z from 'zod';
import { costAlert } from '../../core/errors/spending.ts';
import { hopsOf } from '../../core/router/route.ts';
import { taskNameOf } from '../../core/tasks/request.ts';
import { printable } from '../../core/text/hidden.ts';
import { servedName, spending } from '../../engine/attempts/attempt.ts';
import type { DelegateOutcome } from '../../engine/delegate.ts';
import type { FinishedAnswer, FinishedPatch } from '../../engine/finish/finish-answer.ts';
import type { OperationContext } from '../context.ts';
import { echo } from '../operation.ts';
import { verdictSchema } from '../verdict/verdict-schema.ts';
import { autoContextSchema } from './auto-context-schema.ts';
import { shownAttempts, shownAttemptsSchema } from './shown-attempts.ts';

const tokens = () => z.number().nullable();

const metaSchema = () =>
  z.object({
    model: z.string().nullable().describe('Named in the response; null if no request was sent.'),
    alias: z.string().nullable(),
    requested_model: z.string().nullable().describe('Model of the alias before any hop.'),
    task: z.string(),
    rationale: z.string(),
    usage: z.object({
      input: tokens(),
      output: tokens(),
      cached_input: tokens(),
      cache_write: tokens(),
      reasoning: tokens(),
    }),
    cost_usd: z.number().nullable().describe('Of all attempts; null if a price is unknown.'),
    cost_estimated_usd: z
      .number()
      .optional()
      .describe('Part of cost_usd: the worst case of what is unknown.'),
    cost_alert: z.string().optional(),
    attempts: shownAttemptsSchema(),
    latency_ms: z.number(),
    finish_reason: z.string().describe('As reported by the provider.'),
    response_id: z.string().nullable(),
    run_id: z.string(),
    warnings: z.array(z.string()),
    outcome: z.enum(['no-change']).optional().describe('Nothing needs to change; result is empty.'),
    reason: z.string().optional(),
    rehearsal: z.boolean().optional(),
    patch: z
      .object({
        id: z.string().optional().describe('For patch.apply.'),
        files: z.array(z.object({ path: z.string(), added: z.number(), deleted: z.number() })),
        diffstat: z.string(),
        checked_by: z.enum(['git', 'none']),
        hunks: z.array(z.object({ path: z.string(), line: z.number(), level: z.string() })),
        applied: z.boolean().optional(),
      })
      .optional(),
    auto_context: autoContextSchema(),
    verify: echo(
      z
        .object({
          sandbox: z.enum(['bubblewrap', 'sandbox-exec', 'none']),
          ms: z.number().describe('Of all runs of the command.'),
          repairs: z.number(),
        })
        .optional(),
    ),
    verdict: echo(verdictSchema().optional()),
    output_file: z.string().optional(),
    incomplete: z.string().optional().describe('Why the result is only the beginning of a text.'),
  });

export const delegateOutput = () => z.object({ result: z.string(), meta: metaSchema() });
export type DelegateOutput = z.output<ReturnType<typeof delegateOutput>>;

function patchMeta({
  stats,
  diffstat,
  checkedBy,
  hunks,
}: FinishedPatch): NonNullable<DelegateOutput['meta']['patch']> {
  return {
    files: stats.map(({ path, added, deleted }) => ({ path, added, deleted })),
    diffstat,
    checked_by: checkedBy,
    hunks: hunks.map(({ path, line, level }) => ({ path, line, level })),
  };
}

/** Why there is no patch although the call succeeded. */
function outcomeMeta({ noChange }: FinishedAnswer): Pick<DelegateOutput['meta'], 'outcome' | 'reason'> {
  return noChange === undefined ? {} : { outcome: 'no-change', reason: printable(noChange) };
}

/** Output for an existing answer, without a request. */
export function givenAnswerOutput(
  finished: FinishedAnswer,
  { newId }: Pick<OperationContext, 'newId'>,
): DelegateOutput {
  const { result, patch, warnings } = finished;
  return {
    result,
    meta: {
      model: null,
      alias: null,
      requested_model: null,
      task: 'refactor',
      rationale: 'existing answer: no request was sent',
      usage: { input: 0, output: 0, cached_input: 0, cache_write: 0, reasoning: 0 },
      cost_usd: 0,
      attempts: [],
      latency_ms: 0,
      finish_reason: 'stop',
      response_id: null,
      run_id: newId(),
      warnings: warnings.map(printable),
      ...outcomeMeta(finished),
      ...(patch ? { patch: patchMeta(patch) } : {}),
    },
  };
}

export type CheckedMeta = Pick<DelegateOutput['meta'], 'verify' | 'verdict'>;

/** `checked`: of a result that has passed a check. */
export function toOutput(
  outcome: DelegateOutcome,
  context: OperationContext,
  checked?: CheckedMeta,
): DelegateOutput {
  const { attempt, attempts, finished, decision, generated, prepared } = outcome;
  const engine = context.engine();
  const spent = spending(attempts);
  const costAlerted = costAlert(spent, engine.config.policies.budgets.alertUsd);
  const warnings = dueAmong([...context.notes(), ...outcome.warnings], outcome.reminders, context);
  if (costAlerted !== undefined) warnings.push(costAlerted);
  if (engine.rehearsal) warnings.unshift('rehearsal: the answer is simulated; nothing was sent or spent');
  const { usage } = attempt;
  return {
    result: finished.result,
    meta: {
      model: servedName(attempt, engine) ?? attempt.candidate.model,
      alias: attempt.candidate.alias,
      requested_model: attempt.candidate.requestedModel,
      task: taskNameOf(decision.features),
      rationale: rationaleOf(outcome),
      usage: {
        input: usage.inputTokens ?? null,
        output: usage.outputTokens ?? null,
        cached_input: usage.cachedInputTokens ?? null,
        cache_write: usage.cacheWriteTokens ?? null,
        reasoning: usage.reasoningTokens ?? null,
      },
      cost_usd: spent.cost_usd,
      ...(spent.cost_estimated_usd === undefined ? {} : { cost_estimated_usd: spent.cost_estimated_usd }),
      ...(costAlerted === undefined ? {} : { cost_alert: costAlerted }),
      attempts: shownAttempts(attempts),
      latency_ms: Math.round(outcome.latencyMs),
      finish_reason: generated.finishReason,
      response_id: generated.responseId ?? null,
      run_id: outcome.runId,
      warnings: [...new Set(warnings)].map(printable),
      ...outcomeMeta(finished),
      ...(engine.rehearsal ? { rehearsal: true } : {}),
      ...(prepared.autoContext === undefined ? {} : { auto_context: prepared.autoContext }),
      ...(finished.patch ? { patch: patchMeta(finished.patch) } : {}),
      ...checked,
      ...(outcome.cut ? { incomplete: printable(outcome.cut.message) } : {}),
    },
  };
}

/** All but the reminders that were shown before. */
function dueAmong(
  warnings: readonly string[],
  reminders: readonly string[],
  context: OperationContext,
): string[] {
  const repeatable = new Set([...reminders, ...context.environment().reminders]);
  return warnings.filter((warning) => !repeatable.has(warning) || context.isDue(warning));
}

/** The decision's rationale, and the fallback if another model answered. */
function rationaleOf({ decision, attempt, attempts }: DelegateOutcome): string {
  const { selected } = decision;
  if (!selected || attempt.candidate.model === selected.model) return decision.rationale;
  const wasTried = attempts.some(({ candidate }) => candidate.model === selected.model);
  return `${decision.rationale}; ${selected.model} ${wasTried ? 'failed' : 'skipped'} => ${attempt.candidate.model}${hopsOf(attempt.candidate)}`;
}
