/**
 * Cuts a text into blocks: where it is indented least, best after a blank line or a closing bracket. A block has 200 to
 * 1,000 characters, except the last of a file, and one that is a single longer line.
 */

const least = 200;
const most = 1000;

/** Lines count from 1 and both are included. Blank lines at either end belong to no block. */
export interface Block {
  start: number;
  end: number;
}

/** `lines` without their ends. */
export function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let from = 0;
  while (from < lines.length) {
    const to = endOfBlock(lines, from);
    let start = from;
    let end = to;
    while (start < end && isBlank(lines[start]!)) start++;
    while (end > start && isBlank(lines[end - 1]!)) end--;
    if (end > start) blocks.push({ start: start + 1, end });
    from = to;
  }
  return blocks;
}

/** The line behind the last one of the block that starts at `from`. */
function endOfBlock(lines: readonly string[], from: number): number {
  let size = 0;
  let best: number | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let at = from; at < lines.length; at++) {
    if (size >= least && at > from) {
      const cost = costOfCut(lines, at);
      if (cost <= bestCost) {
        best = at;
        bestCost = cost;
      }
    }
    size += lines[at]!.length + 1;
    if (size > most) return best ?? Math.max(at, from + 1);
  }
  return lines.length;
}

/** How bad it is to cut before a line. */
function costOfCut(lines: readonly string[], at: number): number {
  const line = lines[at]!;
  const indent = indentOf(line);
  // A blank line goes to the block above.
  if (indent === undefined) return 1000;
  const closes = /^\s*[)\]}]/.test(line);
  const above = lines[at - 1]!;
  const open = !isBlank(above) && !/^\s*(?:[)\]}]|end\b)/.test(above);
  return Math.min(indent, 40) + (closes ? 200 : 0) + (open ? 100 : 0);
}

/** In columns, a tab is four; undefined for a blank line. */
function indentOf(line: string): number | undefined {
  let columns = 0;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 32) columns++;
    else if (code === 9) columns += 4;
    else return isBlank(line) ? undefined : columns;
  }
  return undefined;
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}
