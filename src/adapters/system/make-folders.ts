/** Makes a folder with those above it. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { statsOf } from './paths.ts';

/**
 * Not with the `recursive` of Node's own function, which tries without end where a folder that exists takes no others,
 * as in `/proc`. One that is there already stays as it is. Throws the errors of `mkdirSync`.
 */
export function makeFolders(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (statsOf(path)?.isDirectory()) return;
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || existsSync(above)) throw error;
    makeFolders(above, mode);
    makeFolders(path, mode);
  }
}
