import { describe, expect, it } from 'vitest';
import { isPlainWord, shellPath } from '../../../src/core/text/shell-word.ts';

describe('a name in a command to paste', () => {
  it.each(['gpt-6.2-sol', 'llama3:8b', 'meta/llama', './a', '.env', '/a/b@c+d_e'])('is plain: %s', (name) => {
    expect(isPlainWord(name)).toBe(true);
    expect(shellPath(name)).toBe(name);
  });

  it.each([
    ['a b', "'a b'"],
    ['$(x)', "'$(x)'"],
    ["x';y;'", `'x'\\'';y;'\\'''`],
    ['a\nb', "'a\nb'"],
    ['~', "'~'"],
    ['', "''"],
    ['-x.ts', './-x.ts'],
    ['--apply', './--apply'],
    ['-', './-'],
    ['-a b', "'./-a b'"],
  ])('is not: %j', (name, word) => {
    expect(isPlainWord(name)).toBe(false);
    expect(shellPath(name)).toBe(word);
  });
});
