/** Finds programs on the PATH, never in a folder that a repository could have filled. */
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { repositoryTop } from './folders.ts';
import { isHomeOrRoot, isInside, realPath, statsOf } from './paths.ts';

/**
 * PATH without folders of a repository: relative ones, and those inside the working directory and the repository
 * around it, such as the node_modules/.bin that npx puts first. A home folder under version control is the user's.
 */
export function searchPath(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const cwd = process.cwd();
  const foreign = [cwd, repositoryTop(cwd) ?? cwd].map(realPath).filter((folder) => !isHomeOrRoot(folder));
  return folders.filter((folder) => {
    const real = realPath(folder);
    return !foreign.some((top) => isInside(folder, top) || isInside(real, top));
  });
}

/**
 * Searches PATH itself, since Windows looks in the working directory first. A file that is not executable is the last
 * choice: a broken program is reported differently from a missing one.
 */
export function findProgram(name: string): string | undefined {
  const candidates = searchPath()
    .flatMap((folder) => endings(name).map((ending) => join(folder, `${name}${ending}`)))
    // Skipped as a shell does: also below an entry of PATH that is a file, a loop of links or closed to the user.
    .filter((path) => statsOf(path)?.isFile());
  return candidates.find(isExecutable) ?? candidates[0];
}

function endings(name: string): string[] {
  if (process.platform !== 'win32' || /\.\w+$/.test(name)) return [''];
  return (process.env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';').map((ending) => ending.toLowerCase());
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
