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
  const key = (): boolean => quoted() && sign(':');
  const plain = (): boolean => (source[at] === '"' ? quoted() : take(number) || literal());
  /** How the lists and objects end that are open, the innermost last: a file may nest them without end. */
  const open: string[] = [];
  for (;;) {
    if (sign('{')) {
      if (!sign('}')) {
        if (!key()) return at;
        open.push('}');
        continue;
      }
    } else if (sign('[')) {
      if (!sign(']')) {
        open.push(']');
        continue;
      }
    } else if (!plain()) return at;
    // A value has ended, and perhaps what it stands in.
    for (let next = false; !next; ) {
      const end = open.at(-1);
      if (end === undefined) {
        take(blank);
        return at;
      }
      next = sign(',');
      if (next && end === '}' && !key()) return at;
      if (!next && !sign(end)) return at;
      if (!next) open.pop();
    }
  }
}
