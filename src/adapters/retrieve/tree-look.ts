/** Looks at the files of a tree, and reads them, without following a link. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { maxFileBytes, searchableText } from '../../core/retrieve/corpus-rules.ts';
import type { Corpus, SkipReason } from '../../core/retrieve/types.ts';
import { isInside } from '../system/paths.ts';
import { readOpenFile } from '../system/regular-file.ts';
import { stampOf, stampWhenRead, unsure } from './stamp.ts';

/** What there is. `nothing` also for what stands for a file elsewhere in the tree. */
export type Seen = { stats: Stats } | { skipped: SkipReason } | 'folder' | 'nothing';

/** `base` is a real path. What was seen of a folder is remembered. */
export function treeLook(base: string): (path: string) => Seen {
  const folders = new Map<string, 'own' | 'outside' | 'nothing'>([['.', 'own']]);
  const folder = (path: string): 'own' | 'outside' | 'nothing' => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const above = folder(dirname(path));
    const found = above === 'own' ? kindOfFolder(base, path) : above;
    folders.set(path, found);
    return found;
  };
  return (path) => {
    const where = folder(dirname(path));
    if (where !== 'own') return where === 'outside' ? { skipped: 'outside' } : 'nothing';
    const stats = statsIn(base, path);
    if (stats === undefined) return 'nothing';
    if (stats === 'unreadable') return { skipped: stats };
    if (stats.isSymbolicLink()) return leadsOut(base, path) ? { skipped: 'outside' } : 'nothing';
    if (stats.isDirectory()) return 'folder';
    if (!stats.isFile()) return { skipped: 'unreadable' };
    return stats.size > maxFileBytes ? { skipped: 'too-large' } : { stats };
  };
}

function kindOfFolder(base: string, path: string): 'own' | 'outside' | 'nothing' {
  const stats = statsIn(base, path);
  if (stats === undefined || stats === 'unreadable') return 'nothing';
  if (stats.isDirectory()) return 'own';
  return stats.isSymbolicLink() && leadsOut(base, path) ? 'outside' : 'nothing';
}

function statsIn(base: string, path: string): Stats | 'unreadable' | undefined {
  try {
    return lstatSync(`${base}/${path}`, { throwIfNoEntry: false });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? undefined : 'unreadable';
  }
}

/** False for a link that leads nowhere. */
function leadsOut(base: string, path: string): boolean {
  try {
    return !isInside(realpathSync(join(base, path)), base);
  } catch {
    return false;
  }
}

/** As `Corpus.read`. */
export function readInTree(base: string, path: string): ReturnType<Corpus['read']> {
  // The folders above may have been replaced since the tree was listed.
  const seen = treeLook(base)(path);
  if (seen === 'nothing' || seen === 'folder') return { skipped: 'unreadable' };
  if ('skipped' in seen) return { ...seen };
  let handle: number | undefined;
  try {
    handle = openSync(
      join(base, path),
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    const startedAt = Date.now();
    const before = fstatSync(handle);
    if (!isIn(base, path, { handle, stats: before })) return { skipped: 'outside' };
    const reading = readOpenFile(handle, maxFileBytes);
    if (reading.bytes === undefined)
      return { skipped: reading.fault === 'too-large' ? 'too-large' : 'unreadable' };
    const whole = stampOf(before) === stampOf(fstatSync(handle));
    const stamp = whole ? stampWhenRead(before, startedAt) : unsure;
    const { text, skipped } = searchableText(reading.bytes);
    return skipped === undefined ? { text, hash: hashOf(reading.bytes), stamp } : { skipped, stamp };
  } catch (error) {
    // What is forbidden stays so until its rights change, which its stamp shows.
    const stamp = (error as NodeJS.ErrnoException).code === 'EACCES' ? stampOf(seen.stats) : unsure;
    return { skipped: 'unreadable', stamp };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/**
 * Whether the open file lies in the tree: a folder above it may have been swapped for a link between the look at it and
 * the opening. Linux says where an open file is; elsewhere the path has to lead to the same file still.
 */
function isIn(base: string, path: string, { handle, stats }: { handle: number; stats: Stats }): boolean {
  try {
    return isInside(readlinkSync(`/proc/self/fd/${handle}`), base);
  } catch {
    const now = treeLook(base)(path);
    return (
      typeof now === 'object' && 'stats' in now && now.stats.ino === stats.ino && now.stats.dev === stats.dev
    );
  }
}

/** 96 bits. */
function hashOf(bytes: Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', bytes, 'base64url').slice(0, 16);
}
