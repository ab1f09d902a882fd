/** The openai package's client, with everything off that the engine does itself. */
import OpenAI from 'openai';
import { type Redact, redactor } from '../../core/errors/redact.ts';
import { carefulFetch } from './fetch.ts';

export interface OpenAiSettings {
  apiKey: string;
  /** Undefined: the OpenAI API. */
  baseUrl: string | undefined;
  organization: string | undefined;
  project: string | undefined;
}

/** Longer than any attempt: others keep the time. */
const packageTimeoutMs = 2 ** 31 - 1;

export function openAiClient({ apiKey, baseUrl, organization, project }: OpenAiSettings): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization,
    project,
    maxRetries: 0,
    timeout: packageTimeoutMs,
    logLevel: 'off',
    fetch: carefulFetch,
  });
}

/** The others name a route or a tenant: of such a one the pieces are in the names of models, too. */
const secretName = /auth|key|token|secret|cookie|password|credential|signature/i;
const secretScheme = /^(bearer|basic|token|digest)\s+\S/i;

/** The package reads OPENAI_CUSTOM_HEADERS, a header a line: their values may be keys of a gateway. */
export function redactHeaders(redact: Redact, headers = process.env.OPENAI_CUSTOM_HEADERS ?? ''): Redact {
  const values = headers.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).trim();
    const isSecret = secretName.test(line.slice(0, Math.max(colon, 0))) || secretScheme.test(value);
    return isSecret ? [value, value.replace(/^\S+\s+/, '')] : [];
  });
  // A short one is hardly a secret, and would be found in the middle of words.
  const redactValues = redactor(values.filter(({ length }) => length >= 8));
  return (text) => redactValues(redact(text));
}
