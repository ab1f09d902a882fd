/** Tells values that a machine drew at random from words, names and examples. */

type CharacterClass = 'lower' | 'upper' | 'digit' | 'other';

function classOf(code: number): CharacterClass {
  if (code >= 97 && code <= 122) return 'lower';
  if (code >= 65 && code <= 90) return 'upper';
  return code >= 48 && code <= 57 ? 'digit' : 'other';
}

/** Bits per character, by how often each one occurs. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** What people write where a secret would stand. */
const example =
  /example|sample|dummy|your|placeholder|change.?me|insert|replace|redacted|todo|fixme|foobar|deadbeef|xxxx|a-z|0-9|\*\*\*|\.\.\.|\u2026/i;
const isTemplate =
  /^\$\{?[A-Za-z_]\w*\}?$|^<[^>]*>$|^\{[\w.]*\}$|\$\{|\{\{|<%|%[sd]\b|%\(|#\{|process\.env|os\.environ|getenv/;

export function isExample(value: string): boolean {
  return example.test(value) || isTemplate.test(value);
}

const shortest = 16;
const leastEntropy = 2.8;
const leastEntropyOfMixed = 3.3;
/** Share of places where letters change case or turn into digits. In words it is lower, at random it is about a half. */
const leastChanges = 0.2;
const leastChangesOfHex = 0.12;

export function looksRandom(value: string, least = shortest): boolean {
  const body = value.replace(/=+$/, '');
  if (body.length < least || isExample(value)) return false;
  let changes = 0;
  let letters = 0;
  let digits = 0;
  let before: CharacterClass | undefined;
  for (let at = 0; at < body.length; at++) {
    const kind = classOf(body.charCodeAt(at));
    if (kind === 'digit') digits++;
    else if (kind !== 'other') letters++;
    if (before !== undefined && kind !== before && kind !== 'other' && before !== 'other') changes++;
    before = kind;
  }
  const isHex = /^[0-9a-f-]+$/i.test(body);
  return (
    digits >= 2 &&
    letters >= 2 &&
    changes >= body.length * (isHex ? leastChangesOfHex : leastChanges) &&
    entropyOf(body) >= (isHex ? leastEntropy : leastEntropyOfMixed)
  );
}

/** A password as people and generators make them: at least three kinds of characters, one a digit, and not just a word. */
export function looksLikePassword(value: string): boolean {
  if (value.length < 8 || value.length > 128 || isExample(value) || /\s/.test(value)) return false;
  if (/^[\w.]+\(|^[./~]|:\/\/|^\w+(\.\w+)+$/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9_]/].filter((kind) => kind.test(value)).length;
  return /\d/.test(value) && kinds >= 3;
}
