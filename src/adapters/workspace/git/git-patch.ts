/** Runs patches through git on a copy of their files, since git would run filters in a working tree. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { originsIn } from '../../../core/patch/git/patch-headers.ts';
import type { FileChange } from '../../../core/patch/types.ts';
import { hasDotGit } from '../../../core/text/dot-git.ts';
import type { BytesChange, PatchApplier, PatchCheck, PatchChecker } from '../../../engine/ports.ts';
import { maxTrackedBytes, readRegularFile } from '../../system/regular-file.ts';
import { type Temporaries, untracked } from '../write/temporaries.ts';
import { changedSinceRead } from '../write/write-failed.ts';
import { findGit, type GitAnswer, type GitOptions, git } from './git.ts';
import { numstatNames } from './listings.ts';
import { type CopiedFile, type PatchScratch, patchScratch, putFile } from './patch-scratch.ts';
import { refuseLinked } from './patchable.ts';
import { refuseSecretOrigins } from './secret-origins.ts';

/** Tries a patch on the files in the tree and on the files as read, and compares every byte of the result. */
export function gitPatchChecker(temporaries: Temporaries = untracked): PatchChecker {
  return {
    async check(patch, changes, base, signal) {
      const origins = changes.flatMap(({ oldPath }) => (oldPath === undefined ? [] : [oldPath]));
      await refuseSecretOrigins(origins, base, signal);
      if (findGit() === undefined) return { ok: true, detail: 'git is not installed', checkedBy: 'none' };
      const paths = changes.flatMap(({ path, oldPath = path }) => [oldPath, path]);
      const scratch = patchScratch(base, new Set(paths), temporaries);
      try {
        if (!isAsRead(changes, scratch)) {
          const answer = await git(['apply-check', scratch.path], { input: patch, signal });
          if (answer.status !== 0) {
            assertAsRead(changes, base);
            return rejected(answer);
          }
          for (const { kind, path, oldPath = path, before } of changes) {
            if (kind !== 'create') putFile(scratch.path, oldPath, before);
          }
        }
        return await reproduce(changes, scratch.path, { input: patch, signal });
      } finally {
        scratch.remove();
      }
    },
  };
}

function isAsRead(changes: readonly FileChange[], { files }: PatchScratch): boolean {
  return changes.every(
    ({ kind, path, oldPath = path, before }) =>
      kind === 'create' || files.get(oldPath)?.bytes.equals(Buffer.from(before)),
  );
}

/** Throws if git rejected the patch because of the file itself, which no other answer would fix. */
function assertAsRead(changes: readonly FileChange[], base: string): void {
  for (const { kind, path, oldPath, before } of changes) {
    if (kind === 'create') continue;
    const from = oldPath ?? path;
    const file = join(base, from);
    const there = existsSync(file);
    if (there) refuseLinked(base, from);
    if (readRegularFile(file, maxTrackedBytes).bytes?.toString('utf8') === before) continue;
    throw changedSinceRead(from, there);
  }
}

function rejected(answer: GitAnswer): PatchCheck {
  return { ok: false, detail: messageOf(answer), checkedBy: 'git' };
}

function messageOf({ stderr }: GitAnswer): string {
  return stderr.replaceAll('error: ', '').trim().split('\n').slice(0, 5).join('; ');
}

async function reproduce(
  changes: readonly FileChange[],
  folder: string,
  options: GitOptions,
): Promise<PatchCheck> {
  const answer = await git(['apply', folder], options);
  if (answer.status !== 0) return rejected(answer);
  for (const { kind, path } of changes) if (kind !== 'delete') assertWritten(folder, path);
  const wrong = changes.find(
    ({ kind, path, after }) =>
      kind !== 'delete' && !readFileSync(join(folder, path)).equals(Buffer.from(after)),
  );
  return wrong
    ? { ok: false, detail: `git would produce a different ${wrong.path} than intended`, checkedBy: 'git' }
    : { ok: true, detail: '', checkedBy: 'git' };
}

/** Git says nothing of a new file whose folder it fails to create, as on a full disk. */
function assertWritten(folder: string, path: string): void {
  if (lstatSync(join(folder, path), { throwIfNoEntry: false })) return;
  throw new OrchError(
    'write-failed',
    `the patch cannot be checked: git has not written ${path} in ${folder}; nothing was changed`,
    { hint: 'free some space there, or set TMPDIR to another folder' },
  );
}

