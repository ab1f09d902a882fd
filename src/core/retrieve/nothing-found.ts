/** What a search that shows nothing says: why, and what would help. */
import { formatCount } from '../text/format.ts';
import { printable } from '../text/hidden.ts';
import type { SkipReason } from './types.ts';

export interface EmptySearch {
  /** Files of the corpus, and how many of them were chosen; undefined for all. */
  files: number;
  chosen: number | undefined;
  /** What chose them. */
  by: { files?: readonly string[] | undefined; kind?: string | undefined; language?: string | undefined };
  skipped: Partial<Record<SkipReason, number>>;
  /** Blocks that fit the query. */
  matched: number;
  maxTokens: number;
}

/** Such as "nothing found in 473 files (left out: 5 binary): try other words, such as names in the code". */
export function nothingFound({ files, chosen, by, skipped, matched, maxTokens }: EmptySearch): string {
  if (matched > 0)
    return `no block that was found fits in ${formatCount(maxTokens)} tokens: allow more of them`;
  const leftOut = Object.entries(skipped).map(([reason, count]) => `${formatCount(count)} ${reason}`);
  const others = leftOut.length === 0 ? '' : ` (left out: ${leftOut.join(', ')})`;
  if (files === 0) return `there is no file to search here${others}`;
  const counted = `${formatCount(files)} ${files === 1 ? 'file' : 'files'}${others}`;
  if (chosen !== 0) return `nothing found in ${counted}: try other words, such as names in the code`;
  const wanted = [
    ...(by.files === undefined ? [] : ['the given paths']),
    ...(by.kind === undefined || by.kind === 'all' ? [] : [`the kind ${by.kind}`]),
    ...(by.language === undefined ? [] : [`the language ${printable(by.language)}`]),
  ];
  return `nothing was searched: none of ${counted} fits ${wanted.join(' and ')}`;
}
