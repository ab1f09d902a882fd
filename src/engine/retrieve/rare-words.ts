/** Which files a query is about: those that have some of its rare words. Common ones match in any file. */
import { queryWords } from '../../core/retrieve/tokens.ts';
import type { RetrievalEngine } from '../retrieval-ports.ts';

/** What fewer words have in common is chance. */
const leastWords = 2;
/** A word is rare in at most this share of the blocks, and never in more than `mostBlocks`. */
const rareShare = 0.05;
const mostBlocks = 200;
/** In a small tree also in a few blocks, which are a larger share of it. */
const fewBlocks = 8;
const fewShare = 0.2;
/** Each is a question to the engine. */
const mostTerms = 100;

/**
 * The files that have at least two rare words of the query; an identifier that is found whole counts for its parts.
 * `blocks`: how many the engine has, which must be up to date.
 */
export async function filesWithRareWords(
  query: string,
  { engine, blocks, signal }: { engine: RetrievalEngine; blocks: number; signal: AbortSignal },
): Promise<Set<string>> {
  const few = Math.max(2, Math.min(fewBlocks, blocks * fewShare));
  const rare = Math.floor(Math.min(mostBlocks, Math.max(few, blocks * rareShare)));
  const filesOf = new Map<string, ReadonlySet<string>>();
  const words = queryWords(query);
  for (const term of [...new Set(words.flat())].slice(0, mostTerms)) {
    const matches = await engine.match(new Map([[term, 1]]), { most: rare + 1, signal });
    if (matches.length <= rare) filesOf.set(term, new Set(matches.map(({ path }) => path)));
  }
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
