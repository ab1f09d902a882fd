/** A file as what an index holds of it: for every block its range, its symbol and how often it has each term. */
import { type Block, blocksOf } from '../blocks.ts';
import { linesOf } from '../corpus-rules.ts';
import { symbolFinder } from '../symbols.ts';
import { termsOf, termsOfWord, wordsOf } from '../tokens.ts';

/** A term of the path counts as often as this in every block of the file. */
const pathWeight = 8;
/** And one of a name that the block defines, beside its own place in the text. */
const symbolWeight = 2;

export interface IndexedBlock extends Block {
  symbol: string | undefined;
  /** Terms of the text itself, for BM25. */
  length: number;
  /** How often each term occurs, weighted. */
  counts: ReadonlyMap<string, number>;
}

/** `termsOfWord` may be one that remembers. */
export function indexedBlocks(
  path: string,
  text: string,
  ofWord: (word: string) => readonly string[] = termsOfWord,
): IndexedBlock[] {
  const lines = linesOf(text);
  const symbolOf = symbolFinder(path);
  const ofPath = termsOf(path);
  return blocksOf(lines).map(({ start, end }) => {
    const counts = new Map<string, number>();
    const add = (terms: readonly string[], weight: number) => {
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + weight);
    };
    let length = 0;
    let symbol: string | undefined;
    for (const line of lines.slice(start - 1, end)) {
      for (const word of wordsOf(line)) {
        const terms = ofWord(word);
        length += terms.length;
        add(terms, 1);
      }
      const defined = symbolOf?.(line);
      if (defined === undefined) continue;
      symbol ??= defined;
      add(termsOf(defined), symbolWeight);
    }
    add(ofPath, pathWeight);
    return { start, end, symbol, length, counts };
  });
}
