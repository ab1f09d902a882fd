/** The order of what is found. */
import type { BlockMatch } from './types.ts';

/** Ties by path and line: an answer must not depend on the order in which an engine keeps its blocks. */
export function bestFirst(one: BlockMatch, other: BlockMatch): number {
  return other.score - one.score || byText(one.path, other.path) || one.start - other.start;
}

export function byText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

const steps = 2 ** 32;
const mostItems = 2 ** 20;

/**
 * Sorts as `order` does, which has to put higher values first. Most of it is a sort of numbers, which takes a fraction
 * of the time of one by a function: only items whose values hardly differ are compared.
 */
export function sorted<T>(
  items: readonly T[],
  worthOf: (item: T) => number,
  order: (one: T, other: T) => number,
): T[] {
  let top = 0;
  for (const item of items) top = Math.max(top, worthOf(item));
  if (!(top > 0 && top < Number.POSITIVE_INFINITY) || items.length > mostItems) return items.toSorted(order);
  // How far a value is below the top, then the item's place: whole numbers of 53 bits.
  const keys = new Float64Array(items.length);
  for (let at = 0; at < keys.length; at++) {
    const step = Math.floor((Math.max(0, worthOf(items[at]!)) / top) * steps);
    keys[at] = (steps - step) * mostItems + at;
  }
  keys.sort();
  const result: T[] = [];
  let stepBefore = -1;
  let from = 0;
  const sortAlike = () => {
    if (result.length - from < 2) return;
    // There may be more than a call takes arguments.
    for (const item of result.splice(from).sort(order)) result.push(item);
  };
  for (const key of keys) {
    const step = Math.floor(key / mostItems);
    if (step !== stepBefore) {
      sortAlike();
      from = result.length;
      stepBefore = step;
    }
    result.push(items[key - step * mostItems]!);
  }
  sortAlike();
  return result;
}
