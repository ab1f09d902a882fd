/**
 * Schemas of `models.json` and `policies.json`, built when a layer is checked, and the defaults of the optional keys.
 */
import * as z from 'zod';
import { mostUsd } from '../budget/nano.ts';
import { defaultVisibleTokens, minOutputTokens, mostOutputTokens } from '../models/parameters.ts';
import { tierFallbacks, tiers } from '../models/tiers.ts';
import { returnShapes } from '../tasks/shapes.ts';
import {
  type ReasoningEffort,
  reasoningEfforts,
  type TaskKind,
  taskKinds,
  tasks,
  verbosities,
} from '../tasks/tasks.ts';
import { once } from '../text/once.ts';
import type { ForeignRules } from './foreign.ts';
import { completeRetrieval, foreignRetrieval, type RetrievalPolicy, retrievalSchema } from './retrieval.ts';
import {
  firstEventAtMostMs,
  fixedTimeouts,
  hardThinkingMs,
  leastTotalMs,
  shareOfAttempt,
  slowestTokensPerSecond,
  thinkingMs,
} from './timeouts.ts';

export const preferences = ['order', 'cost'] as const;
export type Preference = (typeof preferences)[number];

export const complexities = ['low', 'normal', 'high'] as const;
export type Complexity = (typeof complexities)[number];

const complexityOrders = ['declared', 'cost', 'safetyCritical'] as const;

/** What a stated complexity changes. */
export interface ComplexityRow {
  effortStep: number;
  order: (typeof complexityOrders)[number];
}

const tokens = once(() => z.int().positive());
const milliseconds = once(() => z.int().positive());
const usd = once(() => z.number().positive('must be greater than 0; omit it for no limit'));

const budgetUsd = once(() =>
  z
    .number()
    .nonnegative('must be 0 or more; omit it for no limit')
    .max(mostUsd, `must be at most ${mostUsd}; omit it for no limit`),
);
const periods = once(() => ({
  dailyUsd: budgetUsd().optional().describe('At most this is spent in a day of your time zone; 0: nothing.'),
  weeklyUsd: budgetUsd().optional().describe('The same for a week, from Monday.'),
  monthlyUsd: budgetUsd().optional().describe('The same for a calendar month.'),
}));

export const candidateSchema = once(() =>
  z.union([
    z.string().min(1),
    z.strictObject({
      alias: z.string().min(1),
      effort: z.enum(reasoningEfforts).optional().describe('Reasoning effort for this entry.'),
    }),
  ]),
);

/** An entry of a routing list: an alias, a model id, or an alias with its own effort. */
export type CandidateSpec = z.infer<ReturnType<typeof candidateSchema>>;

export const modelsSchema = once(() =>
  z.strictObject({
    $schema: z.string().optional(),
    aliases: z
      .record(
        z.string().min(1),
        z.string().regex(/^[\w.:/@+-]+$/, 'must be the id of a model, without spaces'),
      )
      .optional()
      .describe('Short name to model id.'),
    routing: z
      .strictObject(
        Object.fromEntries(
          taskKinds.map((task) => [task, z.array(candidateSchema()).min(1).optional()]),
        ) as Record<TaskKind, z.ZodOptional<z.ZodArray<ReturnType<typeof candidateSchema>>>>,
      )
      .optional()
      .describe('Candidates per task, in the order they are tried.'),
    tasks: z
      .record(
        z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower-case letters, digits and _')
          .refine((name) => !(taskKinds as readonly string[]).includes(name), 'is a built-in task'),
        z.strictObject({
          base: z
            .enum(taskKinds)
            .optional()
            .describe('Its prompt and policies apply. Needed, unless a weaker layer sets it.'),
          return: z.enum(returnShapes).optional().describe("Default: the base's."),
          instruction: z.string().min(1).max(8000).optional().describe('Precedes what the caller writes.'),
          candidates: z.array(candidateSchema()).min(1).optional().describe("Default: the base's routing."),
          effort: z.enum(reasoningEfforts).optional().describe("Default: the base's."),
        }),
      )
      .optional()
      .describe('Tasks of your own, by name.'),
  }),
);

