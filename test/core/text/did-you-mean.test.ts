import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../../src/core/text/did-you-mean.ts';

describe('nearest', () => {
  const names = ['codex', 'mini', 'chat', 'full', 'temperature', 'max_output_tokens'];

  it.each([
    ['kodex', 'codex'],
    ['CODEX', 'codex'],
    ['codx', 'codex'],
    ['mini', 'mini'],
    ['caht', 'chat'],
    ['temprature', 'temperature'],
    ['max_ouput_token', 'max_output_tokens'],
  ])('%s: did you mean %s?', (word, name) => {
    expect(didYouMean(word, names)).toBe(name);
  });

  it.each(['tests', 'ca', 'something', 'tach', ''])('%j is no slip of any of them', (word) => {
    expect(didYouMean(word, names)).toBeUndefined();
  });

  it('prefers the nearer one, then the first', () => {
    expect(didYouMean('abcdef', ['abcxyf', 'abcdeg'])).toBe('abcdeg');
    expect(didYouMean('abcdef', ['abcdeg', 'abcdeh'])).toBe('abcdeg');
    expect(didYouMean('x', [])).toBeUndefined();
  });
});
