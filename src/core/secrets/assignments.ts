/** Values that stand where their names say a secret stands: assignments, keys of data, headers, options, URLs. */
import { isExample, looksLikePassword, looksRandom } from './looks-random.ts';
import type { SecretSpan } from './redactions.ts';

type Strength = 'password' | 'strong' | 'weak';

/** A name with such a word, and what stands between it and its value. */
const named =
  /(passw(?:or)?d|passphrase|passwd|passcode|pass|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key|encryption[_-]?key|signing[_-]?key|master[_-]?key|license[_-]?key|shared[_-]?key|client[_-]?key|credentials?|connection[_-]?string|key|auth(?:orization)?|signature|sig|cookie|session|dsn|webhook|salt|sid)([\w-]{0,40})["'`\]]{0,2}(?:[ \t]?:?[ \t]{1,2}[&*]?[A-Za-z][\w.<>[\]]{0,20}\??)?[ \t]{0,8}(?::=|=>|={1,2}|[:,(>]|(?<=--[\w-]{1,40})[ \t])[ \t]{0,4}/gi;
const passwordWord = /^(pass|pwd)/i;
const weakWord = /^(key|auth|signature|sig|cookie|session|dsn|salt|sid)$/i;
/** Behind these words comes no secret, or one for everybody. */
const harmless =
  /^(s?[_-]?(id|ids|name|names|type|types|url|uri|endpoint|path|file|length|size|count|limit|index|code|codes|word|words|board|frame|frames|map|hash|algorithm|format|prefix|pattern|regex|usage|ring)s?$|izer|ize|words?$|ids?$)/i;
const publicName =
  /(public|publishable|cache|primary|foreign|sort|partition|lock|react|registry|map|event|object|i18n|translation|trans|dedupe?|idempotency|sha\d*|integrity|csrf|commit|tree|blob|content|file|query|route)[_-]?$/i;

export function findAssignments(text: string): SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const match of text.matchAll(named)) {
    const [whole, name, rest] = match as unknown as [string, string, string];
    if (harmless.test(rest) || publicName.test(text.slice(Math.max(0, match.index - 14), match.index)))
      continue;
    const strength: Strength = passwordWord.test(name) ? 'password' : weakWord.test(name) ? 'weak' : 'strong';
    const span = valueAt(text, match.index + whole.length, strength, whole);
    if (span) spans.push({ kind: kindOf(name), ...span });
  }
  return spans;
}

function kindOf(name: string): string {
  if (passwordWord.test(name)) return 'password';
  if (/token/i.test(name)) return 'token';
  return /key/i.test(name) ? 'api-key' : 'secret';
}

const valueLimit = 1024;
const longestValue = 700;

