/** The caller's check of an answer, and what is made of it: a failure that the model can be told. */
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { Redactions } from '../../core/secrets/redactions.ts';
import { type Call, remainingMs } from '../attempts/call.ts';
import type { FinishedAnswer } from '../finish/finish-answer.ts';
import { timerMs } from '../timer.ts';

/** An answer that the caller's check rejects. */
export class RejectedAnswer extends ProviderFailure {
  constructor(
    /** For the user. */
    detail: string,
    /** As the model wrote it. */
    readonly answer: string,
    /** What the model is told, without secrets. Undefined: it could not mend that. */
    readonly complaint: string | undefined,
  ) {
    super('verify-failed', detail);
  }
}

/** `answer` is what the model is shown as its own. Throws `RejectedAnswer`, and the errors of the check. */
export async function checkAnswer(finished: FinishedAnswer, answer: string, call: Call): Promise<void> {
  const { verify, signal } = call.options;
  if (!verify) return;
  // One millisecond past the deadline, so that the call is over by then and no other model is tried.
  const limit = AbortSignal.timeout(timerMs(remainingMs(call) + 1));
  const tooSlow = 'the verification command timed out';
  const redact = (text: string) => withoutSecrets(text, call);
  const verdict = await verify(finished, { signal: AbortSignal.any([signal, limit]), redact }).catch(
    (error: unknown) => {
      // A command that has not started yet rejects with its own error.
      if (limit.aborted) return { ok: false as const, detail: tooSlow, complaint: undefined };
      throw error;
    },
  );
  if (verdict.ok) {
    for (const warning of verdict.warnings ?? []) call.warnings.add(warning);
    return;
  }
  if (limit.aborted) throw new RejectedAnswer(tooSlow, answer, undefined);
  const { detail, complaint } = verdict;
  throw new RejectedAnswer(detail, answer, complaint === undefined ? undefined : await redact(complaint));
}

/** What the model knows as a placeholder stays one; it must not write one for what it was never given. */
async function withoutSecrets(text: string, { prepared, context }: Call): Promise<string> {
  const known = prepared.redacted?.redactions;
  const shown = known ? known.redact(text, known.occurrences(text)).text : text;
  const spans = (await context.secrets?.find(shown)) ?? [];
  const { text: masked } = new Redactions([shown]).redact(shown, spans);
  if (spans.length === 0) return masked;
  const before = new Set(shown.match(placeholder));
  return masked.replace(placeholder, (label) => (before.has(label) ? label : '[a secret]'));
}

const placeholder = /\u2039redacted:[a-z0-9-]+:\d+\u203A/g;
