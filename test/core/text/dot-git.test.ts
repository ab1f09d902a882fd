import { describe, expect, it } from 'vitest';
import { hasDotGit } from '../../../src/core/text/dot-git.ts';

describe('hasDotGit', () => {
  it.each([
    '.git',
    '.git/hooks/pre-commit',
    'a/.git/config',
    '/home/me/repo/.git/modules/x/config',
    '.GIT/config',
    '.Git',
    'a\\.git\\config',
    '.git./config',
    '.git /config',
    '.git . ./config',
    '.git::$INDEX_ALLOCATION/config',
    'git~1/config',
    'GIT~2/config',
    '.g\u200cit/config',
    '\ufeff.git/config',
    '.git\u202e/config',
  ])('finds it in %j', (path) => {
    expect(hasDotGit(path)).toBe(true);
  });

  it.each([
    '.gitignore',
    '.github/workflows/ci.yml',
    '.gitattributes',
    'git/a.ts',
    'a.git/config',
    'src/.git-hooks/a',
    'git~/a',
    '.git-rewrite',
    'a:.git',
  ])('does not find it in %j', (path) => {
    expect(hasDotGit(path)).toBe(false);
  });
});