function valueAt(
  text: string,
  from: number,
  strength: Strength,
  lead: string,
): { start: number; end: number } | undefined {
  // b"\u2026", @"\u2026" and the like; with a backslash inside another string.
  const opening = /^(?:[bfrL@u]|\\)?["'`]/.exec(text.slice(from, from + 3))?.[0];
  const isQuoted = opening !== undefined;
  const rest = text.slice(from + (opening?.length ?? 0), from + valueLimit);
  const scheme =
    isQuoted || /auth/i.test(lead) ? (/^[a-z][a-z-]{2,15}[ :]{1,3}/i.exec(rest)?.[0].length ?? 0) : 0;
  const part = rest.slice(scheme);
  const end = endOfValue(part, opening);
  if (end <= 0) return undefined;
  const value = part.slice(0, end);
  if (!isSecretValue(value, { strength, isQuoted, lead, next: part.charAt(end) })) return undefined;
  const start = from + (opening?.length ?? 0) + scheme;
  return { start, end: start + end };
}

function endOfValue(part: string, opening: string | undefined): number {
  if (opening === undefined) {
    const end = part.search(/[\s"'`,;<>(){}[\]&|]/);
    return end === -1 ? part.length : end;
  }
  return opening.startsWith('\\') ? part.indexOf('\\') : closing(part, opening.at(-1)!);
}

/** -1 where the line ends first. */
function closing(part: string, mark: string): number {
  for (let at = 0; at < part.length; at++) {
    if (part[at] === '\\') at++;
    else if (part[at] === mark) return at;
    else if (part[at] === '\n') return -1;
  }
  return -1;
}

interface Surroundings {
  strength: Strength;
  isQuoted: boolean;
  /** The name, and what stands between it and the value. */
  lead: string;
  /** The character behind the value. */
  next: string;
}

function isSecretValue(value: string, { strength, isQuoted, lead, next }: Surroundings): boolean {
  if (value.length > longestValue || /\s/.test(value)) return false;
  // A call or an index: this is code, not a value.
  if (!isQuoted && /[([{]/.test(next)) return false;
  if (/^(sha\d+-|data:|https?:\/\/|\.{0,2}\/(?![A-Za-z0-9+/]{39}$))/i.test(value)) return false;
  if (strength === 'weak') {
    const isHashOrFile = /^[0-9a-f]{40}$|[/.]\w+\.\w+$/.test(value);
    return looksRandom(value, isQuoted ? 20 : 24) && !isHashOrFile;
  }
  if (looksRandom(value, isQuoted ? 14 : 16)) return true;
  // Without quotes it may be a name in code, unless it is a line of a .env or of YAML.
  const isValue =
    isQuoted ||
    /[^\w.-]/.test(value) ||
    /^[A-Z0-9_-]+=$/.test(lead) ||
    (/:[ \t]+$/.test(lead) && /^\s?$/.test(next));
  return (
    /[=:>]\s*$/.test(lead) &&
    isValue &&
    looksLikePassword(value) &&
    (strength === 'password' || value.length >= 12)
  );
}

interface Shape {
  kind: string;
  /** Its first group is the secret, and ends the match. */
  pattern: RegExp;
  accepts: (value: string) => boolean;
}

const isUsable = (value: string) =>
  !isExample(value) && !/^(pass(word|wd)?|pwd|pw|secret|p|x+|\*+|[a-z]{1,3})$/i.test(value);
const isPasswordLike = (value: string) => looksLikePassword(value) || looksRandom(value, 12);

const shapes: readonly Shape[] = [
  {
    kind: 'url-password',
    pattern: /(?<=[a-z0-9]):\/\/[^\s:/?#@"'`<>{}]{0,100}:([^\s/"'`<>]{3,200})(?=@[A-Za-z0-9[_$])/gi,
    accepts: isUsable,
  },
  {
    kind: 'url-token',
    pattern: /https?:\/\/([A-Za-z0-9_.-]{20,200})(?=@[A-Za-z0-9])/gi,
    accepts: (value) => looksRandom(value),
  },
  {
    kind: 'authorization',
    pattern: /\b(?:bearer|basic|digest)[ \t]+([A-Za-z0-9_.~+/=-]{16,1000})/gi,
    accepts: (value) => looksRandom(value),
  },
  {
    kind: 'authorization',
    pattern: /(?:^|\s)(?:-u|--user)[ =]{1,3}["']?[^\s:"'$]{0,80}["']?:["']?([^\s"'$]{6,100})/g,
    accepts: isPasswordLike,
  },
  {
    kind: 'password',
    pattern: /\b(?:login|account|user|machine)[ \t]+\S{1,100}[ \t]+password[ \t]+(\S{4,200})/gi,
    accepts: isUsable,
  },
  { kind: 'password', pattern: /^[ \t]*password[ \t]+(\S{8,200})[ \t]*$/gim, accepts: isPasswordLike },
  {
    kind: 'password',
    pattern: /^[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w*-]{1,60}:[\w*-]{1,60}:([^\s:]{4,100})(?=\s*$)/gm,
    accepts: isUsable,
  },
  {
    kind: 'connection-string',
    pattern:
      /(?:password|pwd|accountkey|sharedaccesskey|sharedsecret|accesskey)[ ]?=[ ]?([^\s;"'<>{}$]{6,200})(?=;|["']|$)/gim,
    accepts: isPasswordLike,
  },
  {
    kind: 'connection-string',
    pattern:
      /[?&](?:sig|signature|X-Amz-Signature|access_token|api_key|apikey|key|token|secret|password)=([A-Za-z0-9%_.~+/=-]{16,500})/gi,
    accepts: (value) => looksRandom(value),
  },
  {
    kind: 'password-hash',
    pattern:
      /(\$(?:2[abxy]\$\d\d\$[A-Za-z0-9./]{53}|apr1\$[^\s$"']{1,8}\$[A-Za-z0-9./]{22}|[156y]\$[^\s"']{1,40}\$[A-Za-z0-9./]{22,86}|argon2i?d?\$[^\s"']{30,200}))/g,
    accepts: () => true,
  },
  {
    kind: 'aws',
    pattern: /(?:AKIA|ASIA)[A-Z0-9]{16}\W{1,40}(?:\w{1,40}\W{1,8})?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/g,
    accepts: (value) => looksRandom(value),
  },
];

/** The secret numbers of a key in JSON, as in RFC 7518. */
const privatePart =
  /(?<![\w.-])["'\\]{0,2}(?:d|p|q|dp|dq|qi|k)["'\\]{0,2}[ \t]{0,4}:\s{0,4}\\?["']([A-Za-z0-9_-]{20,1400})(?=={0,2}\\?["'])/g;

function findJsonWebKeys(text: string): SecretSpan[] {
  if (!text.includes('kty')) return [];
  return Array.from(text.matchAll(privatePart), ({ index, 0: whole, 1: value }) => {
    const end = index + whole.length;
    return { kind: 'private-key', start: end - value!.length, end };
  }).filter(({ start, end }) => looksRandom(text.slice(start, end)));
}

export function findShapes(text: string): SecretSpan[] {
  const spans = findJsonWebKeys(text);
  for (const { kind, pattern, accepts } of shapes) {
    for (const { index, 0: whole, 1: value } of text.matchAll(pattern)) {
      const end = index + whole.length;
      if (accepts(value!)) spans.push({ kind, start: end - value!.length, end });
    }
  }
  return spans;
}
