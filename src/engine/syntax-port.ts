/** The port through which texts are parsed. */
import type { GrammarName } from '../core/syntax/grammars.ts';
import type { SyntaxNode } from '../core/syntax/tree.ts';

/** Formats of data that are parsed without a grammar. */
export type DataFormat = 'yaml' | 'toml';

export interface DataFault {
  /** From 1. */
  line: number;
  message: string;
}

export interface Syntax {
  /**
   * Parses the text and hands its root to `read`, which must not keep a node: the tree is freed afterwards. A text with
   * errors has a tree as well. Rejects with `NotParsed` if there is none, and with what `read` throws.
   */
  use<T>(grammar: GrammarName, text: string, read: (root: SyntaxNode) => T): Promise<T>;
  /** Where a text is not valid; undefined if it is. Rejects with `NotParsed` if it is too long. */
  dataFault(format: DataFormat, text: string): Promise<DataFault | undefined>;
}

/** A text could not be parsed for a reason that is not in it: the grammar cannot be loaded, or it is too long. */
export class NotParsed extends Error {
  override readonly name = 'NotParsed';
}
