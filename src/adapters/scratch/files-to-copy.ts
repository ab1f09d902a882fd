/** Which files of a project are copied: what git tracks or does not ignore, without secrets and links that lead out. */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isSecretName } from '../../core/secrets/secret-names.ts';
import { hasDotGit } from '../../core/text/dot-git.ts';
import type { LeftOut } from '../../engine/sandbox-ports.ts';
import { repositoryTop } from '../system/folders.ts';
import { isInside } from '../system/paths.ts';
import { knownNames } from '../workspace/git/known-files.ts';

export interface Stamp {
  size: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
  ino: bigint;
}

export interface FilesToCopy {
  /** Regular files, relative to the base. */
  files: Map<string, Stamp>;
  /** What a link is to say, relative to its folder. */
  links: Map<string, string>;
  leftOut: LeftOut[];
  bytes: number;
}

/** The rest of the process has a turn after so many files. */
const filesAtOnce = 500;

/** `base` is a real path. Throws `file-forbidden` if git gives no answer, `input-too-large`. */
export async function filesToCopy(base: string, signal: AbortSignal): Promise<FilesToCopy> {
  const found: FilesToCopy = { files: new Map(), links: new Map(), leftOut: [], bytes: 0 };
  const leaveOut = (path: string, reason: LeftOut['reason']) => found.leftOut.push({ path, reason });
  const waiting = (await namesBelow(base, signal)).sort();
  for (let done = 1; waiting.length > 0; done++) {
    if (done % filesAtOnce === 0) {
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
    const name = waiting.pop()!;
    // Other repositories, which git lists with a slash at the end.
    if (name.endsWith('/')) {
      leaveOut(name.slice(0, -1), 'repository');
      continue;
    }
    if (name.split('/').some(hasDotGit)) continue;
    const path = join(base, name);
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    // Deleted, or left out by a sparse checkout.
    if (stats === undefined) continue;
    if (isSecretName(name)) leaveOut(name, 'secret');
    else if (stats.isFile()) {
      const { size, mtimeNs, ctimeNs, ino } = stats;
      found.files.set(name, { size, mtimeNs, ctimeNs, ino });
      found.bytes += Number(size);
    } else if (stats.isSymbolicLink()) {
      const target = targetIn(base, path);
      if (target === undefined) leaveOut(name, 'outside');
      else found.links.set(name, target);
    } else if (!stats.isDirectory()) leaveOut(name, 'special');
    else if (repositoryTop(path) === path) {
      // A submodule; one that was not fetched is an empty folder.
      for (const below of await namesBelow(path, signal)) waiting.push(`${name}/${below}`);
    }
  }
  found.leftOut.sort((one, other) => (one.path < other.path ? -1 : 1));
  return found;
}

async function namesBelow(base: string, signal: AbortSignal): Promise<string[]> {
  const known = await knownNames(base, signal);
  if (known === undefined) {
    const { walk } = await import('../retrieve/walk.ts');
    return (await walk(base, signal)).names;
  }
  const folder = relative(known.repository, base).split(sep).join('/');
  const start = folder === '' ? '' : `${folder}/`;
  return [...known.names].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
}

/** Relative to the link's folder, also if it is absolute. Undefined if the link leads out of the base. */
export function targetIn(base: string, path: string): string | undefined {
  const named = resolve(dirname(path), readlinkSync(path));
  if (!isInside(named, base)) return undefined;
  try {
    if (!isInside(realpathSync(path), base)) return undefined;
  } catch {
    // It leads nowhere, and by its name to nowhere outside.
  }
  return relative(dirname(path), named) || '.';
}
