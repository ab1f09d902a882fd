/** Text that was cut is worth more to its reader than nothing: it is paid for, and reads well up to its end. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { FailureClass } from '../../core/errors/provider-failure.ts';
import type { Attempt } from '../attempts/attempt.ts';
import type { Call } from '../attempts/call.ts';
import type { Answered } from '../attempts/try-candidate.ts';
import { finishAnswer } from './finish-answer.ts';
import { finishOptionsOf } from './options.ts';

/** The failures after which what came is the beginning of an answer. Of a malformed one, parts may be missing. */
const cutting: ReadonlySet<FailureClass> = new Set([
  'answer-cut-by-length',
  'attempt-timeout',
  'connection-lost',
  'cut',
  'idle-timeout',
  'rate-limited',
  'server-error',
]);

/** The longest text that came, when a call for text has failed. Undefined for an interrupt, and where it is no answer. */
export async function cutText(
  failed: unknown,
  attempts: readonly Attempt[],
  { prepared, context, options: { signal } }: Call,
): Promise<Answered | undefined> {
  if (prepared.request.shape !== 'text' || !(failed instanceof OrchError) || signal.aborted) return undefined;
  // Another model has refused since.
  if (failed.code === 'answer-refused') return undefined;
  const [longest] = attempts
    .filter(({ answer, failure }) => answer?.trim() && failure && cutting.has(failure.failureClass))
    .sort((a, b) => b.answer!.length - a.answer!.length);
  if (!longest) return undefined;
  const { answer = '', usage, responseId, servedModel, serviceTier, finishReason, failure } = longest;
  try {
    const finished = await finishAnswer(answer, finishOptionsOf(prepared, context, signal));
    const why = `the answer is incomplete: ${failure!.message}${failed.hint === undefined ? '' : `; ${failed.hint}`}`;
    return {
      finished: { ...finished, warnings: [why, ...finished.warnings] },
      attempt: longest,
      result: {
        text: answer,
        usage,
        responseId,
        servedModel,
        serviceTier,
        finishReason: finishReason ?? failure!.failureClass,
        firstEventMs: longest.firstEventMs ?? 0,
      },
    };
  } catch {
    // Not even its beginning is an answer.
    return undefined;
  }
}
