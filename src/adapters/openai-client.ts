/** The openai package's client, with everything off that the engine does itself. */
import OpenAI from 'openai';
import { carefulFetch } from './openai-fetch.ts';

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
