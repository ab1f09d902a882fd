/** Lists files through git: those that it knows below a folder, and the names of all that it tracks. */
import { lstatSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { repositoryTop } from '../../system/folders.ts';
import { realPath } from '../../system/paths.ts';
import { git } from './git.ts';
import { gitFileFault } from './git-files.ts';
import { excludesFiles } from './git-ignore.ts';
import { namesIn } from './listings.ts';
import { ask, unanswered } from './unanswered.ts';

export interface KnownFiles {
  /** Absolute, below the folder as it was named, sorted. */
  paths: string[];
  /** Of submodules. */
  submodules: string[];
}

/**
 * Files below the folder that git tracks, or neither tracks nor ignores. Undefined where git cannot be asked: outside
 * of a repository, and where it is not installed. Throws `file-forbidden` if the repository gives no answer.
 */
export async function knownFiles(folder: string, signal: AbortSignal): Promise<KnownFiles | undefined> {
  const real = realPath(folder);
  const listing = await knownNames(real, signal);
  if (listing === undefined) return undefined;
  const { repository, names } = listing;
  const known: KnownFiles = { paths: [], submodules: [] };
  for (const name of [...names].sort()) {
    const path = join(folder, relative(real, join(repository, name)));
    const stats = lstatSync(path, { throwIfNoEntry: false });
    // Links are not followed, as by a glob; another repository is listed with a slash at the end.
    if (stats?.isFile()) known.paths.push(path);
    else if (stats?.isDirectory() && !name.endsWith('/')) known.submodules.push(path);
  }
  return known;
}

/** The same as names relative to the top of the repository, of which nothing is looked at. `real` is a real path. */
export async function knownNames(
  real: string,
  signal: AbortSignal,
): Promise<{ repository: string; names: ReadonlySet<string> } | undefined> {
  const repository = repositoryTop(real);
  if (repository === undefined) return undefined;
  const question = { about: 'ignored', repository, signal } as const;
  const fault = gitFileFault(repository, [real], ['.gitignore']);
  if (fault !== undefined) throw unanswered(question, fault);
  const inRepository = relative(repository, real).split(sep).join('/') || '.';
  let names: Set<string> | undefined;
  for (const excludes of await excludesFiles(repository, signal)) {
    const { status, stdout } = await ask(['known-files', repository, excludes, inRepository], question);
    if (status === undefined) return undefined;
    const listed = new Set(namesIn(stdout));
    names = names === undefined ? listed : new Set([...names].filter((name) => listed.has(name)));
  }
  return { repository, names: names ?? new Set() };
}

/** Absolute paths of the files that git tracks. Empty if git does not answer at once: they only serve a guess. */
export async function trackedFiles(repository: string, signal: AbortSignal): Promise<string[]> {
  if (gitFileFault(repository, [], []) !== undefined) return [];
  try {
    const { status, stdout } = await git(['tracked-files', repository], { signal, limitMs: 2000 });
    return status === 0 ? namesIn(stdout).map((name) => join(repository, name)) : [];
  } catch {
    return [];
  }
}
