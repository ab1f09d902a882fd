/** Looks at the files that git would open: for a FIFO git waits for ever, and a huge file it reads as a whole. */
import { dirname, join, resolve } from 'node:path';
import { isInside, statsOf } from '../../system/paths.ts';
import { maxConfigBytes, readRegularFile, statsFault } from '../../system/regular-file.ts';

/** In a git folder. The index of a large repository is larger than any file of settings. */
const settings = [
  'config',
  'config.worktree',
  'HEAD',
  'commondir',
  'info/exclude',
  'info/attributes',
  'info/grafts',
];
const data = ['index', 'packed-refs', 'objects/info/alternates', 'info/sparse-checkout'];

/**
 * Why git must not be asked about these folders of a repository, e.g. `/r/.gitignore is not a regular file`.
 * `names`: files that it reads in each folder from the top down.
 */
export function gitFileFault(
  repository: string,
  folders: Iterable<string>,
  names: readonly string[],
): string | undefined {
  const above = new Set<string>();
  for (const folder of folders) {
    for (let here = folder; isInside(here, repository) && !above.has(here); here = dirname(here))
      above.add(here);
  }
  const paths = [...above].flatMap((folder) => names.map((name) => join(folder, name)));
  for (const folder of gitFolders(repository)) {
    paths.push(...settings.map((name) => join(folder, name)));
    for (const name of data) {
      const fault = faultOf(join(folder, name), Number.POSITIVE_INFINITY);
      if (fault !== undefined) return fault;
    }
  }
  for (const path of paths) {
    const fault = faultOf(path, maxConfigBytes);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** For the top of a repository: `.git`, or the folder that it names in a linked worktree or a submodule, and what several worktrees share. */
export function gitFolders(repository: string): string[] {
  const git = join(repository, '.git');
  const link = textOf(git);
  const own = link === undefined ? git : resolve(repository, link.replace(/^gitdir: /, ''));
  const common = textOf(join(own, 'commondir'));
  return common === undefined ? [own] : [own, resolve(own, common)];
}

function textOf(path: string): string | undefined {
  return readRegularFile(path, maxConfigBytes)
    .bytes?.toString('utf8')
    .replace(/[\r\n]+$/, '');
}

function faultOf(path: string, maxBytes: number): string | undefined {
  const stats = statsOf(path);
  // Git does not open a folder of that name.
  const fault = stats && !stats.isDirectory() ? statsFault(stats, maxBytes) : undefined;
  return fault && `${path} ${fault.message}`;
}
