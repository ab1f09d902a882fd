import * as z from 'zod';
import { pastCost } from '../core/record/past-cost.ts';
import type { UsageRecord } from '../core/record/usage-record.ts';
import {
  type Candidate,
  candidatesOf,
  describeAdvice,
  type RouteDecision,
  shownRejections,
} from '../core/router/decision.ts';
import { type DelegateRequest, taskNameOf } from '../core/tasks/request.ts';
import { reasoningEfforts } from '../core/tasks/tasks.ts';
import { prepare } from '../engine/prepare/prepare.ts';
import type { OperationContext } from './context.ts';
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
    rules: z
      .array(z.object({ path: z.string(), tokens: z.number() }))
      .describe('Files of rules in the repository that go along.'),
    warnings: z.array(z.string()),
  });

export type DecisionOutput = z.output<ReturnType<typeof decisionSchema>>;

export const routeExplainOperation = operation({
  name: 'route.explain',
  command: ['route'],
  title: 'Explain a route',
  summary: 'Show which model a request would go to, why, and what it may cost. Offline, no key needed.',
  description:
    'Shows which model a request would go to, why, and its cost; sends nothing. Takes the fields of delegate.run.',
  guidance: 'which model a call would go to and what it may cost, without sending it.',
  input: () =>
    z.strictObject({
      ...requestFields,
      files: withSurface(requestFields.files, { plain: true }),
      forceModel: withSurface(requestFields.forceModel, { plain: true }),
      effort: withSurface(requestFields.effort, { unlisted: true }),
      complexity: withSurface(requestFields.complexity, { unlisted: true }),
      maxOutput: withSurface(requestFields.maxOutput, { unlisted: true }),
      task: taskField.optional(),
      input: requestFields.input.optional(),
      framework: cliOnly(frameworkField),
      return: cliOnly(returnField),
      gitChange: withSurface(gitChangeField, { unlisted: true }),
    }),
  output: decisionSchema,
  annotations: looks,
  examples: ['orch route --explain refactor -f src/cart.ts', 'orch route tests -f cart.py'],
  run: (input, context, { signal }) => {
    const request = readRequest({ ...input, input: input.input ?? '' }, () => context.config().tasks);
    return explain(request, context, signal);
  },
});

/** The route that a call with this request would take. */
export async function explain(
  request: DelegateRequest,
  context: Pick<OperationContext, 'engine' | 'notes' | 'recentRecords'>,
  signal: AbortSignal,
): Promise<DecisionOutput> {
  const { decision, input, rules } = await prepare(request, context.engine(), signal);
  const past = await context.recentRecords(taskNameOf(request));
  return { ...toDecisionOutput(decision, past, [...context.notes(), ...input.warnings]), rules };
}

function toDecisionOutput(
  decision: RouteDecision,
  past: readonly Partial<UsageRecord>[],
  otherWarnings: readonly string[],
): Omit<DecisionOutput, 'rules'> {
  const { features, selected, ceilingAdvice } = decision;
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
      ...(ceilingAdvice ? [describeAdvice(ceilingAdvice)] : []),
      ...decision.warnings,
      ...candidatesOf(decision).flatMap(({ warnings }) => warnings),
      ...otherWarnings,
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
