/** Locates a JSON syntax error. `JSON.parse` reports an offset for only a few of them. */

const blank = /[ \t\n\r]*/y;
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literals = ['true', 'false', 'null'];

/** Offset of the first invalid character; the length of the text if it ends too early. */
export function jsonFaultAt(source: string): number {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(source);
    if (found) at = pattern.lastIndex;
    return found;
  };
  /** Consumes one punctuation character and the blanks around it. */
  const sign = (expected: string): boolean => {
    take(blank);
    if (source[at] !== expected) return false;
    at++;
    return take(blank);
  };
  const quoted = (): boolean => {
    if (!take(text) || source[at] !== '"') return false;
    at++;
    return true;
  };
  const literal = (): boolean => {
    const word = literals.find((candidate) => candidate[0] === source[at]);
    if (word === undefined) return false;
    for (const letter of word) {
      if (source[at] !== letter) return false;
      at++;
    }
    return true;
  };
  const members = (end: string, member: () => boolean): boolean => {
    if (sign(end)) return true;
    do {
      if (!member()) return false;
    } while (sign(','));
    return sign(end);
  };
  const value = (): boolean => {
    if (sign('{')) return members('}', () => quoted() && sign(':') && value());
    if (sign('[')) return members(']', value);
    return source[at] === '"' ? quoted() : take(number) || literal();
  };
  if (value()) take(blank);
  return at;
}
