/** What the delegating operations share: their fields, their output, and the way from one to the other. */
import * as z from 'zod';
import { OrchError } from '../core/error.ts';
import { formatUsd } from '../core/format.ts';
import { normaliseLanguage } from '../core/language.ts';
import type { FileChange } from '../core/patch/types.ts';
import type { DelegateRequest } from '../core/request.ts';
import {
  readTask,
  reasoningEfforts,
  returnShapes,
  shapeFor,
  type TaskKind,
  taskKinds,
} from '../core/task.ts';
import type { FinishedPatch } from '../engine/answer.ts';
import { type Attempt, servedName } from '../engine/attempt.ts';
import type { CallOptions } from '../engine/context.ts';
import type { DelegateOutcome } from '../engine/delegate.ts';
import type { Factory } from '../factory.ts';
import { field } from './operation.ts';
import { storePatch } from './stored-patch.ts';

const defaultTimeoutSeconds = 600;

export const taskField = field(
  z
    .string()
    .min(1)
    .meta({ enum: [...taskKinds] }),
  'Kind of work',
  { positional: 'one', complete: taskKinds, plain: true },
);

/** The aliases of the package's own `conf/models.json`: a static completion cannot know the user's. */
export const givenAliases = ['codex', 'mini', 'chat', 'full'] as const;

export const requestFields = {
  input: field(z.string(), 'What to do', { positional: 'rest', flag: '-i, --input <text>', plain: true }),
  files: field(z.array(z.string().min(1)).optional(), 'Paths, globs, path:10-40; read here', {
    flag: '-f, --file <path>',
    complete: 'file',
  }),
  language: field(z.string().min(1).max(100).optional(), 'Programming language (default: by file name)', {
    flag: '-l, --language <name>',
    plain: true,
  }),
  safetyCritical: field(z.boolean().optional(), 'Strongest models only, input never cut', {
    flag: '--safety-critical',
    plain: true,
  }),
  forceModel: field(z.string().min(1).optional(), 'Alias or model id; no fallback', {
    flag: '-m, --force-model <name>',
    complete: givenAliases,
  }),
  effort: field(z.enum(reasoningEfforts).optional(), 'Reasoning effort', {
    flag: '--effort <level>',
    complete: reasoningEfforts,
    plain: true,
  }),
  maxCostUsd: field(
    z.number().positive('must be more than 0; leave it out for no ceiling').optional(),
    'Ceiling in USD: a call that could cost more is not sent',
    {
      flag: '--max-cost <usd>',
      plain: true,
    },
  ),
  context: field(z.string().optional(), 'Material beside the instruction, e.g. a log', { cliOnly: true }),
  timeout: field(
    z.number().positive().optional(),
    `Seconds for the whole call (default ${defaultTimeoutSeconds})`,
    {
      flag: '--timeout <seconds>',
      cliOnly: true,
    },
  ),
};

export const returnField = field(z.enum(returnShapes).optional(), 'Default: what suits the task', {
  flag: '--return <shape>',
  complete: returnShapes,
});

export const frameworkField = field(
  z.string().min(1).max(100).optional(),
  'Test framework: jest, pytest, …',
  {
    flag: '--framework <name>',
  },
);

export const resultFields = {
  output: field(z.string().min(1).optional(), 'Write the result to this file instead of standard output', {
    flag: '-o, --output <file>',
    cliOnly: true,
    complete: 'file',
  }),
};

export const applyField = field(
  z.boolean().optional(),
  'Write the patch to the working tree, all or nothing',
  {
    flag: '--apply',
    cliOnly: true,
  },
);

const tokens = z.number().nullable();

export const metaSchema = () =>
  z.object({
    model: z.string().nullable().describe('That answered, by its own word; null where none was asked.'),
    alias: z.string().nullable(),
    requested_model: z.string().nullable().describe('What the alias stands for before any hop.'),
    task: z.enum(taskKinds),
    rationale: z.string(),
    usage: z.object({
      input: tokens,
      output: tokens,
      cached_input: tokens,
      cache_write: tokens,
      reasoning: tokens,
    }),
    cost_usd: z.number().nullable().describe('Of all attempts; null where a price or a count is unknown.'),
    cost_alert: z.string().optional(),
    attempts: z.array(
      z.object({
        model: z.string(),
        alias: z.string(),
        error: z.string().optional(),
        message: z.string().optional(),
        latency_ms: z.number(),
        cost_usd: z.number().nullable(),
      }),
    ),
    latency_ms: z.number(),
    finish_reason: z.string(),
    response_id: z.string().nullable(),
    run_id: z.string(),
    warnings: z.array(z.string()),
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
    output_file: z.string().optional(),
  });

