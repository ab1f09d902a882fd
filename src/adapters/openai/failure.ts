/** Turns what the openai package and undici throw into a `ProviderFailure`. */
import { APIConnectionTimeoutError, APIError } from 'openai';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { pieceRedactor, type Redact } from '../../core/errors/redact.ts';
import { retryAfterMs } from '../../core/errors/retry-after.ts';
import { asText } from '../../core/text/json.ts';
import { shortMessage, shortName } from '../../core/text/outside-text.ts';
import {
  connectionWords,
  errorCode,
  foreignProtocol,
  isCertificateError,
  isTimeout,
} from '../http/connection-errors.ts';
import { describeProxy, type HttpProxy } from '../http/proxy.ts';
import { webPage } from './body.ts';
import { classifyProviderError } from './error-policy.ts';

export interface FailureContext {
  redact: Redact;
  /** The key that was sent: where it is refused, its end tells which one it was. */
  apiKey?: string;
  /** Milliseconds since 1970. */
  now: number;
  host: string;
  /** Where connections to the host go through one. */
  proxy?: HttpProxy | undefined;
  /** Whether the answer's headers had come. */
  begun: boolean;
}

export function failureFrom(error: unknown, context: FailureContext): ProviderFailure {
  return withKeyEnd(redacted(classify(error, context), context), context.apiKey);
}

function classify(error: unknown, { redact, now, host, proxy, begun }: FailureContext): ProviderFailure {
  const known = providerFailureIn(error);
  if (known) return known;
  if (error instanceof APIError && error.status !== undefined) return fromStatus(error, { redact, now });
  const code = errorCode(error);
  const server = proxy ? `${host} through ${describeProxy(proxy)}` : host;
  if (isCertificateError(code)) {
    return new ProviderFailure('wrong-endpoint', `cannot reach ${server}: ${connectionWords(code)}`, {
      hint: 'trust the certificate, or correct OPENAI_BASE_URL',
    });
  }
  const protocol = foreignProtocol(code);
  if (!begun && protocol !== undefined) {
    return new ProviderFailure('wrong-endpoint', `${server} does not speak ${protocol} (${code})`, {
      hint: 'check OPENAI_BASE_URL: http:// or https://, and its port',
    });
  }
  // A silent route is not tried again, whoever noticed the silence.
  if (error instanceof APIConnectionTimeoutError || isTimeout(code)) {
    return new ProviderFailure(
      begun ? 'idle-timeout' : 'first-event-timeout',
      begun ? `the answer of ${server} stalled` : `cannot reach ${server}: no answer in time`,
      { hint: 'check the network and OPENAI_BASE_URL' },
    );
  }
  if (/^(Z_|ERR__ERROR_|ERR_BROTLI)/.test(code ?? ''))
    return new ProviderFailure('malformed-answer', `the answer of ${host} cannot be unpacked (${code})`);
  const words =
    connectionWords(code) ?? redact(shortMessage(error instanceof Error ? error.message : String(error)));
  // After the first bytes a lost connection is a cut answer: another try may succeed at once.
  if (begun) return new ProviderFailure('cut', `the answer was cut off (${words})`);
  if (code === 'UND_ERR_INVALID_ARG' || (error instanceof TypeError && /header/i.test(words))) {
    // The words repeat the value, which may be a secret.
    return new ProviderFailure('bad-request', 'a header of the request contains an invalid character', {
      hint: 'check OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS',
    });
  }
  // The request may have arrived. This is also how a server ends a connection on which it expects TLS.
  if (['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code ?? '')) {
    return new ProviderFailure(
      'connection-lost',
      `${server} closed the connection without an answer (${words})`,
      {
        hint: 'check the network and OPENAI_BASE_URL (http:// or https://, and its port)',
      },
    );
  }
  return new ProviderFailure('connection', `cannot reach ${server}: ${words}`, {
    hint: 'check the network and OPENAI_BASE_URL',
  });
}

/** The package, and below it undici, wrap what the connection to a proxy or the bounded fetch threw. */
function providerFailureIn(error: unknown): ProviderFailure | undefined {
  let here = error;
  for (let depth = 0; depth < 8 && here instanceof Error; depth++) {
    if (here instanceof ProviderFailure) return here;
    here = here.cause;
  }
  return undefined;
}

function fromStatus(
  error: APIError,
  { redact, now }: Pick<FailureContext, 'redact' | 'now'>,
): ProviderFailure {
  const status = error.status as number;
  const body = error.error as Record<string, unknown> | undefined;
  const text = shortMessage(asText(body?.message) ?? error.message ?? '');
  const header = (name: string) => (error.headers as Headers | undefined)?.get(name);
  const isPage = /html/i.test(header('content-type') ?? '') || /^\d* ?<(!doctype|html)/i.test(text);
  if (status >= 300 && status < 400) return redirected(status, header('location'));
  if (isPage && (status < 500 || status > 599) && ![401, 408, 429].includes(status)) return webPage(status);
  const message = redact(isPage ? 'the server answered with a web page' : text);
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

/** Of a shorter key, four characters are too much. */
const leastKeyLength = 16;

function withKeyEnd(failure: ProviderFailure, key = ''): ProviderFailure {
  const { failureClass, details, message } = failure;
  if (failureClass !== 'key-refused' || key.length < leastKeyLength) return failure;
  const hint = `${details.hint} (the refused key ends in ${key.slice(-4)})`;
  return new ProviderFailure(failureClass, message, { ...details, hint });
}

function redacted(
  failure: ProviderFailure,
  { redact, apiKey = '' }: Pick<FailureContext, 'redact' | 'apiKey'>,
): ProviderFailure {
  const { failureClass, details, message } = failure;
  const clean = (name: string, value: unknown) => {
    if (typeof value !== 'string' || name === 'code') return value;
    // Code or text that was cut, perhaps in the middle of the key.
    return name === 'partialText' ? pieceRedactor(apiKey).push(value) : redact(value);
  };
  const texts = Object.entries(details).map(([name, value]) => [name, clean(name, value)]);
  return new ProviderFailure(failureClass, redact(message), Object.fromEntries(texts));
}
