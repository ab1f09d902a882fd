/**
 * A change as steps, one per path, each with what is there before and after it. From the steps and the tree alone it
 * can be told how far a change has come, so it can be finished or taken back after a kill at any moment.
 */
import { posix } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import type { FileMode, TreeAccess } from '../write/tree-access.ts';

export interface Step {
  /** Relative to the base, with `/`. */
  path: string;
  /** Undefined if there is nothing. `mode` is the permission bits. */
  before: { bytes: Buffer; mode: number } | undefined;
  after: { bytes: Buffer; mode: FileMode } | undefined;
  /** The change sets or clears the executable bit. */
  setsMode: boolean;
}

export interface Plan {
  /** In the order in which they are carried out. */
  steps: Step[];
  /** Folders that the change creates. */
  folders: string[];
}

/** Whether a path holds exactly what was there before the step, exactly what the step writes, or anything else. */
export type Stand = 'old' | 'new' | 'other';

const executable = (mode: number) => (mode & 0o100) !== 0;

export function standOf({ path, before, after, setsMode }: Step, tree: TreeAccess): Stand {
  const now = readIfFile(path, tree);
  if (now === 'blocked') return 'other';
  if (now === undefined) return before === undefined ? 'old' : after === undefined ? 'new' : 'other';
  const holds = (bytes: Buffer | undefined, mode: number | undefined) =>
    bytes?.equals(now.bytes) === true && (!setsMode || executable(mode!) === executable(now.mode));
  if (holds(before?.bytes, before?.mode)) return 'old';
  return holds(after?.bytes, after?.mode.bits) ? 'new' : 'other';
}

const blocking: ReadonlySet<string> = new Set([
  'file-forbidden',
  'file-unreadable',
  'EISDIR',
  'EINVAL',
  'ENAMETOOLONG',
]);

/** `blocked`: by a folder, a link or anything else that is not a file, there or on the way, or by a huge file. */
function readIfFile(path: string, tree: TreeAccess): ReturnType<TreeAccess['read']> | 'blocked' {
  try {
    return tree.read(path);
  } catch (error) {
    const { code } = error as OrchError | NodeJS.ErrnoException;
    if (code !== undefined && blocking.has(code)) return 'blocked';
    throw error;
  }
}

export function carryOut({ path, before, after }: Step, tree: TreeAccess): void {
  if (after === undefined) {
    tree.remove(path);
    return;
  }
  if (before === undefined) makeFoldersFor(path, tree);
  tree.replace(path, after.bytes, after.mode);
}

/** Puts back what was there before, whatever is there now. */
export function putBack({ path, before, after, setsMode }: Step, tree: TreeAccess): void {
  if (before === undefined) {
    tree.remove(path);
    return;
  }
  makeFoldersFor(path, tree);
  // A mode that somebody else has changed since stays.
  const kept = setsMode || after === undefined ? undefined : tree.read(path)?.mode;
  tree.replace(path, before.bytes, { bits: kept ?? before.mode, exact: true });
}

function makeFoldersFor(path: string, tree: TreeAccess): void {
  const folder = posix.dirname(path);
  if (folder !== '.') tree.makeFolders(folder);
}

export interface TakenBack {
  /** What was put back. */
  restored: Step[];
  /** What holds neither the old nor the new content and was left as it is. */
  others: Step[];
}

/** Takes back a change of which any part was carried out. */
export function takeBack({ steps, folders }: Plan, tree: TreeAccess): TakenBack {
  const restored: Step[] = [];
  const others: Step[] = [];
  const created = new Set(folders);
  for (const step of [...steps].reverse()) {
    removeDraft(step.path, tree);
    const stand = standOf(step, tree);
    if (stand === 'new') {
      putBack(step, tree);
      restored.push(step);
    } else if (stand === 'other') others.push(step);
    // At once, as the step before may need the place for a file.
    for (const folder of foldersAbove(step.path)) if (created.has(folder)) removeIfEmpty(folder, tree);
  }
  return { restored: restored.reverse(), others: others.reverse() };
}

/** What a kill in the middle of a step has left beside the file. */
function removeDraft(path: string, tree: TreeAccess): void {
  try {
    tree.removeDraft(path);
  } catch {
    // Not ours to reach any more: the folder has become a link, or is read-only by now.
  }
}

/** Innermost first. */
export function foldersAbove(path: string): string[] {
  const above = posix.dirname(path);
  return above === '.' ? [] : [above, ...foldersAbove(above)];
}

function removeIfEmpty(folder: string, tree: TreeAccess): void {
  try {
    tree.removeFolder(folder);
  } catch {
    // Missing, or in use by somebody else by now.
  }
}

/** Carries out the steps that have not been. Throws `file-changed` if any path holds something else. */
export function finish({ steps, folders }: Plan, tree: TreeAccess, base: string): void {
  const created = new Set(folders);
  // A file may have been deleted to make room for a folder.
  const stands = steps.map((step) =>
    created.has(step.path) && tree.kind(step.path) === 'folder' ? 'new' : standOf(step, tree),
  );
  const others = steps.filter((_, at) => stands[at] === 'other').map(({ path }) => path);
  if (others.length > 0) {
    const [hold, them] = others.length === 1 ? ['holds', 'it'] : ['hold', 'them'];
    throw new OrchError(
      'file-changed',
      `the change cannot be finished: ${some(others)} in ${base} ${hold} neither the old nor the new content; nothing was changed`,
      { hint: `put ${them} back, or use any orch command that writes there: it takes the change back` },
    );
  }
  steps.forEach((step, at) => {
    removeDraft(step.path, tree);
    if (stands[at] === 'old') carryOut(step, tree);
  });
}

/** Names at most five. */
export function some(paths: readonly string[]): string {
  const shown = paths.length > 5 ? paths.slice(0, 4) : paths;
  const more = paths.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}
