/** Redacts keys from all output, e.g. in a provider's error message or in a URL. */

const keyLike =
  /\b(?:(?:sk|rk|pk)-[A-Za-z0-9_*-]{6,}|(?:gh[opsur]|github_pat|glpat|hf|gsk|xai|xox[abeprs])[_-][A-Za-z0-9_-]{16,}|A[KS]IA[A-Z0-9]{16}\b|AIza[A-Za-z0-9_-]{35}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)?)/g;
/** Up to the last @ of the authority, since a password may contain one. The `user:password@` of our examples stays. */
const credentialsInUrl = /(?<=[a-z0-9+.-]:\/\/)(?!user:password@[^@/?#\s]*(?:[/?#\s]|$))[^/?#\s]+@/gi;
/** Secrets that some servers accept as query parameters. */
const secretsInQuery =
  /([?&](?:[\w-]*(?:key|token|secret|password|signature)|sig|auth|code)=)(?!\[redacted\])[^&#\s"']+/gi;
/** Shorter fragments of a key reveal nothing. */
const minFragment = 6;
/** Matches of this length are not coincidence, provided the secret is much longer. */
const pieceLength = 8;
const minLengthForPieces = 2 * pieceLength;

/** A long run of mixed letters and digits, which no name is. */
const random = /(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[A-Z])(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{20,}/;

export function looksLikeKey(text: string): boolean {
  return text.search(keyLike) >= 0 || random.test(text);
}

export type Redact = (text: string) => string;

/** `likely` secrets are redacted only as a whole. */
export function redactor(secrets: readonly (string | undefined)[], likely: readonly string[] = []): Redact {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= 4) as string[];
  // Longest first: one secret may be a prefix of another.
  known.sort((a, b) => b.length - a.length);
  const pieces = new Set(known.filter(({ length }) => length >= minLengthForPieces).flatMap(piecesOf));
  const withBeginnings = known.map((secret) => ({ secret, beginningsByEnd: beginningsOf(secret) }));
  return (text) => {
    let clean = text;
    for (const secret of likely) clean = clean.replaceAll(secret, '[redacted]');
    for (const { secret, beginningsByEnd } of withBeginnings) {
      clean = withoutBeginningAtEnd(clean.replaceAll(secret, '[redacted]'), beginningsByEnd);
    }
    clean = clean.replace(keyLike, '[redacted]').replace(credentialsInUrl, '[redacted]@');
    return withoutPieces(clean.replace(secretsInQuery, '$1[redacted]'), pieces);
  };
}

/**
 * For a result, which is code or text of which nothing else may change: replaces the secrets themselves, if they are
 * too long to be there by chance.
 */
export function exactRedactor(secrets: readonly (string | undefined)[]): Redact {
  const known = secrets.filter(
    (secret) => secret !== undefined && secret.length >= minLengthForPieces,
  ) as string[];
  const forms = known.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return (text) => forms.reduce((clean, form) => clean.replaceAll(form, '[redacted]'), text);
}

/** As `exactRedactor`, for text that arrives in pieces: what may be the beginning of the secret waits for the next. */
export function pieceRedactor(secret: string): { push(piece: string): string; rest(): string } {
  const redact = exactRedactor([secret]);
  let held = '';
  return {
    push(piece) {
      if (secret.length < minLengthForPieces) return piece;
      const text = redact(held + piece);
      let length = Math.min(secret.length - 1, text.length);
      while (length > 0 && !text.endsWith(secret.slice(0, length))) length--;
      held = text.slice(text.length - length);
      return text.slice(0, text.length - length);
    },
    rest: () => held,
  };
}

/** All beginnings of the secret but itself, longest first, by their last character. */
function beginningsOf(secret: string): ReadonlyMap<string, readonly string[]> {
  const byEnd = new Map<string, string[]>();
  for (let length = secret.length - 1; length >= minFragment; length--) {
    const end = secret[length - 1]!;
    byEnd.set(end, [...(byEnd.get(end) ?? []), secret.slice(0, length)]);
  }
  return byEnd;
}

/** A truncated message may end in the middle of a key. */
function withoutBeginningAtEnd(text: string, beginnings: ReadonlyMap<string, readonly string[]>): string {
  const found = beginnings.get(text.at(-1) ?? '')?.find((beginning) => text.endsWith(beginning));
  return found === undefined ? text : `${text.slice(0, -found.length)}[redacted]`;
}

/** All pieces of the secret, plain and in the encodings a server may use, lower-cased. */
function piecesOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), hex(secret), JSON.stringify(secret).slice(1, -1)];
  // Preceding text shifts Base64 by up to two bytes; the characters at the edges also encode foreign bits.
  for (const before of ['', ' ', '  ']) {
    const encoded = btoa(latin1(before + secret)).replace(/=+$/, '');
    const inner = encoded.slice(before === '' ? 0 : before.length + 1, -1);
    forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms.flatMap((form) => {
    const lower = lowered(form);
    return Array.from({ length: Math.max(0, lower.length - pieceLength + 1) }, (_, at) =>
      lower.slice(at, at + pieceLength),
    );
  });
}

function hex(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function latin1(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** Of some other letters the length would change, and shift the positions. */
function lowered(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function withoutPieces(text: string, pieces: ReadonlySet<string>): string {
  if (pieces.size === 0 || text.length < pieceLength) return text;
  const lower = lowered(text);
  let clean = '';
  let from = 0;
  for (let at = 0; at + pieceLength <= lower.length; at++) {
    if (!pieces.has(lower.slice(at, at + pieceLength))) continue;
    let end = at + pieceLength;
    while (end < lower.length && pieces.has(lower.slice(end - pieceLength + 1, end + 1))) end++;
    clean += `${text.slice(from, at)}[redacted]`;
    from = end;
    at = end - 1;
  }
  return clean + text.slice(from);
}
