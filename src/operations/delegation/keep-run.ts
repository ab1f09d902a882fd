/** Keeps a run when it ends, and says in its error what of it is kept, and where. */
import type { OrchError } from '../../core/errors/orch-error.ts';
import { holdsPlaceholder } from '../../core/secrets/leftover-placeholders.ts';
import { type DelegateRequest, taskNameOf } from '../../core/tasks/request.ts';
import { printable } from '../../core/text/hidden.ts';
import { type Attempt, servedName, spending } from '../../engine/attempts/attempt.ts';
import type { CallOptions } from '../../engine/context.ts';
import type { DelegateOutcome, FailedCall } from '../../engine/delegate.ts';
import { UnplaceableAnswer } from '../../engine/finish/finish-answer.ts';
import { type FinishOptions, finishOptionsOf } from '../../engine/finish/options.ts';
import { type PartialPatch, partialPatch } from '../../engine/finish/partial-patch.ts';
import { type ErrorAddition, extendError } from '../../engine/internal-error.ts';
import type { OperationContext } from '../context.ts';
import { type KeptHead, type KeptRun, longestAnswer } from './kept-run.ts';
import type { DelegateOutput } from './output.ts';
import { withPlaceAnew } from './place-anew.ts';
import { shortRunId, showCommand } from './show-command.ts';
import { shownAttempts } from './shown-attempts.ts';
import { storePatch } from './stored-patch.ts';

/** The error of a call that gave no result, with what can still be had of its answers. */
export async function errorOfFailed(
  error: OrchError,
  call: FailedCall,
  { strict, signal }: Pick<CallOptions, 'strict' | 'signal'>,
  context: OperationContext,
): Promise<OrchError> {
  const part = signal.aborted ? undefined : await bestPart(call, { strict, signal }, context);
  const stored = part && storePart(part, context);
  const answer = longestAnswer(answersOf(call.attempts))?.text;
  return keeping(
    extendError(answer === undefined ? error : editedSince(error, answer, call, context), stored ?? {}),
    answer,
    call.runId,
    keepRun(call, { error, partialPatchId: stored?.id }, context),
  );
}

/** A file that was edited during the call: the answer is placed in it as it is now. */
function editedSince(
  error: OrchError,
  answer: string,
  { prepared, runId }: FailedCall,
  context: OperationContext,
): OrchError {
  const { request, sourceSet } = prepared;
  if (error.code !== 'file-changed' || request.shape !== 'patch' || holdsPlaceholder(answer)) return error;
  const paths = [...new Set(sourceSet.sources.map(({ path }) => path))];
  return withPlaceAnew(error, runId, { base: sourceSet.base, paths }, context);
}

