/** The vocabulary of retrieval: what is searched, what an engine is asked, what a search brings. */

export const fileKinds = ['source', 'tests', 'docs', 'other'] as const;
/** `other` is text that is none of these: configuration, data, styles. */
export type FileKind = (typeof fileKinds)[number];

/** Why a file is not searched. */
export const skipReasons = [
  'too-large',
  'binary',
  'lock-file',
  'minified',
  'generated',
  'vendored',
  'outside',
  'secret',
  'excluded',
  'unreadable',
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** A file of the corpus. */
export interface CorpusEntry {
  /** Relative to the base, with slashes. */
  path: string;
  /** Differs if the file may have changed: from its size, its times and its inode. */
  stamp: string;
}

export interface CorpusText {
  text: string;
  /** Of the file's bytes. */
  hash: string;
}

/** What there is to search at this moment. */
export interface Corpus {
  /** Absolute path of the folder that is searched: the top of the repository, or the working directory outside one. */
  base: string;
  /** Sorted by path. Left out is what its name or its size rules out. */
  entries: readonly CorpusEntry[];
  /** How many files were left out by name or size, by reason. */
  skipped: Partial<Record<SkipReason, number>>;
  warnings: readonly string[];
  /** Reads a file as it is now, with the stamp that belongs to the text; or why it cannot be searched. */
  read(path: string): (CorpusText & { stamp: string }) | { skipped: SkipReason; stamp?: string | undefined };
}

/** A block of a file; lines count from 1 and both are included. */
export interface BlockRange {
  path: string;
  start: number;
  end: number;
}

/** A block that matches. */
export interface BlockMatch extends BlockRange {
  /** BM25 over the block, its path and its symbols; 0 and more, comparable within one answer alone. */
  score: number;
  /** Hash of the file from which the block was cut. */
  hash: string;
  /** What the block defines first, e.g. a function's name. */
  symbol?: string | undefined;
}

/** A query as terms with weights; never empty. */
export type QueryTerms = ReadonlyMap<string, number>;

export interface IndexUpdate {
  files: number;
  blocks: number;
  /** Files that were cut anew or forgotten by this update. */
  updated: number;
  /** Whether an index was there but could not be used. */
  rebuilt: boolean;
  /** Files that were found to be no text for a search when they were read, by reason. */
  skipped: Partial<Record<SkipReason, number>>;
  warnings: readonly string[];
}

/** A past commit, newest first. */
export interface PastCommit {
  subject: string;
  paths: readonly string[];
}
