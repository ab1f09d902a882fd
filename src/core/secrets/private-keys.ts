/** Private keys in their armour, whole: on lines of their own, or with `\n` inside one string. */
import type { SecretSpan } from './redactions.ts';

const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** Where the other end is missing, because only a part of the text is there. */
const bodyLine = /^[\s"'>#*]*[A-Za-z0-9+/=]{16,}[\s"'+\\n,]*$/;
/** One of several strings that make up a key, perhaps with a comment behind it. */
const stringLine = /^[ \t]*["'`][A-Za-z0-9+/=]{40,200}(?:\\n)?["'`][ \t]*[,+]?[ \t]*(?:(?:\/\/|\/\*|#).*)?$/m;
const longestBodyLine = 200;
/** Longer ones are no keys. */
const longest = 32_768;
/** A mark in a message or in code that reads keys has no key behind it. */
const shortest = 40;

export function findPrivateKeys(text: string): SecretSpan[] {
  const begins = marksIn(text, begin);
  const ends = marksIn(text, end);
  const spans: SecretSpan[] = [];
  let next = 0;
  for (const [at, { index, after: body }] of begins.entries()) {
    const limit = Math.min(begins[at + 1]?.index ?? text.length, body + longest);
    while (next < ends.length && ends[next]!.index < body) next++;
    const close = ends[next];
    const [stop, after] =
      close && close.index < limit ? [close.index, close.after] : repeated(followingBody(text, body, limit));
    if (isKeyMaterial(text.slice(body, stop))) spans.push({ kind: 'private-key', start: index, end: after });
  }
  return spans;
}

function marksIn(text: string, mark: RegExp): { index: number; after: number }[] {
  return Array.from(text.matchAll(mark), ({ index, 0: whole }) => ({ index, after: index + whole.length }));
}

function repeated(value: number): [number, number] {
  return [value, value];
}

function isKeyMaterial(body: string): boolean {
  if (body.length < shortest || !/[A-Za-z0-9+/=]{24}/.test(body)) return false;
  // Code, unless it is strings with comments between them.
  return !/[;(){}<>]/.test(body) || stringLine.test(body);
}

/** Where the lines end that look like the inside of a key; `limit` if all is on one line. */
function followingBody(text: string, from: number, limit: number): number {
  let stop = text.indexOf('\n', from);
  if (stop === -1 || stop > limit) return limit;
  while (stop < limit) {
    const newline = text.indexOf('\n', stop + 1);
    const lineEnd = newline === -1 || newline > limit ? limit : newline;
    const line = text.slice(stop + 1, lineEnd);
    if (line.length > longestBodyLine || !bodyLine.test(line)) return stop;
    stop = lineEnd;
  }
  return stop;
}
