/**
 * Files that a patch may write only if the request named them: the settings of `orch` itself, and `.env` files, which
 * hold secrets and are read by whatever starts in the folder.
 */
import { isTemplate } from '../secrets/secret-names.ts';
import { foldedPath } from '../text/folded-path.ts';
import type { FileChange } from './types.ts';

const settings = /^\.orch$/;
const environment = /^\.env(?:$|[.\-_])/;

export function needsNaming(path: string): boolean {
  return foldedPath(path)
    .split('/')
    .some((name) => settings.test(name) || (environment.test(name) && !isTemplate(name)));
}

export interface Naming {
  /** Paths of the files that were sent. */
  sent: readonly string[];
  /** What the user asked for, in their own words. */
  instruction: string;
}

/** The paths of a patch that had to be named and were not. */
export function unnamedPaths(
  changes: readonly Pick<FileChange, 'path' | 'oldPath'>[],
  { sent, instruction }: Naming,
): string[] {
  return changes
    .flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [path, oldPath]))
    .filter((path) => needsNaming(path) && !sent.includes(path) && !isWordOf(path, instruction));
}

/** The whole path stands in the text by itself: `.env` names no file of a folder. */
function isWordOf(name: string, text: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const above = text[at - 1] ?? ' ';
    const below = text.slice(at + name.length, at + name.length + 2);
    if (!/[\p{L}\p{N}_./-]/u.test(above) && !/^(?:[\p{L}\p{N}_/-]|\.[\p{L}\p{N}_])/u.test(below)) return true;
  }
  return false;
}
