import { describe, expect, it } from 'vitest';
import { languageOfPath, languageOfPaths, normaliseLanguage } from '../../../src/core/input/language.ts';

describe('normaliseLanguage', () => {
  it.each([
    ['C++', 'cpp'],
    ['cc', 'cpp'],
    ['CPP', 'cpp'],
    ['C', 'c'],
    ['c#', 'csharp'],
    ['Rust', 'rust'],
    ['rs', 'rust'],
    ['golang', 'go'],
    [' TS ', 'typescript'],
    ['.tsx', 'typescript'],
    ['Python3', 'python'],
    ['bash', 'shell'],
    ['typescript', 'typescript'],
  ])('%j is %s', (name, language) => {
    expect(normaliseLanguage(name)).toBe(language);
    expect(normaliseLanguage(language)).toBe(language);
  });

  it.each(['cobol', 'constructor', '__proto__', 'tostring'])('keeps %j, which it does not know', (name) => {
    expect(normaliseLanguage(name)).toBe(name);
  });
});

describe('languageOfPath', () => {
  it.each([
    ['src/a.ts', 'typescript'],
    ['a.test.TSX', 'typescript'],
    ['lib/a.d.ts', 'typescript'],
    ['C:\\x\\main.rs', 'rust'],
    ['include/a.h', 'c'],
    ['a.hpp', 'cpp'],
    ['Makefile', undefined],
    ['src.d/LICENSE', undefined],
    ['a.', undefined],
    ['a.constructor', undefined],
    ['', undefined],
  ])('%j: %s', (path, language) => {
    expect(languageOfPath(path)).toBe(language);
  });
});

describe('languageOfPaths', () => {
  it('is the one that most files have', () => {
    expect(languageOfPaths(['a.py', 'b.ts', 'c.ts', 'LICENSE'])).toBe('typescript');
  });
  it('is the first of equals', () => {
    expect(languageOfPaths(['a.py', 'b.ts', 'c.ts', 'd.py'])).toBe('python');
  });
  it('is unknown where no name tells', () => {
    expect(languageOfPaths([])).toBeUndefined();
    expect(languageOfPaths(['LICENSE', 'Makefile'])).toBeUndefined();
  });
});
