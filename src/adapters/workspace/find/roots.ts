/** The folders that may be read and written. Neither the whole disk nor the home folder is ever implied. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, parse, relative, resolve, sep } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { isSecretName } from '../../../core/secrets/secret-names.ts';
import { hasDotGit } from '../../../core/text/dot-git.ts';
import { repositoryTop } from '../../system/folders.ts';
import { existingPart, isHomeOrRoot, isInside, realPath } from '../../system/paths.ts';

export interface RootsOptions {
  cwd: string;
  /** Folders that the user has named. They may be the home folder, or relative to `cwd`. */
  roots: () => readonly string[];
  /**
   * Those of an MCP client, which may change. Undefined on the command line, where the user names the files: the
   * repository around `cwd` may be read as well, and a file in `cwd` by its name, wherever that is.
   */
  clientRoots?: (() => readonly string[]) | undefined;
  /** Default: the user's. */
  home?: string;
}

export interface Roots {
  cwd: string;
  /** Absolute folders, in which globs match. */
  folders: readonly string[];
  /** The same and, on the command line, `cwd`: what exists there may be read by its exact name. */
  named: readonly string[];
  /** Folders in which relative paths are looked for, and whether the first is preferred. */
  search: readonly string[];
  prefersFirst: boolean;
  /** Top of the repository, unless it is the home folder or the whole disk and not named as a root. */
  topOf(folder: string): string | undefined;
}

export function rootsOf({ cwd, roots, clientRoots, home = homedir() }: RootsOptions): Roots {
  const byHand = clientRoots === undefined;
  const realHome = realPath(home);
  const explicit = roots().map((root) => resolve(cwd, expandHome(root)));
  const topOf = (folder: string) => {
    const top = repositoryTop(folder);
    return top === undefined || (isHomeOrRoot(top, home) && !explicit.includes(top)) ? undefined : top;
  };
  const start = resolve(cwd);
  const own = [start, ...(byHand ? [topOf(start) ?? start] : [])];
  const implied = own.filter((folder) => !isHomeOrRoot(folder, home));
  // A folder around the home folder would open it as well.
  const client = (clientRoots?.() ?? [])
    .map((root) => resolve(root))
    .filter((root) => !isInside(realHome, realPath(root)));
  const folders = [...new Set([...implied, ...explicit, ...client])];
  return {
    cwd: start,
    folders,
    named: byHand ? [...new Set([start, ...folders])] : folders,
    search: byHand ? [...new Set([...own, ...explicit])] : folders,
    prefersFirst: byHand,
    topOf,
  };
}

export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** Undefined also for what another process takes away at this moment. */
function realIfThere(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The root that contains the path both by name and really. Links are resolved on the part that exists. */
export function rootAround(path: string, folders: readonly string[]): string | undefined {
  const existing = existingPart(path);
  const real = realIfThere(existing);
  if (real === undefined) return undefined;
  const isReal = folders.some((folder) => {
    const root = realIfThere(folder);
    return root !== undefined && isInside(real, root);
  });
  return isReal ? folders.find((folder) => isInside(path, folder)) : undefined;
}

export function forbidden(path: string, shown: string, { folders }: Roots): OrchError {
  const existing = existingPart(path);
  const real = realPath(existing);
  const through = real === existing ? '' : ` (it links to ${real})`;
  const hint =
    folders.length === 0
      ? 'no folder is allowed, since / and the home folder are never opened as a whole: work in the folder of a project, or name folders in the environment variable ORCH_ROOTS'
      : `allowed: ${folders.join(', ')}; add folders with ORCH_ROOTS`;
  return new OrchError('file-forbidden', `${shown} is outside the allowed folders${through}`, { hint });
}

/** The part of a path below the root that contains it. */
function belowRoot(path: string, folders: readonly string[]): string[] {
  const depth = (folder: string) => folder.length;
  const around = folders.filter((folder) => isInside(path, folder)).sort((a, b) => depth(b) - depth(a));
  return relative(around[0] ?? parse(path).root, path).split(sep);
}

export interface LeftOutParts {
  git: boolean;
  packages: boolean;
  secret: boolean;
}

/** What globs leave out, by the name of a path or by the file that it really is. */
export function leftOutParts(path: string, folders: readonly string[]): LeftOutParts {
  const parts = belowRoot(path, folders);
  return {
    git: parts.some(hasDotGit),
    packages: parts.some((part) => part.toLowerCase() === 'node_modules'),
    secret: isSecretName(path),
  };
}
