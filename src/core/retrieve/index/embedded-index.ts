/**
 * The index that needs no server: which blocks of which files have which terms. It holds line ranges and hashes of
 * terms, no text. A value: an edit gives a new index.
 *
 * Most files are in the first of two segments; those that changed since are in the second, so that a change costs what
 * the changed files cost. What is counted for a ranking is counted over the blocks that are left, so an index that was
 * edited answers like one that was just made.
 */
import type { BlockMatch, QueryTerms, SkipReason } from '../types.ts';
import { decodeIndex, encodeIndex } from './encode.ts';
import { type IndexedFile, type Manifest, type ManifestRow, rowsOf, type SkippedFile } from './manifest.ts';
import { type Matching, matchBlocks, matchingOf } from './match-blocks.ts';
import { mergeSegments } from './merge-segments.ts';
import { emptySegment, type Segment } from './segment.ts';
import { SegmentBuilder } from './segment-builder.ts';

/** The second segment is merged into the first when it has this share of its blocks, and this many. */
const mergeShare = 0.125;
const mergeBlocks = 500;
/** So is the first, when it has this share of blocks that are no longer wanted. */
const deadShare = 0.25;

export class EmbeddedIndex {
  private readonly matching: Matching;

  private constructor(
    private readonly segments: readonly [Segment, Segment],
    private readonly manifest: Manifest,
  ) {
    this.matching = matchingOf(segments, manifest);
  }

  static empty(): EmbeddedIndex {
    return new EmbeddedIndex([emptySegment, emptySegment], new Map());
  }

  /** Undefined if the bytes are no sound index of this version. They may be anybody's. */
  static decode(bytes: Uint8Array): EmbeddedIndex | undefined {
    const decoded = decodeIndex(bytes);
    return decoded && new EmbeddedIndex(decoded.segments, decoded.manifest);
  }

  encode(): Uint8Array {
    return encodeIndex(this.segments, this.manifest);
  }

  /** Files and blocks that can be found. */
  get counts(): { files: number; blocks: number } {
    return { files: this.matching.files, blocks: this.matching.blocks };
  }

  paths(): Iterable<string> {
    return this.manifest.keys();
  }

  /** What is known of a file; undefined for one that is not known. */
  file(path: string): IndexedFile | SkippedFile | undefined {
    return this.manifest.get(path);
  }

  /** How many of the files that were read are not searched, by reason. */
  skipped(): Partial<Record<SkipReason, number>> {
    const counts: Partial<Record<SkipReason, number>> = {};
    for (const { skipped } of this.manifest.values())
      if (skipped !== undefined) counts[skipped] = (counts[skipped] ?? 0) + 1;
    return counts;
  }

  edit(): IndexEdit {
    return new IndexEdit(
      this.segments,
      this.manifest,
      (segments, manifest) => new EmbeddedIndex(segments, manifest),
    );
  }

  /**
   * The blocks that match, the best first, ties by path and line. `accepts` rules files out. Of more than `most`, the
   * best and those of the same files as the very best.
   */
  match(
    terms: QueryTerms,
    options: { accepts?: ((path: string) => boolean) | undefined; most: number },
  ): BlockMatch[] {
    return matchBlocks(this.matching, terms, options);
  }
}

/** Changes to an index, of any number of files, one text at a time. */
class IndexEdit {
  private readonly builder = new SegmentBuilder();
  /** Where the new files will be, once they are a segment. */
  private readonly added: Segment = { ...emptySegment };
  private readonly rows: Map<string, ManifestRow>;

  constructor(
    private readonly segments: readonly [Segment, Segment],
    manifest: Manifest,
    private readonly make: (segments: readonly [Segment, Segment], manifest: Manifest) => EmbeddedIndex,
  ) {
    this.rows = new Map(manifest);
  }

  /** A file that is new or has changed. Cuts nothing where the hash says that the text is the same. */
  put(file: { path: string; stamp: string; hash: string; text: string }): void {
    const { path, stamp, hash, text } = file;
    const known = this.rows.get(path);
    if (known?.hash === hash) this.rows.set(path, { ...known, stamp });
    else
      this.rows.set(path, {
        path,
        stamp,
        hash,
        place: { segment: this.added, file: this.builder.add(path, text) },
      });
  }

  /** A file that was looked at and is not searched. */
  skip(file: { path: string; stamp: string; skipped: SkipReason }): void {
    const { path, stamp, skipped } = file;
    this.rows.set(path, { path, stamp, skipped });
  }

  /** A file that is gone. */
  remove(path: string): void {
    this.rows.delete(path);
  }

  /** The edit must not be used any more. */
  done(): EmbeddedIndex {
    let [base, recent] = this.segments;
    const added = { ...this.builder.finish() };
    this.move(this.added, added, undefined);
    recent = this.merged([recent, added]);
    const dead = this.deadBlocks(base);
    if (
      recent.starts.length > Math.max(mergeBlocks, base.starts.length * mergeShare) ||
      dead > Math.max(mergeBlocks, base.starts.length * deadShare)
    ) {
      base = this.merged([base, recent]);
      recent = emptySegment;
    }
    return this.make([base, recent], this.rows);
  }

  private merged(segments: readonly Segment[]): Segment {
    const filled = segments.filter(({ firstBlock }) => firstBlock.length > 1);
    const parts = filled.map((segment) => ({
      segment,
      kept: Uint8Array.from(rowsOf(segment, this.rows), (row) => (row === undefined ? 0 : 1)),
    }));
    if (parts.length === 0) return emptySegment;
    if (parts.length === 1 && !parts[0]!.kept.includes(0)) return parts[0]!.segment;
    const { segment, files } = mergeSegments(parts);
    for (const [index, part] of parts.entries()) this.move(part.segment, segment, files[index]);
    return segment;
  }

  /** `files`: by their numbers, the new ones. */
  private move(from: Segment, to: Segment, files: Int32Array | undefined): void {
    for (const [path, row] of this.rows) {
      if (row.skipped !== undefined || row.place.segment !== from) continue;
      const { file } = row.place;
      this.rows.set(path, { ...row, place: { segment: to, file: files?.[file] ?? file } });
    }
  }

  private deadBlocks(segment: Segment): number {
    return rowsOf(segment, this.rows).reduce(
      (dead, row, file) =>
        row === undefined ? dead + segment.firstBlock[file + 1]! - segment.firstBlock[file]! : dead,
      0,
    );
  }
}
