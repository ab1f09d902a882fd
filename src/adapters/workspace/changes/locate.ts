/** Finds the tree that a path belongs to, the same for every spelling and every link. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { repositoryTop } from '../../system/folders.ts';
import { canonicalPath, isInside } from '../../system/paths.ts';

/** `own` if the target is in it; else the repository around it, or the nearest folder. All are real paths. */
export function treeOf(target: string, own: string): string {
  const tree = canonicalPath(own);
  if (isInside(target, tree)) return tree;
  let folder = target;
  while (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) folder = dirname(folder);
  return repositoryTop(folder) ?? folder;
}
