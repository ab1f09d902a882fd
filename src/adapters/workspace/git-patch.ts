/** Lets git say what a patch does, on a copy of its files alone: in a working tree git would run filters. */
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { originsIn } from '../../core/patch/git/patch-headers.ts';
import type { FileChange } from '../../core/patch/types.ts';
import type { BytesChange, PatchApplier, PatchCheck, PatchChecker } from '../../engine/ports.ts';
import { findGit, type GitAnswer, git } from './git.ts';
import { type CopiedFile, type PatchScratch, patchScratch, putFile } from './patch-scratch.ts';
import { type Temporaries, untracked } from './temporaries.ts';

interface Asked {
  /** Default: none, for questions about the patch alone. */
  folder?: string;
  signal: AbortSignal;
}

function gitApply(args: readonly string[], patch: string, { folder, signal }: Asked): Promise<GitAnswer> {
  const place = folder === undefined ? [] : ['-C', folder];
  return git([...place, 'apply', '--whitespace=nowarn', ...args, '-'], { input: patch, signal });
}

/** Tries a patch on what is in the tree and on the files as they were read, and compares every byte. */
export function gitPatchChecker(temporaries: Temporaries = untracked): PatchChecker {
  return {
    async check(patch, changes, base, signal) {
      if (findGit() === undefined) return { ok: true, detail: 'git is not installed', checkedBy: 'none' };
      const paths = changes.flatMap(({ path, oldPath = path }) => [oldPath, path]);
      const scratch = patchScratch(base, new Set(paths), temporaries);
      try {
        if (!isAsRead(changes, scratch)) {
          const answer = await gitApply(['--check'], patch, { folder: scratch.path, signal });
          if (answer.status !== 0) {
            assertAsRead(changes, base);
            return refused(answer);
          }
          for (const { kind, path, oldPath = path, before } of changes) {
            if (kind !== 'create') putFile(scratch.path, oldPath, before);
          }
        }
        return await reproduce(patch, changes, { folder: scratch.path, signal });
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

/** When git refuses because of the file itself, no other answer will help. */
function assertAsRead(changes: readonly FileChange[], base: string): void {
  for (const { kind, path, oldPath, before } of changes) {
    if (kind === 'create') continue;
    const from = oldPath ?? path;
    const file = join(base, from);
    const there = existsSync(file);
    const real = there ? realpathSync(file) : file;
    if (there && real !== join(realpathSync(base), from)) {
      throw new OrchError(
        'file-forbidden',
        `${from} is reached through a symbolic link, which git does not patch`,
        {
          hint: `name the file it leads to: ${real}`,
        },
      );
    }
    if (there && statSync(file).isFile() && readFileSync(file, 'utf8') === before) continue;
    throw new OrchError('file-changed', `${from} has ${there ? 'changed' : 'vanished'} since it was read`, {
      hint: 'run the call again',
    });
  }
}

function refused(answer: GitAnswer): PatchCheck {
  return { ok: false, detail: words(answer), checkedBy: 'git' };
}

function words({ stderr }: GitAnswer): string {
  return stderr.replaceAll('error: ', '').trim().split('\n').slice(0, 5).join('; ');
}

async function reproduce(
  patch: string,
  changes: readonly FileChange[],
  asked: Required<Asked>,
): Promise<PatchCheck> {
  const answer = await gitApply([], patch, asked);
  if (answer.status !== 0) return refused(answer);
  const wrong = changes.find(
    ({ kind, path, after }) =>
      kind !== 'delete' && !readFileSync(join(asked.folder, path)).equals(Buffer.from(after)),
  );
  return wrong
    ? { ok: false, detail: `${wrong.path} would not come out as intended`, checkedBy: 'git' }
    : { ok: true, detail: '', checkedBy: 'git' };
}

export function gitPatchApplier(temporaries: Temporaries = untracked): PatchApplier {
  return {
    async tryOut(patch, base, signal) {
      const numbers = accepted(await gitApply(['--numstat', '-z'], patch, { signal }));
      const paths = new Set(
        numbers
          .split('\0')
          .map((row) => row.replace(/^[^\t]*\t[^\t]*\t/, ''))
          .filter((path) => path !== ''),
      );
      const touched = [...new Set([...paths, ...originsIn(patch)])];
      refuseUnreadableNames(touched);
      const scratch = patchScratch(base, touched, temporaries);
      try {
        const asked = { folder: scratch.path, signal };
        const answer = await gitApply(['--stat', '--apply'], patch, asked);
        if (answer.status !== 0) {
          const back = await gitApply(['--check', '--reverse'], patch, asked);
          if (back.status === 0) {
            throw new OrchError('patch-unplaceable', 'the patch is applied already; nothing was changed', {
              hint: 'nothing is left to do',
            });
          }
        }
        const diffstat = accepted(answer).trimEnd();
        return { paths: [...paths], touched, diffstat, changes: changesOf(touched, scratch) };
      } finally {
        scratch.remove();
      }
    },
  };
}

/** A name that is not UTF-8 comes out of git as another name: the change would be written nowhere. */
function refuseUnreadableNames(paths: readonly string[]): void {
  const path = paths.find((name) => name.includes('\u{fffd}'));
  if (path === undefined) return;
  throw new OrchError('file-forbidden', `the name ${path} is not UTF-8 text; nothing was changed`, {
    hint: 'apply the patch with git apply',
  });
}

function accepted(answer: GitAnswer): string {
  if (answer.status === undefined) {
    throw new OrchError(
      'write-failed',
      'git is not installed, and a patch that comes as text is applied by git',
      {
        hint: 'install git, or apply by the id of a result',
      },
    );
  }
  if (answer.status !== 0) {
    throw new OrchError('patch-unplaceable', `git refuses the patch: ${words(answer)}; nothing was changed`, {
      hint: 'the files may have changed since it was made',
    });
  }
  return answer.stdout;
}

/** What has become of the copies. Deletions first: a folder may come to stand where a file was. */
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
  throw new OrchError('file-forbidden', `${path} is a link, which is not moved; nothing was changed`, {
    hint: 'apply it with git apply, if that is what you want',
  });
}
