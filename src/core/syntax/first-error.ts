/** Where a text first does not parse, in words for a model and for a person. */
import { childrenOf, type SyntaxNode } from './tree.ts';

export interface SyntaxFault {
  /** From 1. */
  line: number;
  /** What is missing, or fits nowhere there. */
  what: string;
  /** The line with three around it, numbered. */
  excerpt: string;
}

/** Undefined if it parses. */
export function firstError(root: SyntaxNode, text: string): SyntaxFault | undefined {
  if (!root.hasError) return undefined;
  const { line, what } = bracketFault(root, text) ?? faultOf(firstFaulty(root));
  return { line, what, excerpt: excerptOf(text, line) };
}

/** Lines above and below. */
const around = 3;
const longestLine = 160;
const longestQuote = 40;

/** `line`: from 1. */
export function excerptOf(text: string, line: number): string {
  const lines = text.split(/\r?\n/);
  const from = Math.max(1, line - around);
  const to = Math.min(lines.length, line + around);
  const width = String(to).length;
  return lines
    .slice(from - 1, to)
    .map((shown, at) => {
      const number = from + at;
      return `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${shown.slice(0, longestLine)}`.trimEnd();
    })
    .join('\n');
}

/** The first error or missing token, as deep in the tree as it is known. */
function firstFaulty(root: SyntaxNode): SyntaxNode {
  let node = root;
  for (;;) {
    const inner = childrenOf(node).find((child) => child.hasError || child.isError || child.isMissing);
    if (!inner) return node;
    node = inner;
    if (node.isMissing || (node.isError && node !== root)) return node;
  }
}

function faultOf(node: SyntaxNode): Pick<SyntaxFault, 'line' | 'what'> {
  const line = node.startPosition.row + 1;
  if (!node.isMissing) {
    const shown = node.text.trimStart().split('\n', 1)[0]!.trimEnd();
    if (shown === '') return { line, what: 'it does not parse' };
    const quote = shown.length > longestQuote ? `${shown.slice(0, longestQuote)}\u2026` : shown;
    return { line, what: `${JSON.stringify(quote)} does not fit there` };
  }
  const missing = node.isNamed
    ? `${/^[aeio]/.test(node.type) ? 'an' : 'a'} ${node.type.replaceAll('_', ' ')}`
    : JSON.stringify(node.type);
  return { line, what: `${missing} is missing` };
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '${': '}', '#{': '}' };
const brackets = new Set([...Object.keys(closers), ...Object.values(closers)]);
/** Nodes up to which brackets are looked for. */
const mostNodes = 100_000;

/**
 * The bracket that has no other half, which a parser often notices far from where it is. Where it would have to be is
 * told from the indentation: what closes a block stands as far out as the line that opens it.
 */
function bracketFault(root: SyntaxNode, text: string): Pick<SyntaxFault, 'line' | 'what'> | undefined {
  const lines = text.split('\n');
  const indentation = (row: number) => /^\s*/.exec(lines[row] ?? '')![0].length;
  const open: { type: string; row: number }[] = [];
  let suspect: { type: string; row: number } | undefined;
  const unclosed = ({ type, row }: { type: string; row: number }) => ({
    line: row + 1,
    what: `${JSON.stringify(type)} is not closed`,
  });
  for (const { type, startPosition } of bracketTokens(root) ?? []) {
    const { row, column } = startPosition;
    if (closers[type] !== undefined) {
      open.push({ type, row });
      continue;
    }
    const opened = open.pop();
    if (!opened) return { line: row + 1, what: `${JSON.stringify(type)} closes nothing` };
    if (closers[opened.type] !== type) return unclosed(opened);
    const standsFirst = column === indentation(row);
    if (standsFirst && opened.row !== row && indentation(opened.row) > column) suspect ??= opened;
  }
  const innermost = open.at(-1);
  return innermost && unclosed(suspect ?? innermost);
}

/** In the order of the text, without those that the parser has added. Undefined if the tree is too large. */
function bracketTokens(root: SyntaxNode): SyntaxNode[] | undefined {
  const found: SyntaxNode[] = [];
  const waiting = [root];
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen > mostNodes) return undefined;
    const node = waiting.pop()!;
    if (node.childCount > mostNodes) return undefined;
    if (node.childCount > 0) waiting.push(...childrenOf(node).reverse());
    else if (!node.isMissing && brackets.has(node.type)) found.push(node);
  }
  return found;
}
