/**
 * One search: what there is now is listed, the index made equal to it, blocks matched, ranked and packed. What is shown
 * is read from the files at the end, so that no line is older than the search.
 */

import { kindOf } from '../../core/input/file-kind.ts';
import { packBlocks } from '../../core/retrieve/budget.ts';
import { linesOf } from '../../core/retrieve/corpus-rules.ts';
import { History } from '../../core/retrieve/history.ts';
import { mostMatches, type RankedBlock, rank } from '../../core/retrieve/rank.ts';
import { symbolFinder } from '../../core/retrieve/symbols.ts';
import type {
  BlockRange,
  Corpus,
  FileKind,
  IndexUpdate,
  PastCommit,
  QueryTerms,
  SkipReason,
} from '../../core/retrieve/types.ts';
import type { CorpusSource, RetrievalEngine } from '../retrieval-ports.ts';
import { filesWithRareWords } from './rare-words.ts';

export interface SearchRequest {
  terms: QueryTerms;
  /** In the user's words, for an engine that searches by meaning as well. */
  query?: string | undefined;
  /** Patterns of what is left out, beside what the folder itself leaves out. */
  exclude: readonly string[];
  /** Paths or patterns that say which of several folders is searched, as in `CorpusSource.list`. */
  near?: readonly string[] | undefined;
  /** Which files of the corpus are searched. Default, and if it gives none: all. */
  choose?: ((corpus: Corpus) => Promise<ReadonlySet<string> | undefined>) | undefined;
  /** Only files that have at least two of the query's rare words. Default false: whatever matches. */
  sureOnly?: boolean | undefined;
  /** At most so many passages, and so many tokens of their text. */
  limit: number;
  maxTokens: number;
  /** What showing a passage takes beside its text, in tokens, which counts for each but one. Default 0. */
  perPassage?: number | undefined;
}

export interface SearchOptions {
  signal: AbortSignal;
  onProgress?: ((done: number, total: number) => void) | undefined;
  onNotice?: ((text: string) => void) | undefined;
}

export interface FoundPassage extends BlockRange {
  /** What the order follows from; about 1 and more for what fits best. */
  score: number;
  symbol: string | undefined;
  kind: FileKind;
  text: string;
  tokens: number;
}

export interface SearchResult {
  /** The folder that the paths are relative to. */
  base: string;
  /** The best first. */
  passages: FoundPassage[];
  /** The text of each file that has a passage, of the same moment. */
  texts: ReadonlyMap<string, string>;
  /** Blocks that fit the query, whether shown or not. */
  matched: number;
  files: number;
  blocks: number;
  updated: number;
  /** Files that were left out, by reason. */
  skipped: Partial<Record<SkipReason, number>>;
  warnings: string[];
}

export async function search(
  request: SearchRequest,
  { corpus: source, engine }: { corpus: CorpusSource; engine: RetrievalEngine },
  { signal, onProgress, onNotice }: SearchOptions,
): Promise<SearchResult> {
  for (let again = false; ; again = true) {
    const corpus = await source.list({ exclude: request.exclude, near: request.near, signal });
    const chosen = await request.choose?.(corpus);
    const reading = source.history(corpus.base, signal);
    // It may fail while the index is made.
    reading.catch(() => {});
    const update = await engine.update(corpus, { signal, onProgress, onNotice });
    const { blocks: indexed } = update;
    const sure = request.sureOnly
      ? await filesWithRareWords(request.query ?? '', { engine, corpus, blocks: indexed, signal })
      : undefined;
    const matches = await engine.match(request.terms, {
      corpus,
      accepts: (chosen ?? sure) && ((path) => chosen?.has(path) !== false && sure?.has(path) !== false),
      most: mostMatches,
      query: request.query,
      signal,
    });
    const past = matches.length === 0 ? undefined : historyOf(await reading).scores(request.terms);
    const { blocks } = rank(matches, { terms: request.terms, past });
    const reader = currentLines(corpus, blocks);
    const passages = packBlocks(blocks, { ...request, textOf: reader.textOf });
    // A file that has changed since it was cut is cut once more; what changes all the time is left out.
    if (reader.changed && !again) continue;
    return {
      base: corpus.base,
      passages: passages.map((passage) => ({
        ...passage,
        symbol: passage.symbol ?? firstSymbol(passage),
        kind: kindOf(passage.path),
      })),
      texts: reader.texts,
      matched: blocks.length,
      ...countsOf(corpus, update),
    };
  }
}

/** What a passage defines first, for an engine that knows only where its blocks are. */
function firstSymbol({ path, text }: { path: string; text: string }): string | undefined {
  const symbolOf = symbolFinder(path);
  for (const line of symbolOf === undefined ? [] : text.split('\n')) {
    const symbol = symbolOf!(line);
    if (symbol !== undefined) return symbol;
  }
  return undefined;
}

/** Gives lines of files as they are now; undefined for those of a file that is not as it was when its blocks were cut. */
function currentLines(corpus: Corpus, blocks: readonly RankedBlock[]) {
  const hashes = new Map(blocks.map(({ path, hash }) => [path, hash]));
  const read = new Map<string, { text: string; lines: string[] } | undefined>();
  const reader = {
    changed: false,
    texts: new Map<string, string>(),
    textOf({ path, start, end }: BlockRange): string | undefined {
      if (!read.has(path)) {
        const found = corpus.read(path);
        const same = 'text' in found && found.hash === hashes.get(path);
        if (!same) reader.changed = true;
        else reader.texts.set(path, found.text);
        read.set(path, same ? { text: found.text, lines: linesOf(found.text) } : undefined);
      }
      const lines = read.get(path)?.lines;
      // An engine that is asked over the network may name any lines.
      if (lines === undefined || start < 1 || end < start || end > lines.length) return undefined;
      return lines.slice(start - 1, end).join('\n');
    },
  };
  return reader;
}

function countsOf(corpus: Corpus, update: IndexUpdate) {
  const skipped = { ...corpus.skipped };
  for (const [reason, count] of Object.entries(update.skipped) as [SkipReason, number][])
    skipped[reason] = (skipped[reason] ?? 0) + count;
  return {
    files: update.files,
    blocks: update.blocks,
    updated: update.updated,
    skipped,
    warnings: [...corpus.warnings, ...update.warnings],
  };
}

/** To take the messages apart takes longer than a search in them. */
const histories = new WeakMap<readonly PastCommit[], History>();

function historyOf(commits: readonly PastCommit[]): History {
  const known = histories.get(commits) ?? new History(commits);
  histories.set(commits, known);
  return known;
}
