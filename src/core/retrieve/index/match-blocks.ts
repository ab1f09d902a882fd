/** BM25 over the blocks of an index that are left. */
import type { BlockMatch, QueryTerms } from '../types.ts';
import { type IndexedFile, type Manifest, rowsOf } from './manifest.ts';
import { keyOf, readPostings, type Segment, termAt } from './segment.ts';

const k1 = 2;
const b = 0.75;

interface Searched {
  segment: Segment;
  /** By file; undefined for one that is no longer there. */
  rows: readonly (IndexedFile | undefined)[];
  /** By block: its file's number. */
  fileOf: Uint32Array;
  /** By block: 1 if it is no longer there. Undefined if all are. */
  dead: Uint8Array | undefined;
}

/** What a search needs besides the postings; made once for an index. */
export interface Matching {
  searched: readonly Searched[];
  files: number;
  blocks: number;
  averageLength: number;
}

export function matchingOf(segments: readonly Segment[], manifest: Manifest): Matching {
  let [files, blocks, length] = [0, 0, 0];
  const searched = segments.map((segment) => {
    const rows = rowsOf(segment, manifest);
    const fileOf = new Uint32Array(segment.starts.length);
    let dead: Uint8Array | undefined;
    for (const [file, row] of rows.entries()) {
      const [from, to] = [segment.firstBlock[file]!, segment.firstBlock[file + 1]!];
      fileOf.fill(file, from, to);
      if (row === undefined) {
        dead ??= new Uint8Array(fileOf.length);
        dead.fill(1, from, to);
        continue;
      }
      files++;
      blocks += to - from;
      for (let block = from; block < to; block++) length += segment.lengths[block]!;
    }
    return { segment, rows, fileOf, dead };
  });
  return { searched, files, blocks, averageLength: Math.max(1, length) / Math.max(1, blocks) };
}

export function matchBlocks(
  matching: Matching,
  terms: QueryTerms,
  { accepts, most }: { accepts?: ((path: string) => boolean) | undefined; most: number },
): BlockMatch[] {
  const { searched, blocks: all, averageLength } = matching;
  const work = searched.map(({ segment: { starts } }) => ({
    scores: new Float64Array(starts.length),
    blocks: new Uint32Array(starts.length),
    counts: new Uint8Array(starts.length),
    read: 0,
  }));
  for (const [term, weight] of terms) {
    const key = keyOf(term);
    let having = 0;
    for (const [index, each] of searched.entries()) having += readLive(each, key, work[index]!);
    if (having === 0) continue;
    const idf = Math.log(1 + (all - having + 0.5) / (having + 0.5)) * weight * (k1 + 1);
    for (const [index, { segment }] of searched.entries()) {
      const { scores, blocks, counts, read } = work[index]!;
      for (let at = 0; at < read; at++) {
        const block = blocks[at]!;
        const count = counts[at]!;
        scores[block]! +=
          (idf * count) / (count + k1 * (1 - b + (b * segment.lengths[block]!) / averageLength));
      }
    }
  }
  const accepted = searched.map(({ rows }) => new Uint8Array(rows.length));
  const found: { score: number; index: number; block: number }[] = [];
  const least = leastOf(
    work.map(({ scores }, index) => {
      const { fileOf, rows } = searched[index]!;
      for (let block = 0; block < scores.length; block++) {
        if (scores[block] === 0 || accepts === undefined) continue;
        const file = fileOf[block]!;
        if (accepted[index]![file] === 0) accepted[index]![file] = accepts(rows[file]!.path) ? 1 : 2;
        if (accepted[index]![file] === 2) scores[block] = 0;
      }
      return scores;
    }),
    most,
  );
  for (const [index, { scores }] of work.entries())
    for (let block = 0; block < scores.length; block++)
      if (scores[block]! > 0 && scores[block]! >= least) found.push({ score: scores[block]!, index, block });
  return found
    .map(({ score, index, block }) => {
      const { segment, fileOf, rows } = searched[index]!;
      const { path, hash } = rows[fileOf[block]!]!;
      const symbol = segment.symbols[block]!;
      return {
        path,
        start: segment.starts[block]!,
        end: segment.ends[block]!,
        score,
        hash,
        symbol: symbol === '' ? undefined : symbol,
      };
    })
    .sort(
      (one, other) =>
        other.score - one.score ||
        (one.path === other.path ? one.start - other.start : one.path < other.path ? -1 : 1),
    )
    .slice(0, most);
}

/** Reads the term's postings without those of blocks that are gone. Gives how many are left. */
function readLive(
  { segment, dead }: Searched,
  key: number,
  work: { blocks: Uint32Array; counts: Uint8Array; read: number },
): number {
  work.read = 0;
  const term = termAt(segment.keys, key);
  if (term < 0) return 0;
  const { blocks, counts } = work;
  const read = readPostings(segment, term, blocks, counts);
  if (dead === undefined) {
    work.read = read;
    return read;
  }
  let left = 0;
  for (let at = 0; at < read; at++) {
    if (dead[blocks[at]!] === 1) continue;
    blocks[left] = blocks[at]!;
    counts[left++] = counts[at]!;
  }
  work.read = left;
  return left;
}

/** The score of which at most `most` are above it. */
function leastOf(scores: readonly Float64Array[], most: number): number {
  let count = 0;
  for (const each of scores) for (const score of each) if (score > 0) count++;
  if (count <= most) return 0;
  const positive = new Float64Array(count);
  let at = 0;
  for (const each of scores) for (const score of each) if (score > 0) positive[at++] = score;
  return positive.sort()[count - most]!;
}
