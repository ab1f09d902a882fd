/**
 * Recognises git folders by what is in them: git takes a folder with these entries for one, whatever its name, and
 * runs the programs that its settings and hooks name as soon as any git command is started there.
 */
import { dirname, join } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { foldedPath } from '../../../core/text/folded-path.ts';
import { repositoryTop } from '../../system/folders.ts';
import { isThere } from '../../system/paths.ts';

/** What there is beside `HEAD`; `commondir` names the folder that has the rest. */
const layouts = [['objects', 'refs'], ['commondir']];

/**
 * Throws `file-forbidden` if one of these files is in a git folder, or if they would make a folder one. The paths are
 * absolute and real, whether or not there are such files.
 */
export function refuseInGitFolders(paths: readonly string[]): void {
  const folders = new Set<string>();
  for (const path of paths) addFoldersAbove(path, folders);
  const written = new Set([...paths, ...folders].map(foldedPath));
  const has = (folder: string, name: string) =>
    written.has(`${foldedPath(folder)}/${name.toLowerCase()}`) || isThere(join(folder, name));
  for (const folder of folders) {
    if (!has(folder, 'HEAD')) continue;
    const layout = layouts.find((names) => names.every((name) => has(folder, name)));
    if (layout === undefined) continue;
    throw new OrchError(
      'file-forbidden',
      `git takes ${folder} for a .git folder, where nothing is written: it has HEAD, ${layout.join(', ')}, or would have`,
      { hint: 'use a path outside it' },
    );
  }
}

/**
 * Those below the top of the repository: there, git takes `.git`. A working tree may well be in the git folder of a bare
 * repository.
 */
function addFoldersAbove(path: string, folders: Set<string>): void {
  let here = dirname(path);
  if (folders.has(here)) return;
  for (const top = repositoryTop(here); here !== top && !folders.has(here); here = dirname(here))
    folders.add(here);
}
