/** The openai package's client, with everything off that the engine does itself. */
import OpenAI from 'openai';
import { type Redact, redactor } from '../../core/errors/redact.ts';
import { Connections } from '../http/connections.ts';
import { proxySecrets, type Variables } from '../http/proxy.ts';
import { packageFetch } from './fetch.ts';

export interface OpenAiSettings {
  apiKey: string;
  /** Undefined: the OpenAI API. */
  baseUrl: string | undefined;
  organization: string | undefined;
  project: string | undefined;
}

/** Longer than any attempt: others keep the time. */
const packageTimeoutMs = 2 ** 31 - 1;

export interface OpenAiClient {
  client: OpenAI;
  connections: Connections;
}

export function openAiClient({ apiKey, baseUrl, organization, project }: OpenAiSettings): OpenAiClient {
  const connections = new Connections(process.env);
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization,
    project,
    maxRetries: 0,
    timeout: packageTimeoutMs,
    logLevel: 'off',
    fetch: packageFetch(connections),
  });
  return { client, connections };
}

/** Other headers name a route or a tenant, of which parts occur in the names of models as well. */
const secretName = /auth|key|token|secret|cookie|password|credential|signature/i;
const secretScheme = /^(bearer|basic|token|digest)\s+\S/i;

/** The secrets that the environment adds: keys of a gateway in OPENAI_CUSTOM_HEADERS, passwords of proxies. */
export function redactSecrets(redact: Redact, variables: Variables): Redact {
  const redactOthers = redactor([
    // A short one is hardly a secret, and would be found in the middle of words.
    ...headerSecrets(variables.OPENAI_CUSTOM_HEADERS ?? '').filter(({ length }) => length >= 8),
    ...proxySecrets(variables),
  ]);
  return (text) => redactOthers(redact(text));
}

/** The package reads the variable, a header a line. */
function headerSecrets(headers: string): string[] {
  return headers.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).trim();
    const isSecret = secretName.test(line.slice(0, Math.max(colon, 0))) || secretScheme.test(value);
    return isSecret ? [value, value.replace(/^\S+\s+/, '')] : [];
  });
}
