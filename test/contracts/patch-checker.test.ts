/** What a check of a patch does with git and without: the intended bytes are never left in the tree. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGit } from '../../src/adapters/workspace/git/git.ts';
import { gitPatchApplier, gitPatchChecker } from '../../src/adapters/workspace/git/git-patch.ts';
import { emitPatch } from '../../src/core/patch/git/emit-patch.ts';
import type { FileChange } from '../../src/core/patch/types.ts';
import { folder } from '../helpers/orch.ts';
import { treeOf } from '../helpers/tree.ts';

const path = process.env.PATH;
const never = new AbortController().signal;
const files = { 'a.txt': 'one\ntwo\n', 'gone.txt': 'x\n', 'from.txt': 'y\n' };
const changes: FileChange[] = [
  { kind: 'modify', path: 'a.txt', before: files['a.txt'], after: 'one\n2\n' },
  { kind: 'create', path: 'deep/new.txt', before: '', after: 'new' },
  { kind: 'delete', path: 'gone.txt', before: files['gone.txt'], after: '' },
  { kind: 'rename', path: 'to.txt', oldPath: 'from.txt', before: files['from.txt'], after: 'z\n' },
];

describe.each([
  ['git', 'git', path],
  ['no git', 'none', '/nowhere'],
] as const)('the check of a patch with %s', (_name, checkedBy, variable) => {
  beforeEach(() => {
    process.env.PATH = variable;
  });
  afterEach(() => {
    process.env.PATH = path;
  });

  it('takes what fits, says who checked it, and leaves the tree as it is', async () => {
    const base = folder(files);
    const tree = treeOf(base);
    const check = await gitPatchChecker().check(emitPatch(changes), changes, base, never);
    expect(check).toMatchObject({ ok: true, checkedBy });
    expect(treeOf(base)).toEqual(tree);
  });

  it('refuses what does not come out as intended, if anybody can tell', async () => {
    const base = folder(files);
    const [change] = changes;
    const other = emitPatch([{ ...change!, after: 'one\n3\n' }]);
    const check = await gitPatchChecker().check(other, [change!], base, never);
    expect(check).toMatchObject({ ok: checkedBy === 'none', checkedBy });
    expect(check.detail).not.toBe('');
  });
});

it.runIf(process.platform !== 'win32')(
  'a file that git fails to create without a word is not lost',
  async () => {
    // As git does where the disk is full when it creates a folder.
    const forgetful = `#!/bin/sh
'${findGit()}' "$@" || exit
for word; do
  if [ "$last" = -C ]; then rm -rf "$word/deep"; fi
  last=$word
done
`;
    const tools = folder({ git: forgetful });
    chmodSync(join(tools, 'git'), 0o755);
    const [base, patch] = [folder(files), emitPatch(changes)];
    process.env.PATH = `${tools}:${path}`;
    try {
      const failed = { code: 'write-failed', message: expect.stringContaining('deep/new.txt') };
      await expect(gitPatchApplier().tryOut(patch, base, never)).rejects.toMatchObject(failed);
      await expect(gitPatchChecker().check(patch, changes, base, never)).rejects.toMatchObject(failed);
    } finally {
      process.env.PATH = path;
    }
  },
);