/** Keeps a result before it is delivered. Returns a warning if that is not possible. */
export async function keepAnswered(
  outcome: DelegateOutcome,
  output: DelegateOutput,
  context: OperationContext,
): Promise<string | undefined> {
  try {
    await keepRun(
      outcome,
      {
        result: output.result,
        answered: outcome.attempt.number,
        error: outcome.cut,
        incomplete: !!outcome.cut,
        patchId: output.meta.patch?.id,
        unchanged: unchangedOf(outcome),
      },
      context,
    );
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why nothing needs to change, and the answer behind it: the result itself is empty. */
function unchangedOf({ finished, attempt, generated }: DelegateOutcome): RunEnd['unchanged'] {
  const { noChange: reason } = finished;
  return reason === undefined ? undefined : { reason, attempt: attempt.number, text: generated.text };
}

/** The error of a result that could not be delivered. */
export async function errorOfUndelivered(
  error: OrchError,
  outcome: DelegateOutcome,
  output: DelegateOutput,
  context: OperationContext,
): Promise<OrchError> {
  const { result, meta } = output;
  const end = {
    result,
    answered: outcome.attempt.number,
    error,
    patchId: meta.patch?.id,
    unchanged: unchangedOf(outcome),
  };
  const { output_file, patch_id } = error.details ?? {};
  // Where the error names a file or a patch already, nothing more need be said.
  const shown = output_file === undefined && patch_id === undefined ? result : undefined;
  return keeping(error, shown, outcome.runId, keepRun(outcome, end, context));
}

/** `answer`: what there is to show, if anything. If it could not be kept, the error holds it, so that it is not lost. */
async function keeping(
  error: OrchError,
  answer: string | undefined,
  runId: string,
  kept: Promise<void>,
): Promise<OrchError> {
  try {
    await kept;
    const command = showCommand(runId);
    const isNamed = error.hint?.includes(command) ?? false;
    const hint = answer && !isNamed ? `what came of the answer is kept: ${command}` : undefined;
    return extendError(error, { hints: [hint] });
  } catch (failure) {
    return extendError(error, { hints: [(failure as Error).message], ...(answer ? { answer } : {}) });
  }
}

/** The part of an answer with the most files. */
async function bestPart(
  { attempts, prepared }: FailedCall,
  { strict = false, signal }: Pick<CallOptions, 'strict' | 'signal'>,
  context: OperationContext,
): Promise<PartialPatch | undefined> {
  let best: PartialPatch | undefined;
  for (const { failure } of attempts) {
    if (!(failure instanceof UnplaceableAnswer)) continue;
    const options = finishOptionsOf(prepared, context.engine(), signal);
    const part = await partialPatch(failure, { ...options, strict });
    if (part && part.patch.stats.length > (best?.patch.stats.length ?? 0)) best = part;
  }
  return best;
}

/** The same for an answer that was given, which nobody has to keep. */
export async function offerPart(
  failure: UnplaceableAnswer,
  options: FinishOptions,
  context: OperationContext,
): Promise<ErrorAddition | undefined> {
  const part = await partialPatch(failure, options);
  return part && storePart(part, context);
}

/** What an error says about a part that can be applied. Undefined if it cannot be stored. */
function storePart({ patch, leftOut }: PartialPatch, context: OperationContext) {
  try {
    const id = storePatch(context.patches(), { ...patch, leftOut });
    const files = patch.stats.map(({ path }) => path);
    return {
      id,
      hints: [
        `${files.join(', ')} could be changed without ${leftOut.map(({ path }) => path).join(', ')}: orch patch apply ${shortRunId(id)} --partial`,
      ],
      details: { partial_patch: { id, files, left_out: leftOut } },
    };
  } catch {
    return undefined;
  }
}

interface RunEnd {
  result?: string;
  /** The attempt that gave the result. */
  answered?: number;
  /** Why the result was not reached or not delivered. */
  error?: OrchError | undefined;
  /** The result is only the beginning of a text. */
  incomplete?: boolean;
  patchId?: string | undefined;
  partialPatchId?: string | undefined;
  /** Why nothing needs to change, and the attempt that says so. */
  unchanged?: { reason: string; attempt: number; text: string } | undefined;
}

/** Without the instruction that a task of the user's own puts in front. */
function ownWords({ instruction, ownTask }: DelegateRequest, context: OperationContext): string {
  const own = (ownTask && context.config().tasks[ownTask.name]?.instruction) ?? '';
  return (instruction.startsWith(own) ? instruction.slice(own.length) : instruction).trim();
}

/** Rejects with `record-failed`. What was kept of the run before is replaced. */
async function keepRun(
  { runId, attempts, prepared, latencyMs }: FailedCall,
  { result, answered, error, incomplete = false, patchId, partialPatchId, unchanged }: RunEnd,
  context: OperationContext,
): Promise<void> {
  const engine = context.engine();
  const redaction = context.redaction();
  const clean = (text: string) => printable(redaction.message(text));
  const { decision, request } = prepared;
  const answers = answersOf(attempts);
  const shown = result === undefined ? longestAnswer(answers)?.attempt : answered;
  // The model of what is shown, which need not be the last that was tried.
  const author = attempts.find(({ number }) => number === shown) ?? attempts.at(-1)!;
  const head: KeptHead = {
    run_id: runId,
    ts: new Date(attempts[0]!.startedAt).toISOString(),
    status: statusOf(error, incomplete),
    task: taskNameOf(decision.features),
    about: clean(ownWords(request, context).split('\n', 1)[0]!.slice(0, 200)),
    rationale: clean(decision.rationale),
    model: clean(servedName(author, engine) ?? author.candidate.model),
    latency_ms: Math.round(latencyMs),
    ...spending(attempts),
    error: error ? { code: error.code, message: clean(error.message) } : null,
    ...(unchanged ? { outcome: 'no-change', reason: clean(unchanged.reason) } : {}),
    attempts: shownAttempts(attempts, clean),
    ...(patchId === undefined ? {} : { patch_id: patchId }),
    ...(partialPatchId === undefined ? {} : { partial_patch_id: partialPatchId }),
    ...(engine.rehearsal ? { rehearsal: true } : {}),
  };
  const body: Pick<KeptRun, 'result' | 'answers'> = {
    result: result === undefined ? null : redaction.result(result),
    answers: [...answers, ...(unchanged ? [unchanged] : [])].map(({ attempt, text }) => ({
      attempt,
      text: redaction.result(text),
    })),
  };
  await context.runs().save(runId, { head: JSON.stringify(head), body: JSON.stringify(body) });
}

function statusOf(error: OrchError | undefined, incomplete: boolean): KeptHead['status'] {
  if (error?.code === 'interrupted') return 'interrupted';
  if (incomplete) return 'incomplete';
  return error ? 'failed' : 'done';
}

function answersOf(attempts: readonly Attempt[]): { attempt: number; text: string }[] {
  return attempts.flatMap(({ number, answer }) => (answer ? [{ attempt: number, text: answer }] : []));
}
