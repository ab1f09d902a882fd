/** Keys never reach an output: not in an error of the provider that echoes one, not in a URL. */

const keyLike = /\b(sk|rk|pk)-[A-Za-z0-9_*-]{6,}/g;
/** Up to the last @ of the authority: a password may hold one itself. */
const credentialsInUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/?#\s]+@/gi;

export type Redact = (text: string) => string;

export function redactor(secrets: readonly (string | undefined)[]): Redact {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= 4) as string[];
  // The longest first: one secret may begin another.
  known.sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, '[redacted]');
    return clean.replace(keyLike, '[redacted]').replace(credentialsInUrl, '$1[redacted]@');
  };
}
