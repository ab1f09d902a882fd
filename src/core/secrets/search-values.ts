/**
 * Finds many values in a text in one pass. The time is in proportion to the text, whatever the values: a first look by
 * their first characters, then a binary search among those that begin alike.
 */

export interface FoundValue {
  start: number;
  value: string;
}

interface Group {
  /** In the order of their code units. */
  values: string[];
  longest: number;
}

/** `prefix`: how many characters every value has at least. Of values that begin at the same place, the longest is found. */
export function searchFor(values: readonly string[], prefix: number): (text: string) => FoundValue[] {
  const sorted = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
  const shorter = longestBeginnings(sorted);
  const groups = new Map<string, Group>();
  for (const value of sorted) {
    const key = value.slice(0, prefix);
    const group = groups.get(key) ?? { values: [], longest: 0 };
    group.values.push(value);
    group.longest = Math.max(group.longest, value.length);
    groups.set(key, group);
  }
  return (text) => {
    const found: FoundValue[] = [];
    if (groups.size === 0) return found;
    for (let start = 0; start + prefix <= text.length; start++) {
      const group = groups.get(text.slice(start, start + prefix));
      const value = group && longestAt(text.slice(start, start + group.longest), group.values, shorter);
      if (value !== undefined) found.push({ start, value });
    }
    return found;
  };
}

/** For each value the longest other one that it begins with. */
function longestBeginnings(sorted: readonly string[]): Map<string, string> {
  const shorter = new Map<string, string>();
  const open: string[] = [];
  for (const value of sorted) {
    while (open.length > 0 && !value.startsWith(open.at(-1)!)) open.pop();
    if (open.length > 0) shorter.set(value, open.at(-1)!);
    open.push(value);
  }
  return shorter;
}

/** The longest value that `text` begins with. It is the last one that sorts before the text, or a beginning of that. */
function longestAt(
  text: string,
  values: readonly string[],
  shorter: ReadonlyMap<string, string>,
): string | undefined {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= text) low = middle + 1;
    else high = middle;
  }
  let value = values[low - 1];
  const alike = value === undefined ? 0 : lengthOfCommonStart(value, text);
  while (value !== undefined && value.length > alike) value = shorter.get(value);
  return value;
}

function lengthOfCommonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
