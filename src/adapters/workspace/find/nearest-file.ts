/** What a file that is not there was probably meant to be. The search is bounded, so an error never takes long. */
import { existsSync, opendirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { isSecretName } from '../../../core/secrets/secret-names.ts';
import { didYouMean } from '../../../core/text/did-you-mean.ts';
import { repositoryTop } from '../../system/folders.ts';
import { isInside } from '../../system/paths.ts';
import { trackedFiles } from '../git/known-files.ts';
import { expandHome, type Roots, rootAround } from './roots.ts';

/** Entries of a folder, or names in a repository. */
const mostNames = 50_000;

/** A path as the user would write it: relative to the working directory, if it is in one of the folders searched. */
export async function nearestFile(
  name: string,
  roots: Roots,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { cwd, search, folders } = roots;
  const starts = search.length === 0 ? [cwd] : search;
  const plain = expandHome(name);
  const shown = (path: string) => (isAbsolute(plain) ? path : relative(cwd, path));
  const allowed = (path: string) => rootAround(path, folders) !== undefined;
  for (const start of starts) {
    const slashes = resolve(start, plain.replaceAll('\\', '/'));
    if (plain.includes('\\') && existsSync(slashes) && allowed(slashes)) return shown(slashes);
    const folder = dirname(resolve(start, plain));
    const guess = allowed(folder) ? guessAmong(basename(plain), entriesOf(folder)) : undefined;
    if (guess !== undefined) return shown(join(folder, guess));
  }
  for (const top of new Set(starts.map((start) => repositoryTop(start)))) {
    if (top === undefined || !allowed(top)) continue;
    const found = nearestIn(
      plain,
      (await trackedFiles(top, signal)).filter((path) => isInside(path, top)),
    );
    if (found !== undefined) return shown(found);
  }
  return undefined;
}

/** The file of that name elsewhere, with the most of the same folders; else one of a similar name. */
function nearestIn(name: string, paths: readonly string[]): string | undefined {
  const wanted = basename(name.replaceAll('\\', '/')).toLowerCase();
  const byName = new Map<string, string[]>();
  for (const path of paths.slice(0, mostNames)) {
    const key = basename(path).toLowerCase();
    byName.set(key, [...(byName.get(key) ?? []), path]);
  }
  const guess = byName.has(wanted) ? wanted : guessAmong(wanted, byName.keys());
  const folders = new Set(dirname(name).split(/[\\/]/));
  const shared = (path: string) =>
    dirname(path)
      .split(/[\\/]/)
      .filter((part) => folders.has(part)).length;
  const found = (guess === undefined ? [] : (byName.get(guess) ?? [])).filter((path) => existsSync(path));
  return found.sort((a, b) => shared(b) - shared(a) || a.length - b.length)[0];
}

function guessAmong(name: string, names: Iterable<string>): string | undefined {
  return didYouMean(
    name,
    [...names].filter((known) => !isSecretName(known) && Math.abs(known.length - name.length) <= 8),
  );
}

function entriesOf(folder: string): string[] {
  const names: string[] = [];
  try {
    const entries = opendirSync(folder);
    try {
      for (let entry = entries.readSync(); entry && names.length < mostNames; entry = entries.readSync())
        names.push(entry.name);
    } finally {
      entries.closeSync();
    }
  } catch {
    // A folder that is missing or closed to the user has no names to offer.
  }
  return names;
}