/** What a repository's own file may change; see foreign.ts. */
export const foreignModels: ForeignRules = {
  $schema: 'ignore',
  aliases: { '*': 'routed' },
  routing: { '*': 'routed' },
  // An instruction goes into requests, and a name may be expected to mean something else.
  tasks: {
    '*': { base: 'ignore', return: 'ignore', instruction: 'ignore', candidates: 'ignore', effort: 'ignore' },
  },
};

const generationSchema = once(() =>
  z.strictObject({
    max_output_tokens: z
      .int()
      .min(minOutputTokens)
      .max(mostOutputTokens)
      .optional()
      .describe('Limit of the visible answer, in tokens; reasoning models get extra tokens on top.'),
    temperature: z.number().min(0).max(2).optional().describe('Sent only to models that support it.'),
    reasoning_effort: z
      .enum(reasoningEfforts)
      .optional()
      .describe("Clamped to the efforts on the model's card."),
    verbosity: z.enum(verbosities).optional(),
    tier: z
      .enum(tiers)
      .optional()
      .describe(
        "Service tier: flex is slower at half the price, fast costs twice as much. Default: the project's.",
      ),
    tierFallback: z
      .enum(tierFallbacks)
      .optional()
      .describe(
        'For a model that does not take the tier: the default tier, or the next candidate. Default default.',
      ),
    prefer: z
      .enum(preferences)
      .optional()
      .describe('cost: the candidate with the lowest expected cost comes first. Default order, as declared.'),
  }),
);

const complexityRow = once(() =>
  z.strictObject({
    effortStep: z
      .int()
      .min(-reasoningEfforts.length)
      .max(reasoningEfforts.length)
      .optional()
      .describe("Steps among the model's efforts, up or down. Default 0."),
    order: z
      .enum(complexityOrders)
      .optional()
      .describe(
        'Which candidate comes first: the cheapest, that of safetyCritical, or as declared. Default declared.',
      ),
  }),
);

const timeoutsSchema = once(() =>
  z.strictObject({
    firstEventMs: milliseconds()
      .optional()
      .describe(
        `Maximum wait for the first event. Default ${fixedTimeouts.firstEventMs}; comments extend it to ${firstEventAtMostMs} at most.`,
      ),
    flexWaitMs: milliseconds()
      .optional()
      .describe(
        `The same for a request in tier flex, which may be queued. Default ${fixedTimeouts.flexWaitMs}.`,
      ),
    idleMs: milliseconds()
      .optional()
      .describe(
        `Maximum silence once the visible text has begun. Default ${fixedTimeouts.idleMs}. Before it ${thinkingMs} are allowed, from effort high on ${hardThinkingMs}, unless this is less than its default, or more than that.`,
      ),
    totalMs: milliseconds()
      .optional()
      .describe(
        `Maximum duration of one attempt. Default: what the output limit takes at ${slowestTokensPerSecond} tokens/s plus ${firstEventAtMostMs}, at least ${leastTotalMs}; at most ${shareOfAttempt * 100}% of what is left of the call while another model remains.`,
      ),
  }),
);

/** Names of tasks other than the built-in ones are checked against models.json, in config.ts. */
const perTask = <T extends z.ZodType>(schema: T) =>
  z
    .object(
      Object.fromEntries(taskKinds.map((task) => [task, schema.optional()])) as Record<
        TaskKind,
        z.ZodOptional<T>
      >,
    )
    .catchall(schema);

