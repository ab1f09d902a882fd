/**
 * Finds where a file that the user names is really written. Links are followed, since `-o` may be `/dev/stdout` and
 * the state folder may be on another disk. But a repository is a stranger's: a link in it, or in a folder that the
 * user allows, must not lead out of them, and nothing leads into a `.git`.
 */
import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, parse } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { hasDotGit } from '../../../core/text/dot-git.ts';
import { repositoryTop } from '../../system/folders.ts';
import { makeFolders } from '../../system/make-folders.ts';
import { isHomeOrRoot, isInside, namesIn, realPath } from '../../system/paths.ts';
import { refuseInGitFolders } from '../git/git-folders.ts';
import { folderOpener, inDotGit, type OpenerOptions } from './open-folder.ts';

export interface Destination {
  /** Real path, whether or not there is a file. */
  path: string;
  /** The path is that of a file this process holds open, such as `/dev/stdout`. */
  descriptor: number | undefined;
}

/** As many as Linux follows. */
const maxLinks = 40;
const openFile = /^\/proc\/(\d+)\/fd\/(\d+)$/;

/** Expects an absolute path. Throws `file-forbidden`, or `write-failed` for a loop of links. */
export function destinationOf(path: string, roots: readonly string[]): Destination {
  const { path: real, links } = followLinks(path);
  const [, pid, descriptor] = openFile.exec(real) ?? [];
  const leadsOut = links.find((link) => !mayLead(link, real, roots));
  if (leadsOut !== undefined) {
    throw new OrchError(
      'file-forbidden',
      `${path} would be written to ${real}: ${leadsOut} is a link that leads there`,
      {
        hint: 'use the path that it leads to, if that is what you want, or replace the link with a real file or folder',
      },
    );
  }
  if (descriptor === undefined) {
    if (hasDotGit(real)) throw inDotGit(real === path ? path : `${path} (${real})`);
    refuseInGitFolders([real]);
  }
  return { path: real, descriptor: Number(pid) === process.pid ? Number(descriptor) : undefined };
}

export interface OpenDestination {
  /** A name for the file, for the functions of `node:fs`, to be opened without following links. */
  file: string;
  /** The same for a file beside it. */
  beside(name: string): string;
  /** To be called between opening the file and writing to it. Throws `file-changed`, or `file-forbidden` for a link. */
  verify(): void;
  close(): void;
}

/**
 * Opens the folder of a destination, so that a link that appears later leads nowhere. Creates it where it is missing.
 * Throws `file-changed` if its path leads through a link by now.
 */
export function openDestination(
  { path }: Destination,
  { folderMode = 0o777, handles }: { folderMode?: number } & Pick<OpenerOptions, 'handles'> = {},
): OpenDestination {
  // What the link of an open file shows is no path, so it is followed.
  if (openFile.test(path)) return { file: path, beside: (name) => name, verify() {}, close() {} };
  const folder = dirname(path);
  if (!existsSync(folder)) makeFolders(folder, folderMode);
  const { open } = folderOpener(folder, { handles, real: true });
  const { entry, verifyAfter: verify, close } = open([]);
  return { file: entry(basename(path)), beside: entry, verify, close };
}

/** Links are returned by their own real paths. */
function followLinks(path: string): { path: string; links: string[] } {
  // One call instead of one for each folder, for a file that is there and has no links.
  if (existsSync(path) && isReal(path)) return { path, links: [] };
  const { root } = parse(path);
  const links: string[] = [];
  const rest = namesIn(path.slice(root.length));
  let here = root;
  while (rest.length > 0) {
    const part = rest.shift()!;
    const next = part === '..' ? dirname(here) : join(here, part);
    // What such a link shows, `pipe:[123]`, is no path.
    const target = openFile.test(next) ? undefined : linkTarget(next);
    if (target === undefined) here = next;
    else {
      links.push(next);
      if (links.length > maxLinks) {
        throw new OrchError('write-failed', `${path} cannot be written: its links form a loop`, {
          hint: `replace the link ${links[0]} with a real file or folder`,
        });
      }
      const start = isAbsolute(target) ? parse(target).root : '';
      if (start !== '') here = start;
      rest.unshift(...namesIn(target.slice(start.length)));
    }
  }
  return { path: here, links };
}

/** False also for the link of an open pipe, which leads to no path. */
function isReal(path: string): boolean {
  try {
    return realpathSync.native(path) === path;
  } catch {
    return false;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    // Most are none, and an exception for each would take longer than all the rest.
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** A link in a repository may lead within it, one in a root within the root; one elsewhere is the user's own. */
function mayLead(link: string, to: string, roots: readonly string[]): boolean {
  const bounds = (folders: readonly string[]) =>
    folders.filter((folder) => isInside(link, folder) && !isHomeOrRoot(folder));
  const top = repositoryTop(dirname(link));
  const repository = top === undefined ? [] : bounds([top]);
  const around = repository.length > 0 ? repository : bounds(roots.map(realPath));
  return around.length === 0 || around.some((folder) => isInside(to, folder));
}
