/** Finds the tree that a path belongs to, the same for every spelling and every link. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { repositoryTop } from '../../system/folders.ts';

/** Canonical path, whether or not the file exists. */
export function realTarget(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realTarget(above), basename(path));
  }
}

/** `own` if the target is in it; else the repository around it, or the nearest folder. All are real paths. */
export function treeOf(target: string, own: string): string {
  const tree = realTarget(own);
  if (isInside(target, tree)) return tree;
  let folder = target;
  while (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) folder = dirname(folder);
  return repositoryTop(folder) ?? folder;
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
