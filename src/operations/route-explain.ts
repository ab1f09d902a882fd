import * as z from 'zod';
import { budgetLeft, limitsOf } from '../core/budget/limits.ts';
import type { Standing } from '../core/budget/state.ts';
import { OrchError } from '../core/errors/orch-error.ts';
import { type PastRecord, pastCost } from '../core/record/past-cost.ts';
import { budgetAdvice } from '../core/router/ceiling-advice.ts';
import {
  type Candidate,
  candidatesOf,
  describeAdvice,
  type RouteDecision,
  shownRejections,
} from '../core/router/decision.ts';
import { withBudgetsUnavailable, withinBudgets } from '../core/router/within-budgets.ts';
import { type DelegateRequest, taskNameOf } from '../core/tasks/request.ts';
import { reasoningEfforts } from '../core/tasks/tasks.ts';
import type { CallOptions, EngineContext } from '../engine/context.ts';
import { lifeCycle, prepare } from '../engine/prepare/prepare.ts';
import { budgetSchema } from './budget-schema.ts';
import type { OperationContext } from './context.ts';
import { autoContextSchema } from './delegation/auto-context-schema.ts';
import {
  frameworkField,
  gitChangeField,
  requestFields,
  returnField,
  taskField,
} from './delegation/fields.ts';
import { readRequest } from './delegation/read-request.ts';
import { cliOnly, echo, looks, operation, withSurface } from './operation.ts';

const usd = () => z.number().nullable();

const candidateSchema = () =>
  z.object({
    alias: z.string(),
    requested_model: z.string(),
    model: z.string(),
    hops: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        why: z.enum(['retired', 'not-found']),
        on: z.string().optional(),
      }),
    ),
    cost_usd: z.object({ low: usd(), expected: usd(), high: usd() }).describe('high: the worst case.'),
    past: z.object({ calls: z.number(), median_usd: z.number() }).nullable().describe('Your own such calls.'),
    max_output_tokens: z.number().describe('Reasoning included.'),
    visible_output_tokens: z.number(),
    effort: z.enum(reasoningEfforts).nullable(),
    temperature: z.number().nullable().describe('null: not sent.'),
    timeouts: z.object({
      first_event_ms: z.number(),
      thinking_ms: z.number(),
      idle_ms: z.number(),
      total_ms: z.number(),
    }),
    notes: z.array(z.string()),
  });

export const decisionSchema = () =>
  z.object({
    task: echo(z.string()),
    rule: z.enum(['forced', 'safety-critical', 'complexity', 'cost', 'language', 'task-order']),
    rationale: z.string(),
    size: z.number().describe('Tokens of the input, ceil(chars / 3).'),
    language: echo(z.string().nullable()),
    safety_critical: echo(z.boolean()),
    selected: candidateSchema().nullable(),
    fallbacks: z.array(candidateSchema()),
    rejected: z.array(
      z.object({ alias: z.string(), model: z.string(), code: z.string(), reason: z.string() }),
    ),
    ceiling_usd: usd(),
    budgets: z.array(budgetSchema()).describe('What is left of them now.'),
    rules: z
      .array(z.object({ path: z.string(), tokens: z.number() }))
      .describe('Files of rules in the repository that go along.'),
    auto_context: echo(autoContextSchema()),
    warnings: z.array(z.string()),
  });

export type DecisionOutput = z.output<ReturnType<typeof decisionSchema>>;

export const routeExplainOperation = operation({
  title: 'Explain a route',
  description: 'Tells the model, reason and cost of a request; sends nothing.',
  guidance: 'which model a call would go to and what it may cost, without sending it.',
  input: () =>
    z.strictObject({
      ...requestFields,
      files: withSurface(requestFields.files, { plain: true }),
      forceModel: withSurface(requestFields.forceModel, { plain: true }),
      effort: withSurface(requestFields.effort, { unlisted: true }),
      complexity: withSurface(requestFields.complexity, { unlisted: true }),
      maxOutput: withSurface(requestFields.maxOutput, { unlisted: true }),
      autoContext: withSurface(requestFields.autoContext, { unlisted: true }),
      task: taskField.optional(),
      input: requestFields.input.optional(),
      framework: cliOnly(frameworkField),
      return: cliOnly(returnField),
      gitChange: withSurface(gitChangeField, { unlisted: true }),
    }),
  output: decisionSchema,
  annotations: looks,
  examples: ['orch route --explain refactor -f src/cart.ts', 'orch route tests -f cart.py'],
  run: (input, context, { signal, onProgress }) => {
    const request = readRequest({ ...input, input: input.input ?? '' }, () => context.config().tasks);
    return explain(request, context, signal, onProgress);
  },
});

