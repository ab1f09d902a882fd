/** BM25 over the blocks of an index that are left. */

import { bestFirst, sorted } from '../best-first.ts';
import { blockWeights, lengthNorm, rarity } from '../bm25.ts';
import type { BlockMatch, QueryTerms } from '../types.ts';
import { type IndexedFile, type Manifest, rowsOf } from './manifest.ts';
import { keyOf, readPostings, type Segment, termAt } from './segment.ts';

/** Scores are sorted into so many classes to find the best ones without sorting all. */
const classes = 512;
/** The files of so many of the best blocks are given whole: what is to be changed in them may match less. */
const leadingBlocks = 50;

interface Searched {
  segment: Segment;
  /** By file; undefined for one that is no longer there. */
  rows: readonly (IndexedFile | undefined)[];
  /** By block: its file's number. */
  fileOf: Uint32Array;
  /** By block: 1 if it is no longer there. Undefined if all are. */
  dead: Uint8Array | undefined;
  /** By block: what a longer text takes from the weight of a count. */
  norms: Float64Array;
  /** Room for one search: scores by block, and the postings of a term. */
  scores: Float64Array;
  blocks: Uint32Array;
  counts: Uint8Array;
}

/** What a search needs besides the postings; made once for an index. */
export interface Matching {
  searched: readonly Searched[];
  files: number;
  blocks: number;
}

export function matchingOf(segments: readonly Segment[], manifest: Manifest): Matching {
  let [files, blocks, length] = [0, 0, 0];
  const searched = segments.map((segment) => {
    const size = segment.starts.length;
    const rows = rowsOf(segment, manifest);
    const fileOf = new Uint32Array(size);
    let dead: Uint8Array | undefined;
    for (const [file, row] of rows.entries()) {
      const [from, to] = [segment.firstBlock[file]!, segment.firstBlock[file + 1]!];
      fileOf.fill(file, from, to);
      if (row === undefined) {
        dead ??= new Uint8Array(size);
        dead.fill(1, from, to);
        continue;
      }
      files++;
      blocks += to - from;
      for (let block = from; block < to; block++) length += segment.lengths[block]!;
    }
    return {
      segment,
      rows,
      fileOf,
      dead,
      norms: new Float64Array(size),
      scores: new Float64Array(size),
      blocks: new Uint32Array(size),
      counts: new Uint8Array(size),
    };
  });
  const averageLength = Math.max(1, length) / Math.max(1, blocks);
  for (const { segment, norms } of searched)
    for (let block = 0; block < norms.length; block++)
      norms[block] = lengthNorm(blockWeights, segment.lengths[block]!, averageLength);
  return { searched, files, blocks };
}

export function matchBlocks(
  { searched, blocks }: Matching,
  terms: QueryTerms,
  { accepts, most }: { accepts?: ((path: string) => boolean) | undefined; most: number },
): BlockMatch[] {
  for (const { scores } of searched) scores.fill(0);
  for (const [term, weight] of terms) {
    const key = keyOf(term);
    const read = searched.map((each) => readLive(each, key));
    const having = read.reduce((sum, count) => sum + count, 0);
    const value = rarity(blocks, having) * weight * (blockWeights.k1 + 1);
    for (const [index, each] of searched.entries()) addScores(each, read[index]!, value);
  }
  if (accepts !== undefined) for (const each of searched) dropOthers(each, accepts);
  return sorted(best(searched, most), ({ score }) => score, bestFirst);
}

/** Reads the term's postings without those of blocks that are gone. Gives how many there are. */
function readLive({ segment, dead, blocks, counts }: Searched, key: number): number {
  const term = termAt(segment.keys, key);
  if (term < 0) return 0;
  const read = readPostings(segment, term, blocks, counts);
  if (dead === undefined) return read;
  let left = 0;
  for (let at = 0; at < read; at++) {
    if (dead[blocks[at]!] === 1) continue;
    blocks[left] = blocks[at]!;
    counts[left++] = counts[at]!;
  }
  return left;
}

function addScores({ scores, blocks, counts, norms }: Searched, read: number, value: number): void {
  for (let at = 0; at < read; at++) {
    const block = blocks[at]!;
    const count = counts[at]!;
    scores[block]! += (value * count) / (count + norms[block]!);
  }
}

function dropOthers({ scores, fileOf, rows }: Searched, accepts: (path: string) => boolean): void {
  const dropped: (boolean | undefined)[] = [];
  for (let block = 0; block < scores.length; block++) {
    if (scores[block] === 0) continue;
    const file = fileOf[block]!;
    dropped[file] ??= !accepts(rows[file]!.path);
    if (dropped[file]) scores[block] = 0;
  }
}

/** The best `most` blocks and some more: all that match of the files that have the very best. */
function best(searched: readonly Searched[], most: number): BlockMatch[] {
  const matching = searched.map(compact);
  let top = 0;
  for (const { values, count } of matching)
    for (let at = 0; at < count; at++) top = Math.max(top, values[at]!);
  const scale = (classes - 1) / top;
  const sizes = new Uint32Array(classes);
  for (const { values, count } of matching)
    for (let at = 0; at < count; at++) sizes[(values[at]! * scale) | 0]!++;
  const least = classOfBest(sizes, most);
  const leading = classOfBest(sizes, Math.min(most, leadingBlocks));
  const found: BlockMatch[] = [];
  for (const [index, { segment, fileOf, rows }] of searched.entries()) {
    const { values, blocks, count } = matching[index]!;
    const leads = new Uint8Array(rows.length);
    for (let at = 0; at < count; at++) if (values[at]! * scale >= leading) leads[fileOf[blocks[at]!]!] = 1;
    for (let at = 0; at < count; at++) {
      const block = blocks[at]!;
      const file = fileOf[block]!;
      if (values[at]! * scale < least && leads[file] === 0) continue;
      const { path, hash } = rows[file]!;
      found.push({
        path,
        start: segment.starts[block]!,
        end: segment.ends[block]!,
        score: values[at]!,
        hash,
        symbol: segment.symbols[block] || undefined,
      });
    }
  }
  return found;
}

/** Moves what matches to the front, which leaves less to go through: blocks, and their scores in `scores`. */
function compact({ scores, blocks }: Searched): { values: Float64Array; blocks: Uint32Array; count: number } {
  let count = 0;
  for (let block = 0; block < scores.length; block++) {
    const score = scores[block]!;
    // A block that does not match is written over by the next.
    scores[count] = score;
    blocks[count] = block;
    if (score !== 0) count++;
  }
  return { values: scores, blocks, count };
}

/** The class from which on there are `most` scores, if there are so many. */
function classOfBest(sizes: Uint32Array, most: number): number {
  let least = classes - 1;
  for (let left = most - sizes[least]!; left > 0 && least > 0; left -= sizes[least]!) least--;
  return least;
}
