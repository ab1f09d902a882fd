import { describe, expect, it } from 'vitest';
import { addedHidden, joinedBreaks, printable, printableJson } from '../../../src/core/text/hidden.ts';

const bidi = ['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'];
const marks = ['\u200e', '\u200f', '\u061c'];
const zeroWidth = ['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u3164'];
const tags = ['\u{e0041}', '\u{e007f}', '\u{e0100}', '\u{e01ef}', '\ufe00'];
const codes = [
  '\x1b',
  '\x1b[8m',
  '\x1b[30;40m',
  '\x1b[41m',
  '\x1b[m',
  '\x1b[2m',
  '\x1b[31m',
  '\x1b[90m',
  '\x1b]8;;',
  '\x9b',
  '\0',
  '\x7f',
  '\x85',
  '\u2028',
];
const all = [...bidi, ...marks, ...zeroWidth, ...tags, ...codes];

describe('what a terminal would obey or not show', () => {
  it.each(all.map((text) => [JSON.stringify(text), text]))('is escaped: %s', (_, text) => {
    const shown = printable(`a${text}b`);
    expect(shown).toMatch(/^a\\u(\{e[\da-f]{4}\}|[\da-f]{4})[\x20-\x7e]*b$/);
    const json = printableJson({ [`a${text}`]: `${text}b` });
    expect(json).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(json)).toEqual({ [`a${text}`]: `${text}b` });
  });

  it.each([
    '👩‍💻 👨🏽‍🚀 🏳️‍🌈 ❤️ 1️⃣',
    'می\u200cخواهم',
    'क्\u200dष',
    'naïve – “quotes” … 日本語 עברית العربية',
    'a\ttab\r\nline\n',
  ])('is not in %j', (text) => {
    expect(printable(text)).toBe(text);
    expect(JSON.parse(printableJson(text, 2))).toBe(text);
    expect(addedHidden(text, '')).toEqual([]);
  });
});

describe('hidden characters that were added', () => {
  it('are named with their lines', () => {
    expect(addedHidden('a\nb\u202e\u2066\u202e\nc\u{e0041}\n', 'a\n')).toEqual([
      { line: 2, characters: ['U+202E', 'U+2066'] },
      { line: 3, characters: ['U+E0041'] },
    ]);
  });

  it('are not those of a line that was there, even when it is changed or moved', () => {
    expect(addedHidden('\nnew x\u200b\n', 'old x\u200b\n')).toEqual([]);
    expect(addedHidden('\ufeffa\n', '\ufeffb\n')).toEqual([]);
  });

  it('are those of its copy', () => {
    expect(addedHidden('x\u200b\nx\u200b\n', 'x\u200b\n')).toEqual([{ line: 2, characters: ['U+200B'] }]);
  });
});

describe('a text in pieces', () => {
  const shown = (pieces: readonly string[]) => {
    const joined = joinedBreaks();
    return pieces.map((piece) => printable(joined(piece)));
  };

  it('cannot be written over by its next piece', () => {
    expect(shown(['run this\r', 'not this'])).toEqual(['run this', '\\u000dnot this']);
    expect(shown(['run this\r\r', '\r', 'not this'])).toEqual(['run this', '', '\\u000dnot this']);
  });

  it('keeps line breaks, also those that were split', () => {
    expect(shown(['a\r', '\nb\r\n', 'c\n'])).toEqual(['a', '\r\nb\r\n', 'c\n']);
  });
});
