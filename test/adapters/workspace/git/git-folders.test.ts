import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseInGitFolders } from '../../../../src/adapters/workspace/git/git-folders.ts';

let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'orch-git-folders-')));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function put(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), '');
  }
}

const refusal = (...paths: string[]) => {
  try {
    refuseInGitFolders(paths.map((path) => join(top, path)));
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('refuseInGitFolders', () => {
  it.each([['hooks/post-checkout'], ['config'], ['objects/new/deep/x'], ['HEAD']])(
    'refuses %s in a bare repository or a separate git folder',
    (path) => {
      put('.git', 'data/HEAD', 'data/objects/x', 'data/refs/x');
      expect(refusal(`data/${path}`)).toBe('file-forbidden');
      expect(refusal('a.txt', `data/${path}`)).toBe('file-forbidden');
      expect(refusal('a.txt', 'database/x')).toBeUndefined();
    },
  );

  it('refuses the git folder of a linked worktree, and one whose HEAD leads nowhere', () => {
    put('w/HEAD', 'w/commondir', 'd/objects/x', 'd/refs/x');
    expect(refusal('w/config.worktree')).toBe('file-forbidden');
    expect(refusal('d/config')).toBeUndefined();
    symlinkSync('refs/heads/main', join(top, 'd/HEAD'));
    expect(refusal('d/config')).toBe('file-forbidden');
  });

  it('refuses to make a folder a git folder, at once or in the end, however the names are spelled', () => {
    expect(refusal('docs/HEAD', 'docs/objects/x', 'docs/refs/x')).toBe('file-forbidden');
    expect(refusal('docs/Head', 'docs/OBJECTS/x', 'docs/refs./x')).toBe('file-forbidden');
    put('docs/HEAD', 'docs/objects/x');
    expect(refusal('docs/config')).toBeUndefined();
    expect(refusal('docs/refs/x')).toBe('file-forbidden');
  });

  it('allows files of these names beside a .git, which git prefers', () => {
    put('.git', 'HEAD', 'objects/x');
    expect(refusal('refs/x', 'config')).toBeUndefined();
  });

  it('allows a working tree inside the git folder of a bare repository', () => {
    put('HEAD', 'objects/x', 'refs/x', 'main/.git', 'main/src/a.ts');
    expect(refusal('main/src/a.ts', 'main/new.ts')).toBeUndefined();
    expect(refusal('hooks/pre-commit')).toBe('file-forbidden');
  });
});
