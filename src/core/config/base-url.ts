/** What may be shown of a server's URL, and whether a key travels to it in the clear. */

/** Of a normalised URL. A server cannot be elsewhere on 0.0.0.0 or [::]: those lead to this machine as well. */
const thisMachine =
  /^(?:(?:.*\.)?localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])\.?$/;

export function isThisMachine(hostname: string): boolean {
  return thisMachine.test(hostname);
}

/** Parts of a path that say what a server speaks. Others may be a tenant, a gateway or a key. */
const plainPart =
  /^(v\d+(alpha|beta)?\d*|api|openai|azure|codex|compat|gateway|inference|llm|models|proxy|responses|rest)?$/;
/** Names such as `gpt-5-mini` and `team-eu`: words and short numbers. Redacting them would spoil other text. */
const nameLike = /^(?=.{1,24}$)(?:[a-z]{1,12}|v?\d{1,4})(?:[-._](?:[a-z]{1,12}|v?\d{1,4}))*$/;

export function looksLikeName(text: string): boolean {
  return nameLike.test(text);
}

/** Shorter ones would be found in the middle of words. */
const leastSecret = 8;

/** The URL with an ellipsis for every part that may be secret. */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return '…';
  const { protocol, host, pathname, search } = new URL(text);
  const parts = pathname.split('/').map((part) => (plainPart.test(part) ? part : '…'));
  return `${protocol}//${host}${parts.join('/')}${search === '' ? '' : '?…'}`;
}

/** Parts of the URL that no message may repeat. */
export function urlSecrets(text: string | undefined): string[] {
  if (text === undefined || !URL.canParse(text)) return [];
  const { pathname, searchParams } = new URL(text);
  return [...pathname.split('/'), ...searchParams.values()].filter(
    (part) => part.length >= leastSecret && !plainPart.test(part) && !looksLikeName(part),
  );
}

/** Whether a sound URL holds a user name or a password. */
export function hasCredentials(text: string): boolean {
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}

export function isHttpUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
