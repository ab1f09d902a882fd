/**
 * Puts a copy back to how it was made, after something has run in it. What is as it was stays, and the rest is taken from
 * the project again: the repository in the copy is not trusted by then.
 */
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { isThere } from '../system/paths.ts';
import { removeTree } from './remove-tree.ts';

type Entry =
  | { kind: 'folder'; mode: number }
  | { kind: 'file'; stamp: string }
  | { kind: 'link'; target: string };

/** By path, with slashes; a folder comes before what it holds. */
type Entries = Map<string, Entry>;

/** `remake` makes the repository of the copy anew: it is called where that was touched. */
export function checkpoint(root: string, base: string, remake: () => Promise<void>): () => Promise<void> {
  const { mode } = lstatSync(root);
  let before = entriesOf(root);
  return async () => {
    chmodSync(root, mode);
    const now = entriesOf(root, before);
    const isRepositoryTouched = [...before.keys(), ...now.keys()].some(
      (name) => isOfGit(name) && !isSame(before.get(name), now.get(name)),
    );
    if (isRepositoryTouched) removeTree(join(root, '.git'));
    // A folder goes with all that is in it.
    for (const [name, entry] of now)
      if (!isOfGit(name) && !isSame(before.get(name), entry)) removeTree(join(root, name));
    for (const [name, entry] of before)
      if (!isOfGit(name) && !isThere(join(root, name))) putBack(name, entry, { root, base });
    if (isRepositoryTouched) await remake();
    before = entriesOf(root);
  };
}

/** What is gone from the project by now is left out. */
function putBack(name: string, entry: Entry, { root, base }: { root: string; base: string }): void {
  const path = join(root, name);
  if (entry.kind === 'folder') mkdirSync(path);
  else if (entry.kind === 'link') symlinkSync(entry.target, path);
  else if (lstatSync(join(base, name), { throwIfNoEntry: false })?.isFile())
    copyFileSync(join(base, name), path);
}

function isOfGit(name: string): boolean {
  return name === '.git' || name.startsWith('.git/');
}

function isSame(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one?.kind === 'file' && other?.kind === 'file') return one.stamp === other.stamp;
  if (one?.kind === 'link' && other?.kind === 'link') return one.target === other.target;
  return one?.kind === other?.kind;
}

/** Follows no link. With `before`, folders get their rights back, and new ones are not looked into. */
function entriesOf(root: string, before?: Entries): Entries {
  const entries: Entries = new Map();
  const look = (folder: string) => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const at = folder === '' ? name : `${folder}/${name}`;
      const path = join(root, at);
      const entry = entryOf(path);
      entries.set(at, entry);
      if (entry.kind !== 'folder') continue;
      const known = before?.get(at);
      if (before && known?.kind !== 'folder') continue;
      if (known?.kind === 'folder' && known.mode !== entry.mode) chmodSync(path, known.mode);
      look(at);
    }
  };
  look('');
  return entries;
}

function entryOf(path: string): Entry {
  const stats = lstatSync(path, { bigint: true });
  if (stats.isDirectory()) return { kind: 'folder', mode: Number(stats.mode) & 0o7777 };
  if (stats.isSymbolicLink()) return { kind: 'link', target: readlinkSync(path) };
  return { kind: 'file', stamp: [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino, stats.mode].join(' ') };
}
