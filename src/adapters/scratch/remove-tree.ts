/** Removes what a stranger's code may have left: folders without rights, and paths longer than the system takes. */
import { chmodSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Follows no link. Throws the errors of `node:fs`. */
export function removeTree(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    flatten(folder);
  }
}

/** Every folder within is moved up to the top before it is looked into, so no path gets longer than two names. */
function flatten(top: string): void {
  chmodSync(top, 0o700);
  let count = 0;
  for (let names = readdirSync(top); names.length > 0; names = readdirSync(top)) {
    for (const name of names) {
      const here = join(top, name);
      if (isUnlinked(here)) continue;
      chmodSync(here, 0o700);
      for (const entry of readdirSync(here, { withFileTypes: true })) {
        const path = join(here, entry.name);
        if (!entry.isDirectory()) unlinkSync(path);
        else {
          // Its rights count as well: moving it changes its own entry for what is above it.
          chmodSync(path, 0o700);
          renameSync(path, join(top, `.removed-${process.pid}-${count++}`));
        }
      }
      rmdirSync(here);
    }
  }
  rmdirSync(top);
}

/** False for a folder. */
function isUnlinked(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    // Linux says EISDIR, others EPERM.
    if (['EISDIR', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
