/** Checks the key and the server it is sent to. */

import { keyFault, keyHints } from '../config/api-key.ts';
import { shownUrl } from '../config/base-url.ts';
import type { Environment, Setting } from '../config/environment.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export function keyFindings(
  { apiKey, baseUrl, rehearse }: Pick<Environment, 'apiKey' | 'baseUrl' | 'rehearse'>,
  settings: readonly Setting[],
): Finding[] {
  if (rehearse) return [ok('key', 'not needed: this is a rehearsal')];
  if (apiKey === undefined) return [problem('key', 'OPENAI_API_KEY is not set', keyHints.missing)];
  const fault = keyFault(apiKey, { ownServer: baseUrl !== undefined });
  if (fault !== undefined) return [problem('key', fault.message, fault.hint)];
  const origin = settings.find(({ name }) => name === 'OPENAI_API_KEY')?.origin ?? 'environment';
  if (baseUrl === undefined && !apiKey.startsWith('sk-')) {
    return [
      warning(
        'key',
        `OPENAI_API_KEY is set (${origin}) but does not start with sk-, as OpenAI keys do`,
        'copy the key again, or set OPENAI_BASE_URL to the server that the key is for',
      ),
    ];
  }
  return [ok('key', `OPENAI_API_KEY is set (${origin}) and well-formed`)];
}

export function baseUrlFinding({ baseUrl, rehearse }: Pick<Environment, 'baseUrl' | 'rehearse'>): Finding {
  if (rehearse) return ok('base-url', 'the built-in rehearsal server');
  if (baseUrl === undefined) return ok('base-url', 'the OpenAI API');
  const { pathname } = new URL(baseUrl);
  return /\/v\d+\/?$/.test(pathname)
    ? ok('base-url', shownUrl(baseUrl))
    : warning(
        'base-url',
        `OPENAI_BASE_URL is ${shownUrl(baseUrl)}, which does not end in /v1`,
        'append /v1, which most servers require',
      );
}
