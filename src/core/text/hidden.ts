/**
 * Characters that show as nothing or change how other text shows: control codes and escape sequences, bidirectional
 * controls, zero-width characters, tags. Nothing of that kind reaches a terminal as it is.
 */
import { once } from './once.ts';

/** Most texts have nothing else, which is quickly told. */
const notPlain = /[^\t\n\x20-\x7e]/;

/** Lazy: to read the names of these properties takes a millisecond of each start. */
const hiddenPattern = once(() => {
  // A terminal obeys these. Line breaks and tabs are not among them; colours are, since a text from outside could use
  // them to look like a message of ours, or to show nothing on a background of that colour. Ours are added afterwards.
  const commands = /\r(?!\n|$)|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;
  // What Unicode defines to show as nothing, line separators and annotations.
  const invisible = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/u;
  // Text needs a joiner within an emoji, and the selector of its form.
  const inEmoji =
    /(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d(?=\p{Extended_Pictographic})|(?<=\p{Emoji})[\ufe0e\ufe0f]/u;
  // And joiners between letters of a script that joins them, such as Persian and Hindi.
  const inWord =
    /(?<=[\u0620-\u0dff\u1000-\u109f\u1780-\u17ff])[\u200c\u200d](?=[\u0620-\u0dff\u1000-\u109f\u1780-\u17ff])/u;
  return new RegExp(
    `${commands.source}|(?=${invisible.source})(?!${inEmoji.source}|${inWord.source})[\\s\\S]`,
    'gu',
  );
});

/** Escapes what a terminal would obey or not show. */
export function printable(text: string): string {
  if (!notPlain.test(text)) return text;
  return text.replace(hiddenPattern(), (found) => {
    const code = found.codePointAt(0)!;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : unitEscape(code);
  });
}

/** As `JSON.stringify`; the same characters are escaped, which loses nothing. */
export function printableJson(value: unknown, space?: number): string {
  const units = (found: string) =>
    Array.from({ length: found.length }, (_, at) => unitEscape(found.charCodeAt(at))).join('');
  const text = JSON.stringify(value, null, space);
  return notPlain.test(text) ? text.replace(hiddenPattern(), units) : text;
}

function unitEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

export interface HiddenLine {
  /** 1-based. */
  line: number;
  /** Such as `U+202E`, without repetition. */
  characters: string[];
}

/** The lines of `after` with hidden characters, except those whose like `before` has. */
export function addedHidden(after: string, before: string): HiddenLine[] {
  if (!notPlain.test(after) || after.search(hiddenPattern()) < 0) return [];
  const known = new Map<string, number>();
  for (const line of before.split('\n')) {
    const found = hiddenOf(line);
    if (found !== '') known.set(found, (known.get(found) ?? 0) + 1);
  }
  return after.split('\n').flatMap((text, at) => {
    const found = hiddenOf(text);
    const left = known.get(found) ?? 0;
    known.set(found, left - 1);
    if (found === '' || left > 0) return [];
    const names = [...found].map(
      (one) => `U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
    );
    return [{ line: at + 1, characters: [...new Set(names)] }];
  });
}

function hiddenOf(line: string): string {
  return notPlain.test(line) ? (line.match(hiddenPattern()) ?? []).join('') : '';
}
