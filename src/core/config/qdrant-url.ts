/** The address of a Qdrant server: what is wrong with one. */
import { hasCredentials, isHttpUrl, isThisMachine } from './base-url.ts';

/** Why the text cannot be used. Never repeats it: it may hold a password. */
export function qdrantUrlFault(
  text: string,
  { allowInsecure = false } = {},
): { message: string; hint: string } | undefined {
  if (!isHttpUrl(text))
    return {
      message: 'is not an http or https URL',
      hint: 'use a URL such as http://127.0.0.1:6333',
    };
  if (hasCredentials(text))
    return {
      message: 'contains a user name or a password',
      hint: 'remove them from the URL: put the API key in ORCH_QDRANT_API_KEY',
    };
  const { protocol, hostname, host } = new URL(text);
  if (protocol === 'http:' && !isThisMachine(hostname) && !allowInsecure)
    return {
      message: `http:// would reach ${host} unencrypted`,
      hint: 'use https://',
    };
  return undefined;
}
