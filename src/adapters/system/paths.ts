/** What several adapters ask about paths. None of these functions throws. */
import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, parse, resolve, sep } from 'node:path';

/** Compares names only: both are absolute, or both relative to the same folder. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The names in a relative path. */
export function namesIn(path: string): string[] {
  return path.split(sep === '/' ? '/' : /[/\\]/).filter((name) => name !== '' && name !== '.');
}

/** The path itself if it does not exist or cannot be reached. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/**
 * The same for every spelling: of what exists also in the letters that a file system which ignores case has stored,
 * and of what does not exist with the real path of the folders above it.
 */
export function canonicalPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(canonicalPath(above), basename(path));
  }
}

/** The path itself, or its nearest ancestor that exists. A broken link exists. */
export function existingPart(path: string): string {
  let here = path;
  while (!isThere(here) && here !== dirname(here)) here = dirname(here);
  return here;
}

/** Whether there is an entry, also a broken link. False below a file, in a closed folder, and for a name that is too long. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Follows links. Undefined if there is nothing, or nothing that can be reached. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * The home folder or the root of a disk: the user's own also under version control, and never opened as a whole
 * unless it is named.
 */
export function isHomeOrRoot(folder: string, home = homedir()): boolean {
  return [realPath(home), parse(folder).root].includes(realPath(folder));
}
