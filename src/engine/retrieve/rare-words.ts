/** Which files a query is about: those that have some of its rare words. Common ones match in any file. */
import { queryWords } from '../../core/retrieve/tokens.ts';
import type { Corpus } from '../../core/retrieve/types.ts';
import type { RetrievalEngine } from '../retrieval-ports.ts';

/** What fewer words have in common is chance. */
const leastWords = 2;
/**
 * A word is rare in at most this share of the blocks, or in two; and never in more than `mostBlocks`. Half of it would
 * rule out a fifth of what is rightly found, and hardly more of what is not.
 */
const rareShare = 0.2;
const fewBlocks = 2;
const mostBlocks = 1000;
/** Each is a question to the engine, so many of them at once. */
const mostTerms = 100;
const termsAtOnce = 16;

/**
 * The files that have at least two rare words of the query; an identifier that is found whole counts for its parts.
 * `blocks`: how many the engine has, which must be up to date.
 */
export async function filesWithRareWords(
  query: string,
  {
    engine,
    corpus,
    blocks,
    signal,
  }: { engine: RetrievalEngine; corpus: Corpus; blocks: number; signal: AbortSignal },
): Promise<Set<string>> {
  const rare = Math.min(mostBlocks, Math.max(fewBlocks, Math.floor(blocks * rareShare)));
  const filesOf = new Map<string, ReadonlySet<string>>();
  const words = queryWords(query);
  const all = [...new Set(words.flat())].slice(0, mostTerms);
  const ask = async (term: string) => {
    const matches = await engine.match(new Map([[term, 1]]), { corpus, most: rare + 1, signal });
    if (matches.length <= rare) filesOf.set(term, new Set(matches.map(({ path }) => path)));
  };
  for (let at = 0; at < all.length; at += termsAtOnce)
    await Promise.all(all.slice(at, at + termsAtOnce).map(ask));
  const found = new Map<string, Set<string>>();
  for (const terms of words)
    for (const term of terms)
      for (const path of filesOf.get(term) ?? []) {
        const had = found.get(path) ?? new Set();
        found.set(path, had);
        for (const each of isWhole(term, terms) ? terms : [term]) had.add(each);
      }
  return new Set([...found].filter(([, had]) => had.size >= leastWords).map(([path]) => path));
}

function isWhole(term: string, [first, second]: readonly string[]): boolean {
  return term === first && second !== undefined && first.length > second.length;
}