/** The route that a call with this request would take. */
export async function explain(
  request: DelegateRequest,
  context: Pick<OperationContext, 'engine' | 'notes' | 'recentRecords' | 'budgetStandings'>,
  signal: AbortSignal,
  onProgress?: CallOptions['onProgress'],
): Promise<DecisionOutput> {
  const engine = context.engine();
  const { decision, input, rules, autoContext } = await prepare(request, engine, {
    signal,
    onProgress,
    looks: true,
  });
  const { standings, refuses, warnings } = await budgetsNow(engine, context);
  const now = refuses ? withBudgetsUnavailable(decision) : withinBudgets(decision, standings);
  const past = await context.recentRecords(taskNameOf(request));
  return {
    ...toDecisionOutput(now, past, {
      first: [...adviceFor(now, standings, engine), ...warnings],
      last: [...context.notes(), ...input.warnings],
    }),
    budgets: standings.map(budgetLeft),
    rules,
    ...(autoContext === undefined ? {} : { auto_context: autoContext }),
  };
}

/** A call that spends nothing has none. `refuses`: a call is not sent because they cannot be counted. */
async function budgetsNow(
  { config, projectName, rehearsal }: EngineContext,
  context: Pick<OperationContext, 'budgetStandings'>,
): Promise<{ standings: Standing[]; refuses: boolean; warnings: string[] }> {
  const { budgets } = config.policies;
  const limits = rehearsal ? [] : limitsOf(budgets, projectName);
  if (limits.length === 0) return { standings: [], refuses: false, warnings: [] };
  try {
    return { standings: await context.budgetStandings(limits), refuses: false, warnings: [] };
  } catch (error) {
    if (!(error instanceof OrchError)) throw error;
    const refuses = budgets.onUnavailable === 'refuse';
    const then = refuses ? 'refused' : 'sent without being counted';
    const cure = error.hint === undefined ? '' : ` (${error.hint})`;
    return {
      standings: [],
      refuses,
      warnings: [
        `what is left of the budgets is unknown, and a call would be ${then}: ${error.message}${cure}`,
      ],
    };
  }
}

/** What would get the call through that a ceiling or a budget refuses. */
function adviceFor(decision: RouteDecision, standings: readonly Standing[], engine: EngineContext): string[] {
  const { selected, ceilingAdvice, rejected } = decision;
  if (ceilingAdvice) return [describeAdvice(ceilingAdvice)];
  if (selected || !rejected.some(({ code }) => code === 'budget')) return [];
  const worst = rejected.flatMap(({ code, worstUsd }) => (code === 'budget' ? (worstUsd ?? []) : []));
  return [budgetAdvice(worst, standings, decision, engine.config, lifeCycle(engine))];
}

function toDecisionOutput(
  decision: RouteDecision,
  past: readonly PastRecord[],
  warnings: { first: readonly string[]; last: readonly string[] },
): Omit<DecisionOutput, 'rules' | 'budgets'> {
  const { features, selected } = decision;
  const task = taskNameOf(features);
  const shown = (candidate: Candidate) => ({
    ...toCandidateOutput(candidate),
    past: pastCost(past, task, candidate.model) ?? null,
  });
  return {
    task,
    rule: decision.rule,
    rationale: decision.rationale,
    size: features.approxTokens,
    language: features.language ?? null,
    safety_critical: features.safetyCritical,
    selected: selected ? shown(selected) : null,
    fallbacks: decision.fallbacks.map(shown),
    rejected: shownRejections(decision.rejected),
    ceiling_usd: decision.ceilingUsd ?? null,
    warnings: [
      ...warnings.first,
      ...decision.warnings,
      ...candidatesOf(decision).flatMap(({ warnings }) => warnings),
      ...warnings.last,
    ],
  };
}

function toCandidateOutput({
  alias,
  requestedModel,
  model,
  hops,
  cost,
  parameters,
  timeouts,
  notes,
}: Candidate): Omit<DecisionOutput['fallbacks'][number], 'past'> {
  return {
    alias,
    requested_model: requestedModel,
    model,
    hops,
    cost_usd: { low: cost?.lowUsd ?? null, expected: cost?.expectedUsd ?? null, high: cost?.highUsd ?? null },
    max_output_tokens: parameters.maxOutputTokens,
    visible_output_tokens: parameters.visibleOutputTokens,
    effort: parameters.effort ?? null,
    temperature: parameters.temperature ?? null,
    timeouts: {
      first_event_ms: timeouts.firstEventMs,
      thinking_ms: timeouts.thinkingMs,
      idle_ms: timeouts.idleMs,
      total_ms: timeouts.totalMs,
    },
    notes,
  };
}
