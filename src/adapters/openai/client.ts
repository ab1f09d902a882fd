/** The openai package's client, with everything off that the engine does itself. */
import OpenAI from 'openai';
import { type Redact, redactor } from '../../core/errors/redact.ts';
import { secretsIn } from '../../core/errors/secrets.ts';
import { Connections } from '../http/connections.ts';
import type { Variables } from '../http/proxy.ts';
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
    // The package's own has the name of its class, which is another one in a bundle.
    ...(ownUserAgent() ? {} : { defaultHeaders: { 'User-Agent': 'orch' } }),
    fetch: packageFetch(connections),
  });
  return { client, connections };
}

/** A header of the package's variable, which ours would replace. */
function ownUserAgent(): boolean {
  return /^\s*user-agent\s*:/im.test(process.env.OPENAI_CUSTOM_HEADERS ?? '');
}

/** Redacts the secrets of the environment and of the server's address as well. */
export function redactSecrets(redact: Redact, variables: Variables, baseUrl?: string): Redact {
  const { certain, likely } = secretsIn({ ...variables, OPENAI_BASE_URL: baseUrl });
  const redactOthers = redactor(certain, likely);
  return (text) => redactOthers(redact(text));
}