export const delegateOutput = () => z.object({ result: z.string(), meta: metaSchema() });
export type DelegateOutput = z.output<ReturnType<typeof delegateOutput>>;

/** Read-only as far as the workspace goes (clients then run it without asking, and in parallel). */
export const delegateAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
};

export interface DelegationInput {
  task?: string | undefined;
  input: string;
  files?: string[] | undefined;
  language?: string | undefined;
  framework?: string | undefined;
  safetyCritical?: boolean | undefined;
  forceModel?: string | undefined;
  return?: (typeof returnShapes)[number] | undefined;
  effort?: (typeof reasoningEfforts)[number] | undefined;
  maxCostUsd?: number | undefined;
  context?: string | undefined;
  timeout?: number | undefined;
  output?: string | undefined;
  apply?: boolean | undefined;
}

/** What is meant when files are given without a word. */
const ownInstruction: Record<TaskKind, string> = {
  code_generate: 'Complete the given files: implement what is declared or described there and still missing.',
  refactor:
    'Refactor the given files: clearer names, less repetition, simpler control flow. Behaviour stays the same.',
  tests: 'Write tests for the given files.',
  docs: 'Document the given files for the people who use them.',
  deep_reasoning: 'Analyse the given files: find what is wrong or fragile, and say why.',
};

export function readRequest(input: DelegationInput): DelegateRequest {
  const asked = input.task ?? 'code_generate';
  const { task, known } = readTask(asked);
  const files = input.files ?? [];
  const instruction = input.input.trim() === '' && files.length > 0 ? ownInstruction[task] : input.input;
  let shape = shapeFor(task, input.return);
  // A refactoring of pasted code has no file that a patch could apply to: the code itself comes back.
  if (shape === 'patch' && input.return === undefined && files.length === 0) shape = 'code';
  if (input.apply && shape !== 'patch') {
    throw new OrchError('usage', '--apply writes patches, and this call returns none', {
      hint: 'add --return patch',
    });
  }
  return {
    task,
    unknownTask: known ? undefined : asked,
    instruction,
    context: input.context,
    files,
    language: input.language === undefined ? undefined : normaliseLanguage(input.language),
    framework: input.framework,
    safetyCritical: input.safetyCritical ?? false,
    forceModel: input.forceModel,
    shape,
    effort: input.effort,
    maxCostUsd: input.maxCostUsd,
    deadlineMs: (input.timeout ?? defaultTimeoutSeconds) * 1000,
  };
}

export async function runDelegation(
  input: DelegationInput,
  factory: Factory,
  options: CallOptions,
): Promise<DelegateOutput> {
  const request = readRequest(input);
  const context = factory.engine();
  // What only explains a route does not load the engine and the patch core.
  const { delegate } = await import('../engine/delegate.ts');
  const outcome = await delegate(request, context, options);
  const output = toOutput(outcome, factory);
  return deliver(output, outcome.finished.patch, input, factory);
}

/** Writes what the caller asked to be written. */
export async function deliver(
  output: DelegateOutput,
  patch: FinishedPatch | undefined,
  input: Pick<DelegationInput, 'apply' | 'output'>,
  factory: Factory,
): Promise<DelegateOutput> {
  try {
    return await write(output, patch, input, factory);
  } catch (error) {
    if (!(error instanceof OrchError)) throw error;
    // The answer is paid for: what cannot be written where it was wanted is kept elsewhere.
    const kept = keep(output.result, factory);
    throw new OrchError(error.code, error.message, {
      hint: [error.hint, kept && `the result is kept in ${kept}`].filter(Boolean).join('; '),
      details: { ...error.details, ...(kept ? { result_file: kept } : {}) },
      cause: error,
    });
  }
}

function keep(result: string, factory: Factory): string | undefined {
  try {
    return factory.results().save(result).path;
  } catch {
    return undefined;
  }
}

