/** A syntax tree, as far as it is read here. The nodes of web-tree-sitter fit. */

/** Rows and columns count from 0. */
export interface SyntaxPoint {
  row: number;
  column: number;
}

/** Valid only until its tree is freed: see `Syntax` in engine/syntax-port.ts. */
export interface SyntaxNode {
  readonly type: string;
  readonly text: string;
  /** In UTF-16 units, like the indexes of a string. */
  readonly startIndex: number;
  readonly endIndex: number;
  readonly startPosition: SyntaxPoint;
  readonly endPosition: SyntaxPoint;
  readonly childCount: number;
  readonly namedChildCount: number;
  readonly parent: SyntaxNode | null;
  /** False for keywords and signs. */
  readonly isNamed: boolean;
  /** Text that fits nowhere. */
  readonly isError: boolean;
  /** Assumed by the parser, so that the rest makes sense; it has no text. */
  readonly isMissing: boolean;
  /** It, or something in it, is an error or missing. */
  readonly hasError: boolean;
  /** All at once: of a node with very many, `child` takes long for each. */
  readonly children: readonly (SyntaxNode | null)[];
  readonly namedChildren: readonly (SyntaxNode | null)[];
  child(index: number): SyntaxNode | null;
  namedChild(index: number): SyntaxNode | null;
  childForFieldName(name: string): SyntaxNode | null;
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((child) => child !== null);
}

export function namedChildrenOf(node: SyntaxNode): SyntaxNode[] {
  return node.namedChildren.filter((child) => child !== null);
}
