/** What an index knows of each file: at which state it was looked at, and where its blocks are. */
import type { SkipReason } from '../types.ts';
import type { Segment } from './segment.ts';

/** A file whose blocks are in the index. */
export interface IndexedFile {
  path: string;
  stamp: string;
  /** Of the file's bytes. */
  hash: string;
  skipped?: undefined;
}

/** A file that was read and found to be no text for a search. */
export interface SkippedFile {
  path: string;
  stamp: string;
  hash?: undefined;
  skipped: SkipReason;
}

export interface Place {
  segment: Segment;
  /** The file's number there. */
  file: number;
}

export type PlacedFile = IndexedFile & { place: Place };
export type ManifestRow = PlacedFile | SkippedFile;
export type Manifest = ReadonlyMap<string, ManifestRow>;

/** By file of the segment: its row, undefined for a file that was replaced or removed. */
export function rowsOf(segment: Segment, manifest: Manifest): (PlacedFile | undefined)[] {
  const rows = new Array<PlacedFile | undefined>(segment.firstBlock.length - 1).fill(undefined);
  for (const row of manifest.values())
    if (row.skipped === undefined && row.place.segment === segment) rows[row.place.file] = row;
  return rows;
}
