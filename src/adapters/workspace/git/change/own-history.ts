/**
 * Tells whether the history of a repository is its own. A stranger's folder may come with a `.git` that leads into another
 * repository, whose files would then be sent as removed ones.
 */
import { type Dirent, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isInside, realPath } from '../../../system/paths.ts';
import { maxConfigBytes, readRegularFile } from '../../../system/regular-file.ts';
import { gitFolders } from '../git-files.ts';

/** What people link into a git folder. Whatever else is a link could name versions, or hold them: also `logs` and `ORIG_HEAD`. */
const innocent = [
  'hooks',
  'config',
  'description',
  'lfs',
  'annex',
  'modules',
  'info/exclude',
  'info/attributes',
];

/**
 * The path in the git folder that leads elsewhere. Undefined if there is none: the git folder is in the repository, or, of
 * a linked worktree or a submodule, names it in turn. Objects may be borrowed by `alternates`: whoever names one must know
 * its id.
 */
export function foreignPart(repository: string): string | undefined {
  const top = realPath(repository);
  const folders = gitFolders(repository);
  const [own, common] = folders.map(realPath);
  if (!isInside(own!, top) && !namesBack(own!, top)) return join(repository, '.git');
  if (common !== undefined && join(common, 'worktrees', basename(own!)) !== own)
    return join(folders[0]!, 'commondir');
  for (const folder of new Set([own!, common ?? own!])) {
    const links = [
      ...['', 'info', 'objects', 'objects/info', 'objects/pack', 'reftable'].flatMap((name) =>
        linksIn(join(folder, name)),
      ),
      ...['refs', 'logs', 'worktrees'].flatMap((name) => linksIn(join(folder, name), true)),
    ];
    const mayLead = new Set(innocent.map((name) => join(folder, name)));
    const foreign = links.find((path) => !mayLead.has(path) && !isInside(realPath(path), common ?? own!));
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}

/** As `git worktree` and `git submodule` write it into the folder, which a stranger cannot do in the user's. */
function namesBack(own: string, top: string): boolean {
  const worktree = textOf(join(own, 'gitdir'))?.trim();
  if (worktree && realPath(resolve(own, worktree)) === join(top, '.git')) return true;
  const setting = /^[ \t]*worktree[ \t]*=[ \t]*"?(.*?)"?[ \t]*$/m.exec(
    textOf(join(own, 'config')) ?? '',
  )?.[1];
  return setting !== undefined && realPath(resolve(own, setting)) === top;
}

function textOf(path: string): string | undefined {
  return readRegularFile(path, maxConfigBytes).bytes?.toString('utf8');
}

function linksIn(folder: string, recursive = false): string[] {
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true, recursive });
  } catch {
    // Not every repository has it.
  }
  return entries
    .filter((entry) => entry.isSymbolicLink())
    .map(({ parentPath, name }) => join(parentPath, name));
}