async function write(
  output: DelegateOutput,
  patch: FinishedPatch | undefined,
  { apply, output: file }: Pick<DelegationInput, 'apply' | 'output'>,
  factory: Factory,
): Promise<DelegateOutput> {
  if (patch && output.meta.patch && !apply) {
    try {
      output.meta.patch.id = storePatch(factory.patches(), patch);
    } catch (error) {
      output.meta.warnings.push(`the patch has no id to apply it by: ${(error as Error).message}`);
    }
  }
  if (apply && patch && output.meta.patch) {
    // A folder of the tree may be a link that leads out of it.
    factory.workspace().assertWritable(patch.base, touchedPaths(patch.changes));
    await factory.writer().applyChanges(patch.base, patch.changes);
    output.meta.patch.applied = true;
  } else if (patch) {
    const lost = outsideOf(factory.cwd, patch);
    if (lost.length > 0) {
      output.meta.warnings.push(
        `${lost.join(', ')}: git apply leaves out, without a word, what lies outside of the folder it runs in; run it in ${patch.base}`,
      );
    }
  }
  if (file !== undefined) {
    await factory.writer().writeResult(file, output.result);
    output.meta.output_file = file;
  }
  return output;
}

/** Paths of a patch that lie outside of a folder. */
function outsideOf(folder: string, { base, stats }: FinishedPatch): string[] {
  const paths = stats.map(({ path }) => path);
  if (folder === base) return [];
  if (!folder.startsWith(base)) return paths;
  const here = folder
    .slice(base.length)
    .replaceAll('\\', '/')
    .replace(/^\/?(.*)$/, '$1/');
  return paths.filter((path) => !path.startsWith(here));
}

export function touchedPaths(changes: readonly FileChange[]): string[] {
  return changes.flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [path, oldPath]));
}

export function patchMeta({
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

function toOutput(outcome: DelegateOutcome, factory: Factory): DelegateOutput {
  const { attempt, attempts, finished, decision, generated } = outcome;
  const context = factory.engine();
  const costUsd = totalCost(attempts);
  const { alertUsd } = context.config.policies.budgets;
  const warnings = [...factory.notes(), ...outcome.warnings];
  if (context.rehearsal) warnings.unshift('rehearsal: the answer is made up and nothing was sent or spent');
  const { usage } = attempt;
  return {
    result: finished.result,
    meta: {
      model: servedName(attempt, context) ?? attempt.candidate.model,
      alias: attempt.candidate.alias,
      requested_model: attempt.candidate.requestedModel,
      task: decision.features.task,
      rationale: rationaleOf(outcome),
      usage: {
        input: usage.inputTokens ?? null,
        output: usage.outputTokens ?? null,
        cached_input: usage.cachedInputTokens ?? null,
        cache_write: usage.cacheWriteTokens ?? null,
        reasoning: usage.reasoningTokens ?? null,
      },
      cost_usd: costUsd,
      ...(costUsd !== null && costUsd > alertUsd
        ? { cost_alert: `cost ${formatUsd(costUsd)}, above the alert of ${formatUsd(alertUsd)}` }
        : {}),
      attempts: attempts.map(({ candidate, failure, latencyMs, costUsd: cost }) => ({
        model: candidate.model,
        alias: candidate.alias,
        ...(failure ? { error: failure.failureClass, message: failure.message } : {}),
        latency_ms: Math.round(latencyMs),
        cost_usd: cost ?? null,
      })),
      latency_ms: Math.round(outcome.latencyMs),
      finish_reason: generated.finishReason.unified,
      response_id: generated.responseId ?? null,
      run_id: outcome.runId,
      warnings: [...new Set(warnings)],
      ...(context.rehearsal ? { rehearsal: true } : {}),
      ...(finished.patch ? { patch: patchMeta(finished.patch) } : {}),
    },
  };
}

/** The decision's line, and what became of it when another model had to answer. */
function rationaleOf({ decision, attempt }: DelegateOutcome): string {
  const { selected } = decision;
  if (!selected || attempt.candidate.model === selected.model) return decision.rationale;
  return `${decision.rationale}; ${selected.model} failed => ${attempt.candidate.model}`;
}

/** Null as soon as one attempt that may have been billed has an unknown cost: a sum of the rest would be wrong. */
function totalCost(attempts: readonly Attempt[]): number | null {
  let total = 0;
  for (const { costUsd, failure } of attempts) {
    if (costUsd !== undefined) total += costUsd;
    else if (!failure || (failure.details.status === undefined && failure.failureClass !== 'connection'))
      return null;
  }
  return total;
}
