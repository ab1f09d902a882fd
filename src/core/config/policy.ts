/**
 * The schemas of `models.json` and `policies.json`, which are made when a layer is checked, and the defaults of
 * every key that is ours.
 */
import * as z from 'zod';
import { reasoningEfforts, type TaskKind, taskKinds, tasks, verbosities } from '../tasks/tasks.ts';
import { once } from '../text/once.ts';

const tokens = once(() => z.int().positive());
const milliseconds = once(() => z.int().positive());
const usd = once(() => z.number().positive('must be more than 0; leave it out for no limit'));

export const candidateSchema = once(() =>
  z.union([
    z.string().min(1),
    z.strictObject({
      alias: z.string().min(1),
      effort: z.enum(reasoningEfforts).optional().describe('Reasoning effort for this place in the list.'),
    }),
  ]),
);

/** A place in a routing list: an alias, a model id, or an alias with an effort of its own. */
export type CandidateSpec = z.infer<ReturnType<typeof candidateSchema>>;

export const modelsSchema = once(() =>
  z.strictObject({
    $schema: z.string().optional(),
    aliases: z.record(z.string().min(1), z.string().min(1)).optional().describe('Short name to model.'),
    routing: z
      .strictObject(
        Object.fromEntries(
          taskKinds.map((task) => [task, z.array(candidateSchema()).min(1).optional()]),
        ) as Record<TaskKind, z.ZodOptional<z.ZodArray<ReturnType<typeof candidateSchema>>>>,
      )
      .optional()
      .describe('Per task: the candidates in the order in which they are tried.'),
  }),
);

const generationSchema = once(() =>
  z.strictObject({
    max_output_tokens: tokens()
      .optional()
      .describe('Room for the visible answer, in tokens; reasoning models are given head-room on top.'),
    temperature: z.number().min(0).max(2).optional().describe('Sent only to models that take it.'),
    reasoning_effort: z.enum(reasoningEfforts).optional().describe("Clamped to what the model's card lists."),
    verbosity: z.enum(verbosities).optional(),
  }),
);

const timeoutsSchema = once(() =>
  z.strictObject({
    firstEventMs: milliseconds().optional().describe('Longest wait for the first event. Default 45000.'),
    idleMs: milliseconds().optional().describe('Longest silence between two events. Default 60000.'),
    totalMs: milliseconds().optional().describe('Longest duration of one attempt. Default 240000.'),
  }),
);

const perTask = <T extends z.ZodType>(schema: T) =>
  z.strictObject(
    Object.fromEntries(taskKinds.map((task) => [task, schema.optional()])) as Record<
      TaskKind,
      z.ZodOptional<T>
    >,
  );

export const policiesSchema = once(() =>
  z.strictObject({
    $schema: z.string().optional(),
    defaults: generationSchema().optional().describe('For every task.'),
    overrides: perTask(generationSchema()).optional().describe('Per task, over the defaults.'),
    caps: z
      .record(z.string().min(1), z.strictObject({ max_input: tokens().optional() }))
      .optional()
      .describe('Per alias: a request with more input, in tokens, skips it.'),
    timeouts: z
      .record(z.string().min(1), timeoutsSchema())
      .optional()
      .describe('`default`, and per alias what differs.'),
    retry: z
      .strictObject({
        maxRetries: z.int().nonnegative().optional().describe('Retries of one model. Default 2.'),
        baseMs: milliseconds().optional().describe('First wait; doubled each time, jittered. Default 500.'),
        maxMs: milliseconds().optional().describe('Longest wait. Default 8000.'),
      })
      .optional(),
    breaker: z
      .strictObject({
        failures: z.int().positive().optional().describe('Failures in a row that open it. Default 3.'),
        cooldownMs: milliseconds()
          .optional()
          .describe(
            'Time until one probe is let through; half of it after a probe that failed. Default 60000.',
          ),
      })
      .optional(),
    budgets: z
      .strictObject({
        perCallUsd: usd().optional().describe('A call whose worst case is dearer is not sent.'),
        perTaskUsd: perTask(usd()).optional().describe('The same per task; the smaller one holds.'),
        alertUsd: usd().optional().describe('A dearer call carries an alert. Default 2.'),
      })
      .optional(),
    languages: z
      .record(z.string().min(1), z.string().min(1).nullable())
      .optional()
      .describe('Language to the alias it leans to; null takes a lean away. Default c, cpp, rust to codex.'),
    safetyCritical: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('The only candidates for safety-critical work. Default codex, full.'),
  }),
);

export type ModelsLayer = z.infer<ReturnType<typeof modelsSchema>>;
export type PoliciesLayer = z.infer<ReturnType<typeof policiesSchema>>;
export type GenerationPolicy = z.infer<ReturnType<typeof generationSchema>>;

export interface Timeouts {
  firstEventMs: number;
  idleMs: number;
  totalMs: number;
}

export interface RetryPolicy {
  maxRetries: number;
  baseMs: number;
  maxMs: number;
}

export interface BreakerPolicy {
  failures: number;
  cooldownMs: number;
}

export interface Budgets {
  perCallUsd: number | undefined;
  perTaskUsd: Partial<Record<TaskKind, number>>;
  alertUsd: number;
}

export interface Policies {
  defaults: GenerationPolicy;
  overrides: Partial<Record<TaskKind, GenerationPolicy>>;
  caps: Record<string, { max_input?: number | undefined }>;
  timeouts: Record<string, Partial<Timeouts>>;
  retry: RetryPolicy;
  breaker: BreakerPolicy;
  budgets: Budgets;
  languages: Record<string, string | null>;
  safetyCritical: string[];
}

const defaultTimeouts: Timeouts = { firstEventMs: 45_000, idleMs: 60_000, totalMs: 240_000 };

/** Fills in the defaults of every key that the merged layers leave open. */
export function completePolicies(layer: PoliciesLayer): Policies {
  return {
    defaults: { max_output_tokens: 2048, ...layer.defaults },
    overrides: layer.overrides ?? {},
    caps: layer.caps ?? {},
    timeouts: layer.timeouts ?? {},
    retry: { maxRetries: 2, baseMs: 500, maxMs: 8_000, ...layer.retry },
    breaker: { failures: 3, cooldownMs: 60_000, ...layer.breaker },
    budgets: {
      perCallUsd: layer.budgets?.perCallUsd,
      perTaskUsd: layer.budgets?.perTaskUsd ?? {},
      alertUsd: layer.budgets?.alertUsd ?? 2,
    },
    languages: { c: 'codex', cpp: 'codex', rust: 'codex', ...layer.languages },
    safetyCritical: layer.safetyCritical ?? ['codex', 'full'],
  };
}

export function generationFor(policies: Policies, task: TaskKind): GenerationPolicy {
  return { reasoning_effort: tasks[task].effort, ...policies.defaults, ...policies.overrides[task] };
}

export function timeoutsFor(policies: Policies, alias: string): Timeouts {
  const own = Object.hasOwn(policies.timeouts, alias) ? policies.timeouts[alias] : undefined;
  return { ...defaultTimeouts, ...policies.timeouts.default, ...own };
}

/** The ceiling that holds for a call: the smallest of those that are set. Undefined: none. */
export function ceilingFor(
  policies: Policies,
  task: TaskKind,
  asked: number | undefined,
): number | undefined {
  const ceilings = [asked, policies.budgets.perCallUsd, policies.budgets.perTaskUsd[task]].filter(
    (value) => value !== undefined,
  );
  return ceilings.length === 0 ? undefined : Math.min(...ceilings);
}
