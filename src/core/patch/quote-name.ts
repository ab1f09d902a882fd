/** Git's C-style quoting of file names, which patches need for anything but plain ASCII. */

const shortEscapes: Record<number, string> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** The name as `diff --git`, `---` and `rename from` carry it. Spaces need no quotes. */
export function quoteName(name: string): string {
  if (!/[\0-\x1F\x7F-\u{10FFFF}"\\]/u.test(name)) return name;
  let quoted = '';
  for (const byte of new TextEncoder().encode(name)) {
    if (shortEscapes[byte] !== undefined) quoted += shortEscapes[byte];
    else if (byte >= 32 && byte < 127) quoted += String.fromCharCode(byte);
    else quoted += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${quoted}"`;
}

/** The name inside quotes; the text itself when it is not quoted. */
export function unquoteName(text: string): string {
  const inner = /^"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  if (inner === undefined) return text;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [part] of inner.matchAll(/\\[0-7]{1,3}|\\.|[^\\]+/gsu)) {
    if (!part.startsWith('\\')) for (const byte of encoder.encode(part)) bytes.push(byte);
    else if (/^\\[0-7]/.test(part)) bytes.push(Number.parseInt(part.slice(1), 8) & 255);
    else {
      const known = Object.entries(shortEscapes).find(([, written]) => written === part);
      bytes.push(...(known ? [Number(known[0])] : encoder.encode(part.slice(1))));
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