export const policiesSchema = once(() =>
  z.strictObject({
    $schema: z.string().optional(),
    defaults: generationSchema().optional().describe('Applied to every task.'),
    overrides: perTask(generationSchema())
      .optional()
      .describe('Per task, your own included; take precedence over the defaults.'),
    caps: z
      .record(z.string().min(1), z.strictObject({ max_input: tokens().optional() }))
      .optional()
      .describe('Per alias: skipped for requests with more input than this, in tokens.'),
    timeouts: z
      .record(z.string().min(1), timeoutsSchema())
      .optional()
      .describe('`default`, and per alias the values that differ.'),
    retry: z
      .strictObject({
        maxRetries: z.int().nonnegative().optional().describe('Retries per model. Default 2.'),
        baseMs: milliseconds()
          .optional()
          .describe('Wait before the first retry; doubles each time, with jitter. Default 500.'),
        maxMs: milliseconds().optional().describe('Maximum wait between retries. Default 8000.'),
      })
      .optional(),
    breaker: z
      .strictObject({
        failures: z
          .int()
          .positive()
          .optional()
          .describe('Consecutive failures that open the circuit. Default 3.'),
        cooldownMs: milliseconds()
          .optional()
          .describe('Time until one probe request is allowed; halved after a failed probe. Default 60000.'),
      })
      .optional(),
    budgets: z
      .strictObject({
        perCallUsd: usd().optional().describe('A call whose worst-case cost is higher is not sent.'),
        perTaskUsd: perTask(usd())
          .optional()
          .describe('The same limit per task, your own included; the lowest one applies.'),
        ...periods(),
        perProject: z
          .record(z.string().min(1), z.strictObject(periods()))
          .optional()
          .describe('The same per project, as ORCH_PROJECT names it; the lower limit applies.'),
        onUnavailable: z
          .enum(['refuse', 'allow'])
          .optional()
          .describe('Whether to send requests that cannot be counted against a budget. Default refuse.'),
        alertUsd: usd().optional().describe('A call that costs more carries an alert. Default 2.'),
      })
      .optional(),
    languages: z
      .record(z.string().min(1), z.string().min(1).nullable())
      .optional()
      .describe(
        'Preferred alias per language; null removes a preference. Default: codex for c, cpp and rust.',
      ),
    safetyCritical: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('The only candidates allowed for safety-critical work. Default codex, full.'),
    models: z
      .strictObject({
        allow: z
          .array(z.string().min(1))
          .optional()
          .describe('The only models that may be used, by alias or id. Default, and if empty: all.'),
        deny: z
          .array(z.string().min(1))
          .optional()
          .describe('Models that are never used, by alias or id, not even if they are forced. Default none.'),
      })
      .optional(),
    complexity: z
      .strictObject({
        low: complexityRow().optional(),
        normal: complexityRow().optional(),
        high: complexityRow().optional(),
      })
      .optional()
      .describe('What a stated complexity of the work changes.'),
    retrieval: retrievalSchema().optional().describe('What is found for a task, and where it is searched.'),
    rules: z
      .array(
        z
          .string()
          .min(1)
          .refine(
            (path) => !/^([/\\~]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(path),
            'must be a path inside a repository',
          ),
      )
      .optional()
      .describe(
        'Files such as AGENTS.md whose text goes with every request, relative to the repository. Default none.',
      ),
  }),
);

const foreignGeneration: ForeignRules = {
  max_output_tokens: 'at-most',
  temperature: 'ignore',
  reasoning_effort: 'at-most',
  verbosity: 'ignore',
  tier: 'ignore',
  tierFallback: 'ignore',
  prefer: 'ignore',
};

const foreignPeriods = { dailyUsd: 'at-most', weeklyUsd: 'at-most', monthlyUsd: 'at-most' } as const;

/** What a repository's own file may change; see foreign.ts. */
export const foreignPolicies: ForeignRules = {
  $schema: 'ignore',
  defaults: foreignGeneration,
  overrides: { '*': foreignGeneration },
  caps: { '*': { max_input: 'at-most' } },
  timeouts: {
    '*': { firstEventMs: 'at-most', flexWaitMs: 'at-most', idleMs: 'at-most', totalMs: 'at-most' },
  },
  retry: { maxRetries: 'at-most', baseMs: 'ignore', maxMs: 'ignore' },
  breaker: { failures: 'ignore', cooldownMs: 'ignore' },
  budgets: {
    perCallUsd: 'at-most',
    perTaskUsd: { '*': 'at-most' },
    ...foreignPeriods,
    perProject: { '*': foreignPeriods },
    onUnavailable: 'ignore',
    alertUsd: 'at-most',
  },
  // Only the order among the candidates of a task.
  languages: { '*': 'routed' },
  safetyCritical: 'ignore',
  models: { allow: 'ignore', deny: 'added' },
  complexity: { '*': { effortStep: 'ignore', order: 'ignore' } },
  retrieval: foreignRetrieval,
  rules: 'ignore',
};

export type ModelsLayer = z.infer<ReturnType<typeof modelsSchema>>;
export type PoliciesLayer = z.infer<ReturnType<typeof policiesSchema>>;
export type GenerationPolicy = z.infer<ReturnType<typeof generationSchema>>;

/** In milliseconds; the defaults are in timeouts.ts. */
export interface TimeoutSettings {
  firstEventMs?: number | undefined;
  /** In place of `firstEventMs` where the request is in tier flex. */
  flexWaitMs?: number | undefined;
  idleMs?: number | undefined;
  totalMs?: number | undefined;
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

/** In USD; undefined for no limit. */
export interface PeriodBudgets {
  dailyUsd?: number | undefined;
  weeklyUsd?: number | undefined;
  monthlyUsd?: number | undefined;
}

export interface Budgets extends PeriodBudgets {
  perCallUsd: number | undefined;
  /** By the name of a task, built-in or the user's own. */
  perTaskUsd: Record<string, number | undefined>;
  perProject: Record<string, PeriodBudgets>;
  onUnavailable: 'refuse' | 'allow';
  alertUsd: number;
}

export interface Policies {
  defaults: GenerationPolicy;
  /** By the name of a task, built-in or the user's own. */
  overrides: Record<string, GenerationPolicy | undefined>;
  caps: Record<string, { max_input?: number | undefined }>;
  timeouts: Record<string, TimeoutSettings>;
  retry: RetryPolicy;
  breaker: BreakerPolicy;
  budgets: Budgets;
  languages: Record<string, string | null>;
  safetyCritical: string[];
  models: { allow: string[]; deny: string[] };
  complexity: Record<Complexity, ComplexityRow>;
  retrieval: RetrievalPolicy;
  rules: string[];
}

/** Fills in the default of every key that the merged layers do not set. */
export function completePolicies(layer: PoliciesLayer): Policies {
  return {
    defaults: { max_output_tokens: defaultVisibleTokens, ...layer.defaults },
    overrides: layer.overrides ?? {},
    caps: layer.caps ?? {},
    timeouts: layer.timeouts ?? {},
    retry: { maxRetries: 2, baseMs: 500, maxMs: 8_000, ...layer.retry },
    breaker: { failures: 3, cooldownMs: 60_000, ...layer.breaker },
    budgets: {
      perCallUsd: undefined,
      perTaskUsd: {},
      perProject: {},
      onUnavailable: 'refuse',
      alertUsd: 2,
      ...layer.budgets,
    },
    languages: { c: 'codex', cpp: 'codex', rust: 'codex', ...layer.languages },
    safetyCritical: layer.safetyCritical ?? ['codex', 'full'],
    models: { allow: layer.models?.allow ?? [], deny: layer.models?.deny ?? [] },
    complexity: {
      low: { effortStep: 0, order: 'declared', ...layer.complexity?.low },
      normal: { effortStep: 0, order: 'declared', ...layer.complexity?.normal },
      high: { effortStep: 0, order: 'declared', ...layer.complexity?.high },
    },
    retrieval: completeRetrieval(layer.retrieval),
    rules: layer.rules ?? [],
  };
}

/** A task as the policies know it: a built-in one, or the user's own by its base and name. */
export interface PolicyTask {
  task: TaskKind;
  ownTask?: { name: string; effort?: ReasoningEffort | undefined } | undefined;
}

/**
 * An own task has the settings of its base, except where it has some of its own: the effort that comes with it, and
 * before that what the policies say of it.
 */
export function generationFor(policies: Policies, { task, ownTask }: PolicyTask): GenerationPolicy {
  return {
    reasoning_effort: tasks[task].effort,
    ...policies.defaults,
    ...policies.overrides[task],
    ...(ownTask?.effort && { reasoning_effort: ownTask.effort }),
    ...ofOwn(policies.overrides, ownTask),
  };
}

/** The ceiling of a call: the lowest of those that are set, in USD. Undefined when none is set. */
export function ceilingFor(
  { budgets }: Policies,
  { task, ownTask }: PolicyTask,
  requested: number | undefined,
): number | undefined {
  const ceilings = [
    requested,
    budgets.perCallUsd,
    budgets.perTaskUsd[task],
    ofOwn(budgets.perTaskUsd, ownTask),
  ].filter((value) => value !== undefined);
  return ceilings.length === 0 ? undefined : Math.min(...ceilings);
}

/** The user may call a task what every object inherits, such as `constructor`. */
function ofOwn<T>(byTask: Readonly<Record<string, T>>, own: PolicyTask['ownTask']): T | undefined {
  return own && Object.hasOwn(byTask, own.name) ? byTask[own.name] : undefined;
}
