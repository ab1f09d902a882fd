/** The order of what is found. */
import type { BlockMatch } from './types.ts';

/** Ties by path and line: an answer must not depend on the order in which an engine keeps its blocks. */
export function bestFirst(one: BlockMatch, other: BlockMatch): number {
  return other.score - one.score || byText(one.path, other.path) || one.start - other.start;
}

export function byText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
