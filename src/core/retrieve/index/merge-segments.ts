/** Makes one segment of several, without the files that are no longer wanted. */
import { PostingsWriter, readPostings, type Segment } from './segment.ts';

export interface Part {
  segment: Segment;
  /** By file: 1 if it is kept. */
  kept: Uint8Array;
}

/** `files`: by part and file, its number in the new segment; -1 for one that is not kept. */
export function mergeSegments(parts: readonly Part[]): { segment: Segment; files: Int32Array[] } {
  const firstBlock = [0];
  const starts: number[] = [];
  const ends: number[] = [];
  const lengths: number[] = [];
  const symbols: string[] = [];
  const files: Int32Array[] = [];
  const renumbered: Int32Array[] = [];
  for (const { segment, kept } of parts) {
    const numbers = new Int32Array(kept.length).fill(-1);
    const blocks = new Int32Array(segment.starts.length).fill(-1);
    for (let file = 0; file < kept.length; file++) {
      if (kept[file] === 0) continue;
      numbers[file] = firstBlock.length - 1;
      for (let block = segment.firstBlock[file]!; block < segment.firstBlock[file + 1]!; block++) {
        blocks[block] = starts.length;
        starts.push(segment.starts[block]!);
        ends.push(segment.ends[block]!);
        lengths.push(segment.lengths[block]!);
        symbols.push(segment.symbols[block]!);
      }
      firstBlock.push(starts.length);
    }
    files.push(numbers);
    renumbered.push(blocks);
  }
  return {
    segment: {
      firstBlock: Uint32Array.from(firstBlock),
      starts: Uint32Array.from(starts),
      ends: Uint32Array.from(ends),
      lengths: Uint16Array.from(lengths),
      symbols,
      ...mergePostings(parts, renumbered),
    },
    files,
  };
}

/** `renumbered`: by part and block, its new number; -1 for one that goes. */
function mergePostings(
  parts: readonly Part[],
  renumbered: readonly Int32Array[],
): Pick<Segment, 'keys' | 'postingEnds' | 'postings'> {
  const mostTerms = parts.reduce((sum, { segment }) => sum + segment.keys.length, 0);
  const keys = new Float64Array(mostTerms);
  const postingEnds = new Uint32Array(mostTerms);
  const writer = new PostingsWriter(parts.reduce((sum, { segment }) => sum + segment.postings.length, 0) + 8);
  const room = Math.max(0, ...parts.map(({ segment }) => segment.starts.length));
  const blocks = new Uint32Array(room);
  const counts = new Uint8Array(room);
  const at = parts.map(() => 0);
  let terms = 0;
  let written = 0;
  for (;;) {
    let key = Number.POSITIVE_INFINITY;
    for (const [index, { segment }] of parts.entries()) key = Math.min(key, segment.keys[at[index]!] ?? key);
    if (key === Number.POSITIVE_INFINITY) break;
    for (const [index, { segment }] of parts.entries()) {
      const term = at[index]!;
      if (segment.keys[term] !== key) continue;
      at[index] = term + 1;
      const read = readPostings(segment, term, blocks, counts);
      const numbers = renumbered[index]!;
      for (let posting = 0; posting < read; posting++) {
        const block = numbers[blocks[posting]!]!;
        if (block >= 0) writer.add(block, counts[posting]!);
      }
    }
    const end = writer.endTerm();
    // A term that no kept block has goes as well.
    if (end === written) continue;
    written = end;
    keys[terms] = key;
    postingEnds[terms++] = end;
  }
  return {
    keys: keys.slice(0, terms),
    postingEnds: postingEnds.slice(0, terms),
    postings: writer.finish(),
  };
}
