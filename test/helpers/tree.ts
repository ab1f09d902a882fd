/** Working trees: one as it lies on the disk, to see that nothing of it has changed, and one that nobody else uses. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TreeLock } from '../../src/adapters/workspace/write/tree-lock.ts';

/** Every file, link and folder below, with mode and bytes (in Latin-1); what git keeps for itself is left out. */
export function treeOf(root: string): Record<string, string> {
  const entries: Record<string, string> = {};
  const visit = (path: string) => {
    for (const name of readdirSync(join(root, path)).sort()) {
      const here = path === '' ? name : `${path}/${name}`;
      if (here === '.git') continue;
      const full = join(root, here);
      const stats = lstatSync(full);
      const mode = (stats.mode & 0o777).toString(8);
      if (stats.isDirectory()) {
        entries[`${here}/`] = mode;
        visit(here);
      } else if (stats.isSymbolicLink()) entries[here] = `-> ${readlinkSync(full)}`;
      else entries[here] = `${mode} ${stats.isFile() ? readFileSync(full, 'latin1') : 'not a file'}`;
    }
  };
  visit('');
  return entries;
}

export const unlocked: TreeLock = async (_base, action) => action();