export function gitPatchApplier(temporaries: Temporaries = untracked): PatchApplier {
  return {
    async tryOut(patch, base, signal) {
      const options = { input: patch, signal };
      const paths = new Set(numstatNames(accepted(await git(['numstat'], options))));
      const origins = originsIn(patch);
      const touched = [...new Set([...paths, ...origins])];
      refuseUnreadableNames(touched);
      refuseDotGit(touched);
      refuseDepth(touched);
      await refuseSecretOrigins(origins, base, signal);
      const scratch = patchScratch(base, touched, temporaries);
      try {
        refuseFileForFolder(touched, scratch);
        const answer = await git(['apply', scratch.path], options);
        if (answer.status !== 0) {
          const reverse = await git(['reverse-check', scratch.path], options);
          if (reverse.status === 0) return { paths: [], touched, diffstat: '', changes: [] };
        }
        const diffstat = accepted(answer).trimEnd();
        for (const path of paths) if (!scratch.files.has(path)) assertWritten(scratch.path, path);
        return { paths: [...paths], touched, diffstat, changes: changesOf(touched, scratch) };
      } finally {
        scratch.remove();
      }
    },
  };
}

/** Git's output garbles a name that is not UTF-8, so the change would go to the wrong file. */
function refuseUnreadableNames(paths: readonly string[]): void {
  const path = paths.find((name) => name.includes('\u{fffd}'));
  if (path === undefined) return;
  throw new OrchError('file-forbidden', `the file name ${path} is not valid UTF-8; nothing was changed`, {
    hint: 'apply the patch with git apply',
  });
}

/** A copy would carry git's own files, such as the key in a remote's URL, into a file that is committed. */
function refuseDotGit(paths: readonly string[]): void {
  const path = paths.find(hasDotGit);
  if (path === undefined) return;
  throw new OrchError('file-forbidden', `${path} belongs to git; nothing was changed`, {
    hint: 'take it out of the patch',
  });
}

const deepestPath = 100;

/** Each folder of a path costs a step in every check, and copies of very deep ones cannot be removed. */
function refuseDepth(paths: readonly string[]): void {
  const path = paths.find((name) => name.split('/').length > deepestPath);
  if (path === undefined) return;
  throw new OrchError(
    'file-forbidden',
    `${path.slice(0, 80)}\u2026 is more than ${deepestPath} levels deep; nothing was changed`,
    { hint: 'if you want that, use git apply' },
  );
}

/** A folder that is emptied stays, so nothing can be written in its place. */
function refuseFileForFolder(touched: readonly string[], { files }: PatchScratch): void {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
      folders.add(path.slice(0, at));
  }
  const folder = touched.find((path) => folders.has(path));
  if (folder === undefined) return;
  throw new OrchError('file-forbidden', `${folder} is a folder, and becomes a file; nothing was changed`, {
    hint: 'if you want that, use git apply',
  });
}

function accepted(answer: GitAnswer): string {
  if (answer.status === undefined) {
    throw new OrchError(
      'write-failed',
      'git is not installed, but it is needed to apply a patch given as text',
      {
        hint: 'install git, or apply a result by its patch id',
      },
    );
  }
  if (answer.stderr.includes('No valid patches in input')) {
    throw new OrchError(
      'patch-unplaceable',
      'the text holds no patch that git can read; nothing was changed',
      {
        hint: 'on the command line, orch diff --from makes a patch of the answer of a model',
      },
    );
  }
  if (answer.status !== 0) {
    throw new OrchError(
      'patch-unplaceable',
      `git rejects the patch: ${messageOf(answer)}; nothing was changed`,
      {
        hint: 'the files may have changed since it was made',
      },
    );
  }
  return answer.stdout;
}

/** The changes made to the copies. Deletions come first: a folder may replace a file. */
function changesOf(paths: readonly string[], scratch: PatchScratch): BytesChange[] {
  const changes = paths.flatMap((path) => {
    const change = changeOf(path, scratch.files.get(path), patched(scratch.path, path));
    return change ? [change] : [];
  });
  return changes.sort((one, other) => Number(other.kind === 'delete') - Number(one.kind === 'delete'));
}

function changeOf(
  path: string,
  before: CopiedFile | undefined,
  after: CopiedFile | undefined,
): BytesChange | undefined {
  if (!after) return before && { kind: 'delete', path, before: before.bytes, after: '' };
  const mode = after.executable ? '100755' : '100644';
  if (!before) return { kind: 'create', path, before: '', after: after.bytes, mode };
  const sameMode = before.executable === after.executable;
  if (sameMode && before.bytes.equals(after.bytes)) return undefined;
  return { kind: 'modify', path, before: before.bytes, after: after.bytes, ...(sameMode ? {} : { mode }) };
}

function patched(scratch: string, path: string): CopiedFile | undefined {
  const file = join(scratch, path);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (!stats || stats.isDirectory()) return undefined;
  if (stats.isFile()) return { bytes: readFileSync(file), executable: (stats.mode & 0o100) !== 0 };
  throw new OrchError(
    'file-forbidden',
    `${path} is a symbolic link and cannot be moved; nothing was changed`,
    {
      hint: 'if you want that, use git apply',
    },
  );
}
