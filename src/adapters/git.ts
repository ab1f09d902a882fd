/** Asks git. Never through a shell, never with the variables that a hook sets for its own repository. */
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { OrchError } from '../core/error.ts';
import type { FileChange } from '../core/patch/types.ts';
import type { PatchApplier, PatchCheck, PatchChecker } from '../engine/ports.ts';
import { repositoryTop } from './folders.ts';
import { type ScratchFolder, scratchFolder, type Temporaries, untracked } from './temporaries.ts';

interface GitAnswer {
  /** Undefined: git is not installed. */
  status: number | undefined;
  stdout: string;
  stderr: string;
}

interface GitOptions {
  cwd: string;
  input: string;
  signal?: AbortSignal;
  /** Over those of the process. */
  variables?: Record<string, string>;
}

async function git(
  args: readonly string[],
  { cwd, input, signal, variables }: GitOptions,
): Promise<GitAnswer> {
  const { execFile } = await import('node:child_process');
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY)$/.test(name),
    ),
  );
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...args],
      { cwd, env: { ...env, LC_ALL: 'C', ...variables }, signal, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const failure = error as (NodeJS.ErrnoException & { code?: number | string }) | null;
        if (failure?.name === 'AbortError') reject(failure);
        else if (failure?.code === 'ENOENT') resolve({ status: undefined, stdout, stderr });
        else
          resolve({
            // Killed, or not to be started: as a shell reports it, and never as an answer.
            status: failure === null ? 0 : typeof failure.code === 'number' ? failure.code : 128,
            stdout,
            stderr,
          });
      },
    );
    // git may end before it has read everything: what it says then is in its status.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** As git words it; undefined when it is not installed. */
export async function gitVersion(cwd: string, signal: AbortSignal): Promise<string | undefined> {
  const { status, stdout } = await git(['--version'], { cwd, input: '', signal });
  return status === 0 ? stdout.trim().replace(/^git version /, '') : undefined;
}

/**
 * Those of the absolute paths that git ignores; none outside a repository or without git. Each repository is
 * asked about its own files: git gives no answer at all when one path is another's, a submodule's or behind a link.
 */
export async function ignoredByGit(paths: readonly string[]): Promise<Set<string>> {
  const byRepository = new Map<string, Map<string, string>>();
  for (const path of paths) {
    const real = join(realpathSync(dirname(path)), basename(path));
    const top = repositoryTop(dirname(real));
    if (top === undefined) continue;
    const named = byRepository.get(top) ?? new Map<string, string>();
    byRepository.set(top, named.set(real, path));
  }
  const ignored = new Set<string>();
  for (const [cwd, named] of byRepository) {
    const input = [...named.keys()].join('\0');
    const { status, stdout, stderr } = await git(['check-ignore', '-z', '--stdin'], { cwd, input });
    // 0: some are ignored, 1: none. Anything else is no answer, and what git ignores may be secret.
    if (status !== undefined && status > 1) {
      throw new OrchError(
        'file-forbidden',
        `git does not say which files of ${cwd} it ignores: ${stderr.trim().split('\n')[0] || 'it was ended, or cannot be started'}`,
        {
          hint: 'mend the repository, or name each file instead of a glob',
        },
      );
    }
    for (const real of stdout.split('\0')) {
      const path = named.get(real);
      if (path !== undefined) ignored.add(path);
    }
  }
  return ignored;
}

/** Checks a patch on the working tree, then applies it to a copy and compares every byte. */
export function gitPatchChecker(temporaries: Temporaries = untracked): PatchChecker {
  return {
    async check(patch, changes, base, signal) {
      const answer = await git(['apply', '--check', '-'], { cwd: base, input: patch, signal });
      if (answer.status === undefined) return { ok: true, detail: 'git is not installed', checkedBy: 'none' };
      if (answer.status !== 0) {
        assertAsRead(changes, base);
        return refused(answer);
      }
      return reproduce(patch, changes, signal, temporaries);
    },
  };
}

/** Whatever git refuses for the sake of the file itself, no other answer will cure. */
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

function refused({ stderr }: GitAnswer): PatchCheck {
  return {
    ok: false,
    detail: stderr.replaceAll('error: ', '').trim().split('\n').slice(0, 5).join('; '),
    checkedBy: 'git',
  };
}

async function reproduce(
  patch: string,
  changes: readonly FileChange[],
  signal: AbortSignal,
  temporaries: Temporaries,
): Promise<PatchCheck> {
  const { path: scratch, remove } = copyOf(changes, temporaries);
  try {
    const answer = await git(['-c', 'core.autocrlf=false', '-c', 'apply.whitespace=nowarn', 'apply', '-'], {
      cwd: scratch,
      input: patch,
      signal,
      // In a repository git would leave out every file that is not below its top, and say nothing.
      variables: { GIT_CEILING_DIRECTORIES: dirname(scratch) },
    });
    if (answer.status !== 0) return refused(answer);
    const wrong = changes.find(
      (change) =>
        change.kind !== 'delete' && readFileSync(join(scratch, change.path), 'utf8') !== change.after,
    );
    return wrong
      ? { ok: false, detail: `${wrong.path} would not come out as intended`, checkedBy: 'git' }
      : { ok: true, detail: '', checkedBy: 'git' };
  } finally {
    remove();
  }
}

/** The files as they were read, in a folder of their own. Throws `write-failed`. */
function copyOf(changes: readonly FileChange[], temporaries: Temporaries): ScratchFolder {
  let scratch: ScratchFolder | undefined;
  try {
    scratch = scratchFolder(temporaries);
    for (const change of changes) {
      if (change.kind === 'create') continue;
      const path = join(scratch.path, change.oldPath ?? change.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, change.before);
    }
    return scratch;
  } catch (error) {
    scratch?.remove();
    const { code, message } = error as NodeJS.ErrnoException;
    throw new OrchError(
      'write-failed',
      `the patch cannot be checked: a copy of its files cannot be written to ${tmpdir()} (${code ?? message})`,
      { hint: 'make room there, or set TMPDIR to another folder', cause: error },
    );
  }
}

export function gitPatchApplier(): PatchApplier {
  const ask = async (args: readonly string[], patch: string, base: string, signal: AbortSignal) => {
    const answer = await git(['apply', ...args, '-'], { cwd: base, input: patch, signal });
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
      throw new OrchError(
        'patch-unplaceable',
        `git refuses the patch: ${refused(answer).detail}; nothing was changed`,
        {
          hint: 'the files may have changed since it was made',
        },
      );
    }
    return answer.stdout;
  };
  return {
    async inspect(patch, base, signal) {
      await ask(['--check'], patch, base, signal).catch(async (error) => {
        const back = await git(['apply', '--check', '--reverse', '-'], { cwd: base, input: patch, signal });
        if (back.status !== 0) throw error;
        throw new OrchError('patch-unplaceable', 'the patch is applied already; nothing was changed', {
          hint: 'nothing is left to do',
        });
      });
      const numbers = await ask(['--numstat', '-z'], patch, base, signal);
      const paths = numbers
        .split('\0')
        .map((row) => row.replace(/^[^\t]*\t[^\t]*\t/, ''))
        .filter((path) => path !== '');
      return { paths, diffstat: (await ask(['--stat'], patch, base, signal)).trimEnd() };
    },
    async apply(patch, base, signal) {
      await ask([], patch, base, signal);
    },
  };
}
