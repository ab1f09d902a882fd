/** Makes a segment of files. */
import { termsOfWord } from '../tokens.ts';
import { keyOf, mostCount, mostLength, PostingsWriter, type Segment } from './segment.ts';
import { indexedBlocks } from './terms-of-file.ts';

/** Words whose terms are remembered; after that many it starts anew, so that memory stays bounded. */
const mostWords = 100_000;
/** From this length on, V8 lets a part of a text point into it, and would keep the whole text for one word. */
const leastSliced = 13;

export class SegmentBuilder {
  private readonly firstBlock: number[] = [0];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly lengths: number[] = [];
  private readonly symbols: string[] = [];
  private readonly terms = new Map<string, number>();
  private readonly keys: number[] = [];
  /** By term: how many blocks have it. */
  private readonly sizes: number[] = [];
  private words = new Map<string, readonly string[]>();
  /** What was counted, in the order of the blocks: term, block and count of each. */
  private ofTerm = new Uint32Array(1024);
  private inBlock = new Uint32Array(1024);
  private counted = new Uint8Array(1024);
  private pairs = 0;

  /** Gives the file's number in the segment. */
  add(path: string, text: string): number {
    for (const { start, end, symbol, length, counts } of indexedBlocks(path, text, (word) =>
      this.termsOf(word),
    )) {
      const block = this.starts.length;
      this.starts.push(start);
      this.ends.push(end);
      this.lengths.push(Math.min(length, mostLength));
      this.symbols.push(symbol === undefined ? '' : copyOf(symbol));
      for (const [term, count] of counts) this.count(term, block, Math.min(count, mostCount));
    }
    this.firstBlock.push(this.starts.length);
    return this.firstBlock.length - 2;
  }

  finish(): Segment {
    const { keys, sizes, pairs, ofTerm, inBlock, counted } = this;
    const order = Uint32Array.from(keys.keys()).sort((one, other) => keys[one]! - keys[other]!);
    // Sorted by term, each term's blocks stay in order.
    const next = new Uint32Array(keys.length);
    let at = 0;
    for (const term of order) {
      next[term] = at;
      at += sizes[term]!;
    }
    const blocks = new Uint32Array(pairs);
    const counts = new Uint8Array(pairs);
    for (let pair = 0; pair < pairs; pair++) {
      const to = next[ofTerm[pair]!]!++;
      blocks[to] = inBlock[pair]!;
      counts[to] = counted[pair]!;
    }
    const writer = new PostingsWriter(pairs * 2);
    const postingEnds = new Uint32Array(keys.length);
    let from = 0;
    for (const [index, term] of order.entries()) {
      const end = from + sizes[term]!;
      for (; from < end; from++) writer.add(blocks[from]!, counts[from]!);
      postingEnds[index] = writer.endTerm();
    }
    return {
      firstBlock: Uint32Array.from(this.firstBlock),
      starts: Uint32Array.from(this.starts),
      ends: Uint32Array.from(this.ends),
      lengths: Uint16Array.from(this.lengths),
      symbols: this.symbols,
      keys: Float64Array.from(order, (term) => keys[term]!),
      postingEnds,
      postings: writer.finish(),
    };
  }

  private count(term: string, block: number, count: number): void {
    let number = this.terms.get(term);
    if (number === undefined) {
      number = this.keys.length;
      this.terms.set(term, number);
      this.keys.push(keyOf(term));
      this.sizes.push(0);
    }
    if (this.pairs === this.ofTerm.length) {
      this.ofTerm = twice(this.ofTerm, new Uint32Array(2 * this.pairs));
      this.inBlock = twice(this.inBlock, new Uint32Array(2 * this.pairs));
      this.counted = twice(this.counted, new Uint8Array(2 * this.pairs));
    }
    this.ofTerm[this.pairs] = number;
    this.inBlock[this.pairs] = block;
    this.counted[this.pairs++] = count;
    this.sizes[number]!++;
  }

  private termsOf(word: string): readonly string[] {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    if (this.words.size >= mostWords) this.words = new Map();
    const copy = copyOf(word);
    const terms = termsOfWord(copy);
    this.words.set(copy, terms);
    return terms;
  }
}

function twice<T extends Uint32Array | Uint8Array>(full: T, larger: T): T {
  larger.set(full);
  return larger;
}

/** A string of its own, also where V8 would make one that points into a longer text. */
function copyOf(text: string): string {
  if (text.length < leastSliced) return text;
  const units: number[] = [];
  for (let at = 0; at < text.length; at++) units.push(text.charCodeAt(at));
  return String.fromCharCode(...units);
}
