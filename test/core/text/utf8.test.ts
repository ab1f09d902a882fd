import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/core/text/utf8.ts';

describe('bytes', () => {
  it.each([
    ['nothing', ''],
    ['a byte order mark, which stays', '\uFEFFone'],
    ['every plane, and the mark of a replaced character', 'f\u00fcr \u{1F600} \uFFFD'],
    ['control characters', '\x01\x1b[0m\r\n'],
  ])('are text: %s', (_, text) => {
    expect(textOf(new TextEncoder().encode(text))).toEqual({ text });
  });

  it.each([
    ['a NUL', [0x61, 0], 'a binary file'],
    ['UTF-16', [0xff, 0xfe, 0x61, 0], 'a binary file'],
    ['Latin-1', [0x63, 0xe7, 0x61], 'not UTF-8 text'],
    ['a character that is cut', [0xc3], 'not UTF-8 text'],
    ['a surrogate', [0xed, 0xa0, 0x80], 'not UTF-8 text'],
    ['a longer form than is due', [0xc0, 0xaf], 'not UTF-8 text'],
    ['beyond the last plane', [0xf4, 0x90, 0x80, 0x80], 'not UTF-8 text'],
  ])('are none with %s', (_, bytes, fault) => {
    expect(textOf(Uint8Array.from(bytes))).toEqual({ fault });
  });
});
