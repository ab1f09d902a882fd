/** Turns what the openai package and node's HTTP client throw into an `ProviderFailure`. */
import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { Redact } from '../../core/errors/redact.ts';
import { retryAfterMs } from '../../core/errors/retry-after.ts';
import { asText } from '../../core/text/json.ts';
import { shortMessage, shortName } from '../../core/text/outside-text.ts';
import { webPage } from './body.ts';
import { classifyProviderError } from './error-policy.ts';

const connectionWords: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  HPE_INVALID_EOF_STATE: 'connection closed',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate: name its authority in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate: name its authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate cannot be verified: name its authority in NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
};

const certificateCodes = /CERT|UNABLE_TO_|ERR_TLS_/;

export interface FailureContext {
  redact: Redact;
  /** Milliseconds since 1970. */
  now: number;
  host: string;
  /** Whether the answer's headers had come. */
  begun: boolean;
}

export function failureFrom(error: unknown, context: FailureContext): ProviderFailure {
  return redacted(classify(error, context), context.redact);
}

function classify(error: unknown, { redact, now, host, begun }: FailureContext): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  // How the package hands on what its fetch has thrown.
  if (error instanceof APIConnectionError && error.cause instanceof ProviderFailure) return error.cause;
  if (error instanceof APIError && error.status !== undefined) return fromStatus(error, { redact, now });
  const name = error instanceof Error ? error.name : '';
  const code = errnoOf(error);
  if (code !== undefined && certificateCodes.test(code)) {
    return new ProviderFailure('wrong-endpoint', `cannot reach ${host}: ${connectionWords[code] ?? code}`, {
      hint: 'trust the certificate, or correct OPENAI_BASE_URL',
    });
  }
  // An end in the middle of the headers is a lost connection.
  if (!begun && code !== 'HPE_INVALID_EOF_STATE' && /^(HPE_|ERR_SSL_|EPROTO$)/.test(code ?? '')) {
    const protocol = code?.startsWith('HPE_') ? 'HTTP' : 'TLS';
    return new ProviderFailure('wrong-endpoint', `${host} does not speak ${protocol} (${code})`, {
      hint: 'check OPENAI_BASE_URL: http:// or https://, and its port',
    });
  }
  const words =
    (code === undefined ? undefined : connectionWords[code]) ??
    code ??
    redact(shortMessage(error instanceof Error ? error.message : String(error)));
  // Silence is not asked twice, whoever lost patience first.
  if (error instanceof APIConnectionTimeoutError || code === 'ETIMEDOUT') {
    return new ProviderFailure(
      begun ? 'idle-timeout' : 'first-event-timeout',
      begun ? `the answer of ${host} stalled` : `cannot reach ${host}: no answer in time`,
      { hint: 'check the network and OPENAI_BASE_URL' },
    );
  }
  if (/^(Z_|ERR__ERROR_|ERR_BROTLI)/.test(code ?? ''))
    return new ProviderFailure('malformed-answer', `the answer of ${host} cannot be unpacked (${code})`);
  // After the first bytes a lost connection is a cut answer: another try may go through at once.
  if (begun) return new ProviderFailure('cut', `the answer was cut off (${words})`);
  if (code === 'ERR_INVALID_CHAR' || (name === 'TypeError' && /header/i.test(words))) {
    // The words repeat the value, which may be a secret.
    return new ProviderFailure(
      'bad-request',
      'a header of the request holds a character that none may have',
      {
        hint: 'check OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS',
      },
    );
  }
  return new ProviderFailure('connection', `cannot reach ${host}: ${words}`, { hint: connectionHint(code) });
}

function connectionHint(code: string | undefined): string {
  const proxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'].find(
    (variable) => process.env[variable],
  );
  if (proxy !== undefined && process.env.NODE_USE_ENV_PROXY !== '1')
    return `check the network and OPENAI_BASE_URL; ${proxy} is set, but requests do not go through it: with Node 24, NODE_USE_ENV_PROXY=1 makes them`;
  if (proxy !== undefined) return `check the network, the proxy of ${proxy} and OPENAI_BASE_URL`;
  // How a server ends a connection on which it wants to speak TLS.
  const isClosed = code === 'ECONNRESET' || code === 'EPIPE';
  return `check the network and OPENAI_BASE_URL${isClosed ? ' (http:// or https://, and its port)' : ''}`;
}

function fromStatus(
  error: APIError,
  { redact, now }: Pick<FailureContext, 'redact' | 'now'>,
): ProviderFailure {
  const status = error.status as number;
  const body = error.error as Record<string, unknown> | undefined;
  const said = shortMessage(asText(body?.message) ?? error.message ?? '');
  const header = (name: string) => (error.headers as Headers | undefined)?.get(name);
  const isPage = /html/i.test(header('content-type') ?? '') || /^\d* ?<(!doctype|html)/i.test(said);
  if (status >= 300 && status < 400) return redirected(status, header('location'));
  if (isPage && (status < 500 || status > 599) && ![401, 408, 429].includes(status)) return webPage(status);
  const message = redact(isPage ? 'the server answered with a web page' : said);
  return classifyProviderError(
    { status, code: asText(body?.code), type: asText(body?.type), param: asText(body?.param), message },
    { retryAfterMs: retryAfterMs(header, message, now) },
  );
}

function redirected(status: number, location: string | null | undefined): ProviderFailure {
  let to = 'another address';
  try {
    if (location) to = shortName(new URL(location).origin);
  } catch {
    // A path on the same host.
  }
  return new ProviderFailure(
    'wrong-endpoint',
    `${status}: the server redirects to ${to}, where nothing is sent`,
    {
      status,
      hint: 'set OPENAI_BASE_URL to the address that it redirects to, if you trust it',
    },
  );
}

/** The package wraps the reason, and node's own is the first of those of all addresses that were tried. */
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

function redacted(failure: ProviderFailure, redact: Redact): ProviderFailure {
  const { failureClass, details, message } = failure;
  const texts = Object.entries(details).map(([name, value]) => [
    name,
    typeof value === 'string' && name !== 'code' ? redact(value) : value,
  ]);
  return new ProviderFailure(failureClass, redact(message), Object.fromEntries(texts));
}
