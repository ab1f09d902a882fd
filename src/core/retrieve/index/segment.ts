/**
 * A part of the index that never changes: the blocks of some files, and for every term the blocks that have it. Terms
 * are held as hashes; of the text, only the names that are defined in it can be read from a segment.
 */

export interface Segment {
  /** By file, and one more: the number of its first block. A file's blocks follow each other. */
  firstBlock: Uint32Array;
  /** By block: its first line. */
  starts: Uint32Array;
  /** By block: its last line. */
  ends: Uint32Array;
  /** By block: how many terms its text has. */
  lengths: Uint16Array;
  /** By block: what it defines; '' for nothing. */
  symbols: readonly string[];
  /** Hashes of the terms, ascending. */
  keys: Float64Array;
  /** By term: where its postings end; those of the next start there. */
  postingEnds: Uint32Array;
  /**
   * By term, the blocks in ascending order: how far a block is behind the one before (the first: behind -1), times two,
   * plus one where a byte with the count follows, as it does for counts above 1. In groups of seven bits, lowest first.
   */
  postings: Uint8Array;
}

export const mostCount = 255;
export const mostLength = 65_535;

export const emptySegment: Segment = {
  firstBlock: new Uint32Array(1),
  starts: new Uint32Array(0),
  ends: new Uint32Array(0),
  lengths: new Uint16Array(0),
  symbols: [],
  keys: new Float64Array(0),
  postingEnds: new Uint32Array(0),
  postings: new Uint8Array(0),
};

/** A whole number of 53 bits: among a million terms, two share one with a probability of 1 : 18,000. */
export function keyOf(term: string): number {
  let one = 0x811c9dc5;
  let two = 0x9747b28c;
  for (let at = 0; at < term.length; at++) {
    const unit = term.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    two = Math.imul((two << 13) ^ (two >>> 19) ^ unit, 0x01000193);
  }
  two ^= two >>> 15;
  return (one >>> 0) * 0x20_0000 + (two >>> 11);
}

/** The term's number; -1 if the segment does not have it. */
export function termAt(keys: Float64Array, key: number): number {
  let low = 0;
  let high = keys.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else if (keys[middle]! > key) high = middle - 1;
    else return middle;
  }
  return -1;
}

/** Reads a term's postings into `blocks` and `counts`, which have room for all blocks. Gives how many there are. */
export function readPostings(
  segment: Segment,
  term: number,
  blocks: Uint32Array,
  counts: Uint8Array,
): number {
  const { postings, postingEnds } = segment;
  const end = postingEnds[term]!;
  let at = term === 0 ? 0 : postingEnds[term - 1]!;
  let block = -1;
  let read = 0;
  while (at < end) {
    let byte = postings[at++]!;
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = postings[at++]!;
      value |= (byte & 127) << shift;
    }
    block += value >>> 1;
    blocks[read] = block;
    counts[read++] = (value & 1) === 0 ? 1 : postings[at++]!;
  }
  return read;
}

/** Whether all that is read from the segment lies within it: one that was not made here may hold anything. */
export function isSound(segment: Segment): boolean {
  const { firstBlock, starts, ends, keys, postingEnds, postings } = segment;
  const blocks = starts.length;
  if (firstBlock[0] !== 0 || firstBlock.at(-1) !== blocks) return false;
  for (let file = 1; file < firstBlock.length; file++)
    if (firstBlock[file]! < firstBlock[file - 1]!) return false;
  for (let block = 0; block < blocks; block++)
    if (starts[block] === 0 || ends[block]! < starts[block]!) return false;
  let at = 0;
  for (let term = 0; term < keys.length; term++) {
    const key = keys[term]!;
    if (!(key >= 0) || (term > 0 && !(key > keys[term - 1]!))) return false;
    const end = postingEnds[term]!;
    if (end <= at || end > postings.length) return false;
    let block = -1;
    while (at < end) {
      let byte = postings[at++]!;
      let value = byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        if (at >= end || shift > 21) return false;
        byte = postings[at++]!;
        value |= (byte & 127) << shift;
      }
      block += value >>> 1;
      if (value < 2 || block >= blocks) return false;
      if ((value & 1) === 1 && (at >= end || postings[at++]! < 2)) return false;
    }
  }
  return at === postings.length;
}

/** Writes postings, one term after the other. */
export class PostingsWriter {
  private bytes: Uint8Array;
  private at = 0;
  private before = -1;

  constructor(room: number) {
    this.bytes = new Uint8Array(Math.max(64, room));
  }

  add(block: number, count: number): void {
    if (this.at + 8 > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    let value = (block - this.before) * 2 + (count > 1 ? 1 : 0);
    this.before = block;
    for (; value > 127; value >>>= 7) this.bytes[this.at++] = (value & 127) | 128;
    this.bytes[this.at++] = value;
    if (count > 1) this.bytes[this.at++] = count;
  }

  /** Where the term's postings end. */
  endTerm(): number {
    this.before = -1;
    return this.at;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }
}
