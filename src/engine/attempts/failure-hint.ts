/** What a person can do about a call that failed on every candidate. */
import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import { formatDuration } from '../../core/text/format.ts';
import { isLongerWait } from './recovery.ts';

/** When every candidate failed in this way, which says something about the server or the request. */
const hintsOfClass: Partial<Record<FailureClass, string>> = {
  'model-not-found':
    'the server knows none of the models that were asked for: check OPENAI_BASE_URL and what the key may use; orch models lists the models, orch config set alias.<name> <model> changes one',
  'server-error':
    'the server failed each time: try again later; if OPENAI_BASE_URL names a server of your own, look into its log',
  'rate-limited': 'the provider limits the rate of requests: try again in a minute',
  'malformed-answer':
    'the server does not answer as the Responses API does: check OPENAI_BASE_URL (it ends in /v1)',
};

const refusalHint =
  'the models decline the content, not the form: say what it is for, or ask for it in other words';

interface FailedCall {
  request: DelegateRequest;
  /** Milliseconds until the deadline. */
  leftMs: number;
  /** The call failed for lack of time. */
  outOfTime: boolean;
}

/** `failures` holds the last failure of each candidate, in order; at least one. */
export function failureHint(failures: readonly ProviderFailure[], call: FailedCall): string | undefined {
  const last = failures.at(-1)!;
  if (last.details.hint !== undefined) return last.details.hint;
  if (last.code === 'answer-refused') return refusalHint;
  const wait = last.isFinal ? undefined : waitHint(failures, call);
  if (wait !== undefined) return wait;
  if (call.outOfTime) return 'raise --timeout';
  return failures.every(({ failureClass }) => failureClass === last.failureClass)
    ? hintsOfClass[last.failureClass]
    : undefined;
}

/** For the shortest wait that a provider asked for, where it was too long for the call. */
function waitHint(failures: readonly ProviderFailure[], { request, leftMs }: FailedCall): string | undefined {
  const waitOf = ({ recovery, details }: ProviderFailure) =>
    (recovery === 'retry' ? details.retryAfterMs : undefined) ?? Number.POSITIVE_INFINITY;
  const shortest = failures.reduce((one, other) => (waitOf(other) < waitOf(one) ? other : one));
  const waitMs = waitOf(shortest);
  if (!Number.isFinite(waitMs)) return undefined;
  const limits = [
    ...(isLongerWait(shortest, request) ? ['--max-retry-after'] : []),
    ...(waitMs >= leftMs ? ['--timeout'] : []),
  ];
  if (limits.length === 0) return undefined;
  return `the provider asks for a wait of ${formatDuration(waitMs)}: raise ${limits.join(' and ')}, or try again then`;
}
