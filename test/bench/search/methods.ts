/** Ways to order the files of a snapshot for a query. */
import MiniSearch from 'minisearch';
import { blocksOf } from '../../../src/core/retrieve/blocks.ts';
import { packBlocks } from '../../../src/core/retrieve/budget.ts';
import { linesOf } from '../../../src/core/retrieve/corpus-rules.ts';
import { History } from '../../../src/core/retrieve/history.ts';
import { EmbeddedIndex } from '../../../src/core/retrieve/index/embedded-index.ts';
import { mostMatches, rank } from '../../../src/core/retrieve/rank.ts';
import { queryTerms, termsOf } from '../../../src/core/retrieve/tokens.ts';
import type { BlockRange, PastCommit } from '../../../src/core/retrieve/types.ts';
import { tokensAroundPassage } from '../../../src/engine/retrieval-ports.ts';
import type { TextFile } from './snapshot.ts';

export interface Answer {
  files: string[];
  /** What fits into the token budget; undefined for a method without blocks. */
  passages: BlockRange[] | undefined;
}
export type Method = (query: string) => Answer;

const maxTokens = 4000;

export function indexOf(files: readonly TextFile[]): EmbeddedIndex {
  const edit = EmbeddedIndex.empty().edit();
  for (const { path, text } of files) edit.put({ path, stamp: '', hash: '', text });
  return edit.done();
}

export function orch(
  files: readonly TextFile[],
  index: EmbeddedIndex,
  commits: readonly PastCommit[],
): Method {
  const lines = new Map(files.map(({ path, text }) => [path, linesOf(text)]));
  const history = new History(commits);
  return (query) => {
    const terms = queryTerms(query);
    if (terms === undefined) return { files: [], passages: [] };
    const matches = index.match(terms, { most: mostMatches });
    const ranked = rank(matches, { terms, past: history.scores(terms) });
    const passages = packBlocks(ranked.blocks, {
      maxTokens,
      perPassage: tokensAroundPassage,
      limit: Number.POSITIVE_INFINITY,
      textOf: ({ path, start, end }) =>
        lines
          .get(path)!
          .slice(start - 1, end)
          .join('\n'),
    });
    return { files: ranked.files.map(({ path }) => path), passages };
  };
}

/** What a search by hand does: which files have most of the words, then which have them most often. */
export function grep(files: readonly TextFile[]): Method {
  const lower = files.map(({ path, text }) => ({ path, text: text.toLowerCase() }));
  return (query) => {
    const words = [...new Set(query.toLowerCase().match(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu) ?? [])].filter(
      (word) => queryTerms(word) !== undefined,
    );
    const found = lower.flatMap(({ path, text }) => {
      let [distinct, hits] = [0, 0];
      for (const word of words) {
        const count = text.split(word).length - 1;
        hits += count;
        if (count > 0) distinct++;
      }
      return distinct === 0 ? [] : [{ path, distinct, hits }];
    });
    found.sort(
      (one, other) =>
        other.distinct - one.distinct || other.hits - one.hits || (one.path < other.path ? -1 : 1),
    );
    return { files: found.map(({ path }) => path), passages: undefined };
  };
}

/** The library, given the same blocks and the same terms. */
export function miniSearchOf(files: readonly TextFile[]): MiniSearch {
  const search = new MiniSearch({
    fields: ['path', 'text'],
    storeFields: ['path'],
    tokenize: termsOf,
    processTerm: (term) => term,
  });
  let id = 0;
  for (const { path, text } of files) {
    const lines = linesOf(text);
    for (const { start, end } of blocksOf(lines))
      search.add({ id: id++, path, text: lines.slice(start - 1, end).join('\n') });
  }
  return search;
}

export function miniSearch(search: MiniSearch): Method {
  return (query) => {
    const terms = queryTerms(query) ?? new Map();
    const found = search.search([...terms.keys()].join(' '), { tokenize: (text) => text.split(' ') });
    return { files: [...new Set(found.map(({ path }) => path as string))], passages: undefined };
  };
}
