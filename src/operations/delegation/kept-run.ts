/** A run as it is kept, and how it is found again. */
import * as z from 'zod';
import { keptDays } from '../../core/config/kept-days.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { OperationContext } from '../context.ts';
import { shownAttemptsSchema } from './shown-attempts.ts';

export const keptHeadSchema = () =>
  z.object({
    run_id: z.string(),
    ts: z.string().describe('When the first attempt began.'),
    status: z.enum(['done', 'incomplete', 'failed', 'interrupted']),
    task: z.string(),
    /** The first line of the instruction, as it was sent. */
    about: z.string(),
    rationale: z.string(),
    model: z.string().nullable(),
    latency_ms: z.number(),
    cost_usd: z.number().nullable().describe('null: unknown.'),
    cost_estimated_usd: z
      .number()
      .optional()
      .describe('Part of cost_usd: the worst case of what is unknown.'),
    cost_at_least_usd: z.number().optional(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    outcome: z.enum(['no-change']).optional().describe('Nothing needs to change; result is empty.'),
    reason: z.string().optional(),
    attempts: shownAttemptsSchema(),
    patch_id: z.string().optional().describe('For patch apply.'),
    partial_patch_id: z.string().optional().describe('For patch apply --partial.'),
    rehearsal: z.boolean().optional(),
  });

const bodySchema = () =>
  z.object({
    /** Null if no result came of the answers. */
    result: z.string().nullable(),
    /** Of the attempts that gave no result, or nothing to change, by their number from 1. */
    answers: z.array(z.object({ attempt: z.number(), text: z.string() })),
  });

export type KeptHead = z.output<ReturnType<typeof keptHeadSchema>>;
export const keptRunSchema = () => keptHeadSchema().extend(bodySchema().shape);
export type KeptRun = z.output<ReturnType<typeof keptRunSchema>>;

/** Of several answers the longest: one that repairs another may hold only the blocks that failed. */
export function longestAnswer(answers: KeptRun['answers']): KeptRun['answers'][number] | undefined {
  return answers.reduce<KeptRun['answers'][number] | undefined>(
    (longest, answer) => (longest && longest.text.length > answer.text.length ? longest : answer),
    undefined,
  );
}

export function readHead(text: string): KeptHead | undefined {
  try {
    return keptHeadSchema().parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The runs that a reference may mean, the newest first: an id or its beginning, or `last` for all. */
export async function runsNamed(reference: string, context: OperationContext): Promise<string[]> {
  const ids = await context.runs().ids(reference === 'last' ? '' : reference);
  return ids.includes(reference) ? [reference] : ids;
}

/** At most five of several ids. */
export function someOf(ids: readonly string[]): string {
  return `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''}`;
}

/**
 * `reference`: an id, its beginning, or `last`, which passes over damaged runs with a warning. Throws `file-not-found`,
 * `usage` and `file-unreadable`.
 */
export async function findRun(
  reference: string,
  context: OperationContext,
): Promise<KeptRun & { warnings: string[] }> {
  const ids = await runsNamed(reference, context);
  if (ids.length === 0) {
    throw new OrchError(
      'file-not-found',
      reference === 'last' ? 'no run has been kept yet' : `no run with id ${reference}`,
      { hint: `runs are kept for ${keptDays} days; orch runs list shows them` },
    );
  }
  if (reference !== 'last' && ids.length > 1) {
    throw new OrchError('usage', `${ids.length} runs begin with ${reference}`, {
      hint: `give more of the id: ${someOf(ids)}`,
    });
  }
  const damaged: string[] = [];
  for (const id of ids) {
    const run = await loadRun(id, context);
    const warnings = damaged.map((other) => `${damagedRun(other)}; this is the one before it`);
    if (run) return { ...run, warnings };
    damaged.push(id);
  }
  throw new OrchError('file-unreadable', damagedRun(someOf(damaged)));
}

export function damagedRun(id: string): string {
  return `the kept run ${id} is damaged`;
}

/** Undefined if it is damaged. */
async function loadRun(id: string, context: OperationContext): Promise<KeptRun | undefined> {
  const kept = await context.runs().load(id);
  try {
    const { head, body } = kept!;
    return keptRunSchema().parse({ ...JSON.parse(head), ...JSON.parse(body) });
  } catch {
    return undefined;
  }
}
