/** Compares the files here with what the collection has of them. */
import { setImmediate } from 'node:timers/promises';
import { type IndexedBlock, indexedBlocks } from '../../core/retrieve/index/terms-of-file.ts';
import type { Corpus, SkipReason } from '../../core/retrieve/types.ts';
import type { Dense } from './collection.ts';
import { type Note, Notes } from './notes.ts';
import {
  type FileSize,
  type FileVersion,
  makeOf,
  readVersionName,
  sizeOf,
  stemOf,
  versionName,
} from './points.ts';
import type { Store } from './store.ts';

export interface WantedFile {
  path: string;
  hash: string;
  stem: string;
}

export interface MissingFile extends WantedFile {
  version: FileVersion;
}

export interface Plan {
  /** Files that are searched, and their blocks. */
  files: number;
  blocks: number;
  /** Read anew, or gone. */
  updated: number;
  skipped: Partial<Record<SkipReason, number>>;
  wanted: ReadonlyMap<string, WantedFile>;
  /** Those of which the collection does not have every point. */
  missing: MissingFile[];
  /** Names of versions in the collection that are none of these files. */
  strangers: string[];
  /** Those of them that were files here before. */
  replaced: string[];
}

interface PlanOptions {
  signal: AbortSignal;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A signal is heard between so many files. */
const filesAtOnce = 100;

export class LocalFiles {
  readonly #notes: Notes;
  readonly #dense: Dense | undefined;

  constructor(store: Store, dense: Dense | undefined) {
    this.#dense = dense;
    this.#notes = new Notes(store, makeOf(dense));
  }

  save(): void {
    this.#notes.save();
  }

  /** `counts`: how many points the collection has of each version of a file. */
  async plan(
    corpus: Corpus,
    counts: ReadonlyMap<string, number>,
    { mostDrift, ...options }: PlanOptions & { mostDrift: number },
  ): Promise<Plan> {
    const whole = wholeVersions(counts);
    const { notes, old, updated } = await this.#read(corpus, options);
    const sizes = new Map<string, FileSize>();
    const wanted = new Map<string, WantedFile>();
    const skipped: Plan['skipped'] = {};
    for (const [path, note] of notes) {
      if (note.skipped !== undefined) {
        skipped[note.skipped] = (skipped[note.skipped] ?? 0) + 1;
        continue;
      }
      const size = note.size ?? whole.get(note.stem)?.[0] ?? this.#measure(corpus, path, note);
      // It was changed since it was listed, and is not a text any more: the next search sees that.
      if (size === undefined) continue;
      sizes.set(path, size);
      wanted.set(path, { path, hash: note.hash, stem: note.stem });
    }
    const there = averagesIn([...wanted.values()].flatMap(({ stem }) => whole.get(stem) ?? []));
    const now = averageOf([...sizes.values()]);
    const isClose = (averageLength: number) => Math.abs(averageLength - now) <= mostDrift * now;
    const averageLength = there.find(isClose) ?? now;
    const names = new Set<string>();
    const missing: MissingFile[] = [];
    for (const file of wanted.values()) {
      const own = whole.get(file.stem)?.find((version) => isClose(version.averageLength));
      const version = own ?? { ...sizes.get(file.path)!, stem: file.stem, averageLength };
      names.add(versionName(version));
      if (own === undefined && version.blocks > 0) missing.push({ ...file, version });
    }
    const strangers = [...counts.keys()].filter((name) => !names.has(name));
    return {
      files: wanted.size,
      blocks: [...sizes.values()].reduce((sum, { blocks }) => sum + blocks, 0),
      updated,
      skipped,
      wanted,
      missing,
      strangers,
      replaced: strangers.filter((name) => old.has(readVersionName(name)?.stem ?? '')),
    };
  }

