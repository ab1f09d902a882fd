/** Keys never reach an output: not in an error of the provider that echoes one, not in a URL. */

const keyLike = /\b(sk|rk|pk)-[A-Za-z0-9_*-]{6,}/g;
/** Up to the last @ of the authority: a password may hold one itself. */
const credentialsInUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/?#\s]+@/gi;
/** Fewer characters of a key tell nothing about it. */
const fewestTelling = 6;

export type Redact = (text: string) => string;

export function redactor(secrets: readonly (string | undefined)[]): Redact {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= 4) as string[];
  // The longest first: one secret may begin another.
  known.sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of known) {
      clean = withoutBeginningAtEnd(clean.replaceAll(secret, '[redacted]'), secret);
    }
    return clean.replace(keyLike, '[redacted]').replace(credentialsInUrl, '$1[redacted]@');
  };
}

/** A message that was cut to a length may end in the middle of a key. */
function withoutBeginningAtEnd(text: string, secret: string): string {
  for (let length = Math.min(secret.length - 1, text.length); length >= fewestTelling; length--) {
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}[redacted]`;
  }
  return text;
}
