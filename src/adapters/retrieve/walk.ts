/** Lists the files of a folder without git. Links are not followed, and folders of tools and packages not entered. */
import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { hasDotGit } from '../../core/text/dot-git.ts';

/** What a repository would ignore. */
const ignoredFolders = new Set([
  ...['node_modules', 'bower_components', 'target', 'dist', 'build', 'out', 'coverage', 'vendor'],
  ...['__pycache__', 'venv', 'env', 'site-packages', 'obj', 'bin', 'Pods', 'DerivedData', 'Library'],
]);
/** What a bare repository consists of. */
const ofGit = new Set([
  ...['HEAD', 'FETCH_HEAD', 'ORIG_HEAD', 'config', 'description', 'index', 'packed-refs', 'shallow'],
  ...['branches', 'hooks', 'info', 'logs', 'lfs', 'modules', 'objects', 'refs', 'worktrees'],
]);
/** Files and folders that are looked at. */
const mostEntries = 500_000;
const limitMs = 10_000;
/** The rest of the process has a turn after so many folders. */
const foldersAtOnce = 200;

export interface Walked {
  /** Relative to the folder, with slashes. */
  names: string[];
  /** Folders that cannot be read. */
  unreadable: number;
}

/** Throws `input-too-large` beyond a limit, and `usage` for a bare repository with nothing else in it. */
export async function walk(folder: string, signal: AbortSignal): Promise<Walked> {
  const isBare = isGitFolder(folder);
  const walked: Walked = { names: [], unreadable: 0 };
  const deadline = performance.now() + limitMs;
  const waiting = [''];
  let entries = 0;
  for (let done = 1; waiting.length > 0; done++) {
    const here = waiting.pop()!;
    const found = entriesOf(join(folder, here));
    if (found === undefined) walked.unreadable++;
    for (const entry of found ?? []) {
      if (here === '' && isBare && ofGit.has(entry.name)) continue;
      const name = here === '' ? entry.name : `${here}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!isIgnored(entry.name) && !isGitFolder(join(folder, name))) waiting.push(name);
      } else walked.names.push(name);
    }
    entries += found?.length ?? 0;
    const fault =
      entries > mostEntries
        ? `more than ${mostEntries.toLocaleString('en-US')} files to look through`
        : performance.now() > deadline
          ? `not finished after ${limitMs / 1000} s`
          : undefined;
    if (fault !== undefined) {
      throw new OrchError('input-too-large', `${folder}: ${fault}; the search was stopped`, {
        hint: 'search in a smaller folder, or make it a repository (git init) and ignore what is not to be searched',
      });
    }
    if (done % foldersAtOnce === 0) {
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
  }
  if (isBare && walked.names.length === 0) {
    throw new OrchError('usage', `${folder} is a bare repository, which has no files to search`, {
      hint: 'search in a clone or a work tree of it',
    });
  }
  return walked;
}

function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** Hidden ones are those of tools. */
function isIgnored(name: string): boolean {
  return name.startsWith('.') || hasDotGit(name) || ignoredFolders.has(name);
}

function isGitFolder(folder: string): boolean {
  return ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)));
}
