/** Turns what the openai package and fetch throw into an `AttemptFailure`. */
import { APIError } from 'openai';
import { classifyProviderError } from '../core/error-policy.ts';
import { AttemptFailure } from '../core/failure.ts';
import type { Redact } from '../core/redact.ts';
import { retryAfterMs } from '../core/retry-after.ts';
import { asText } from './openai-response.ts';

const connectionWords: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_BODY_TIMEOUT: 'the answer stalled',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate: name its authority in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate: name its authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate cannot be verified: name its authority in NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'the certificate has expired',
};

export interface FailureContext {
  redact: Redact;
  /** Milliseconds since 1970. */
  now: number;
  host: string;
  /** Whether any event or body had begun to arrive. */
  begun: boolean;
}

export function failureFrom(error: unknown, { redact, now, host, begun }: FailureContext): AttemptFailure {
  if (error instanceof AttemptFailure) return redacted(error, redact);
  if (error instanceof APIError && (error.status !== undefined || error.error !== undefined)) {
    const body = error.error as Record<string, unknown> | undefined;
    const message = redact(asText(body?.message) ?? error.message ?? '');
    const failure = classifyProviderError(
      {
        status: error.status,
        code: error.code ?? undefined,
        type: error.type,
        param: error.param ?? undefined,
        message,
      },
      { retryAfterMs: retryAfterMs((name) => error.headers?.get(name), message, now) },
    );
    return failure;
  }
  if (error instanceof SyntaxError) {
    return new AttemptFailure('malformed-answer', 'the provider sent broken JSON');
  }
  const code = errnoOf(error);
  const words =
    (code === undefined ? undefined : connectionWords[code]) ??
    code ??
    redact(error instanceof Error ? error.message : String(error));
  // After the first bytes a lost connection is a cut answer: another try may go through at once.
  if (begun) return new AttemptFailure('cut', `the answer was cut off (${words})`);
  const isCertificate = code !== undefined && /CERT|VERIFY/.test(code);
  return new AttemptFailure('connection', `cannot reach ${host}: ${words}`, {
    hint: isCertificate
      ? 'trust the certificate, or correct OPENAI_BASE_URL'
      : 'check the network and OPENAI_BASE_URL',
  });
}

/** undici nests the reason as deep as it likes. */
function errnoOf(error: unknown): string | undefined {
  let here: unknown = error;
  for (let depth = 0; depth < 6 && here instanceof Error; depth++) {
    const { code } = here as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
    if (here instanceof AggregateError && here.errors[0] instanceof Error) here = here.errors[0];
    else here = here.cause;
  }
  return undefined;
}

function redacted(failure: AttemptFailure, redact: Redact): AttemptFailure {
  const clean = redact(failure.message);
  return clean === failure.message
    ? failure
    : new AttemptFailure(failure.failureClass, clean, failure.details);
}