  /** The notes of all files, after those have been read that may have changed. */
  async #read(
    corpus: Corpus,
    { signal, onProgress }: PlanOptions,
  ): Promise<{ notes: [string, Note][]; old: Set<string>; updated: number }> {
    const gone = this.#notes.forget(corpus);
    const changed = corpus.entries.filter(({ path, stamp }) => this.#notes.get(path)?.stamp !== stamp);
    const old = new Set<string>();
    let updated = gone.length;
    const forget = (note: Note | undefined) => {
      if (note?.skipped === undefined && note !== undefined) old.add(note.stem);
    };
    for (const note of gone) forget(note);
    for (const [done, { path }] of changed.entries()) {
      if (done % filesAtOnce === 0) {
        await setImmediate();
        signal.throwIfAborted();
        onProgress?.(done, changed.length);
      }
      const before = this.#notes.get(path);
      const reading = corpus.read(path);
      const now: Note =
        'skipped' in reading
          ? // Without a stamp, the file is looked at again next time.
            { stamp: reading.stamp ?? '', skipped: reading.skipped }
          : { stamp: reading.stamp, hash: reading.hash, stem: stemOf(path, reading.hash, this.#dense) };
      if (isSame(before, now)) this.#notes.set(path, { ...before, stamp: now.stamp });
      else {
        this.#notes.set(path, now);
        forget(before);
        // What is no text was never in the index.
        if (before !== undefined || now.skipped === undefined) updated++;
      }
    }
    if (changed.length > 0) onProgress?.(changed.length, changed.length);
    const notes = corpus.entries.map(({ path }): [string, Note] => [path, this.#notes.get(path)!]);
    for (const [, note] of notes) if (note.skipped === undefined) old.delete(note.stem);
    return { notes, old, updated };
  }

  /** How many blocks a file has. Undefined if it is another than the one that was noted. */
  #measure(corpus: Corpus, path: string, note: Note): FileSize | undefined {
    if (note.skipped !== undefined) return undefined;
    const blocks = blocksAsNoted(corpus, { path, hash: note.hash })?.blocks;
    if (blocks === undefined) return undefined;
    const size = sizeOf(blocks);
    this.#notes.set(path, { ...note, size });
    return size;
  }
}

/** Whether only the stamp differs: the file was touched, and has the same bytes. */
function isSame(before: Note | undefined, now: Note): before is Note {
  if (before === undefined || before.skipped !== now.skipped) return false;
  return before.skipped !== undefined || now.skipped !== undefined || before.hash === now.hash;
}

/** Undefined if the file was changed since. */
export function blocksAsNoted(
  corpus: Corpus,
  { path, hash }: { path: string; hash: string },
): { text: string; blocks: IndexedBlock[] } | undefined {
  const reading = corpus.read(path);
  if ('skipped' in reading || reading.hash !== hash) return undefined;
  return { text: reading.text, blocks: indexedBlocks(path, reading.text) };
}

/** By stem: the versions of which every point is there. */
function wholeVersions(counts: ReadonlyMap<string, number>): Map<string, FileVersion[]> {
  const whole = new Map<string, FileVersion[]>();
  for (const [name, count] of counts) {
    const version = readVersionName(name);
    if (version?.blocks !== count) continue;
    whole.set(version.stem, [...(whole.get(version.stem) ?? []), version]);
  }
  return whole;
}

/** The average lengths that points were made with, that of most first. */
function averagesIn(versions: readonly FileVersion[]): number[] {
  const points = new Map<number, number>();
  for (const { averageLength, blocks } of versions)
    points.set(averageLength, (points.get(averageLength) ?? 0) + blocks);
  return [...points].sort(([, one], [, other]) => other - one).map(([averageLength]) => averageLength);
}

/** In tenths. */
function averageOf(sizes: readonly FileSize[]): number {
  const [blocks, length] = sizes.reduce(
    ([allBlocks, all], size) => [allBlocks + size.blocks, all + size.length],
    [0, 0],
  );
  return Math.round((10 * length) / Math.max(1, blocks));
}
