/**
 * The dialects of edits, one row each: where a block starts, how it is read, what its hunks can be relied on for
 * and how a model is asked for it. The order is the one in which they are tried on a line.
 */
import type { Dialect } from '../types.ts';
import type { DialectRow } from './dialect.ts';
import { type SearchReplaceBlock, searchReplace } from './search-replace.ts';
import { type UnifiedBlock, unified } from './unified.ts';
import { type V4aBlock, v4a } from './v4a.ts';
import { type WholeFileBlock, wholeFile } from './whole-file.ts';

interface Blocks {
  'search-replace': SearchReplaceBlock;
  v4a: V4aBlock;
  unified: UnifiedBlock;
  'whole-file': WholeFileBlock;
}

const rows = {
  'search-replace': searchReplace,
  v4a,
  unified,
  'whole-file': wholeFile,
} satisfies Record<Dialect, { name: Dialect }>;

export const dialects: {
  readonly [D in Dialect]: DialectRow<Blocks[D]> & Pick<(typeof rows)[D], 'contract'>;
} = rows;

/** A block of an answer, with the dialect that reads it. */
export type Section<D extends Dialect = Dialect> = { [K in D]: { dialect: K; block: Blocks[K] } }[D];

/** The dialects that models are asked for. */
export type PatchFormat = {
  [D in Dialect]: (typeof rows)[D]['contract'] extends string ? D : never;
}[Dialect];
