/** Which lines belong to an error: its stack trace, and what is indented below it. */
import { gravityOf, withoutPrefix } from './gravity.ts';

const longestBlock = 400;

const frame =
  /^\s*(?:at \S|File "[^"]{1,400}", line \d|from \S{1,400}:\d+|\.{3} \d+ (?:more|common)|created by \S|\u276f \S|\d{1,4}: \S|#\d{1,4} |goroutine \d+ \[)|^\s+\S{1,400}:\d+/;
/** `main.main()`, above the place of the call. */
const goCall = /^\S{1,400}\(.{0,400}\)$/;

/** The last line of the block that begins with an error in the line `from`. */
export function blockEnd(lines: readonly string[], from: number): number {
  const plain = (index: number) => withoutPrefix(lines[index] ?? '');
  const head = plain(from);
  const depth = indentation(head);
  const isTrace = /^\s*Traceback \(most recent/.test(head);
  const isPytest = /^E\s/.test(head);
  let inGo = /^goroutine \d/.test(head);
  let to = from;
  for (let next = from + 1; next < lines.length && next - from < longestBlock; next++) {
    const line = plain(next);
    if (line.trim() === '') {
      if (inGo || !/^goroutine \d/.test(plain(next + 1))) break;
      continue;
    }
    if (/^goroutine \d/.test(line)) inGo = true;
    const isFrame = frame.test(line) || (inGo && goCall.test(line)) || (isPytest && /^E\s/.test(line));
    if (!isFrame && indentation(line) <= depth) return isTrace ? next : to;
    if (!isFrame && !isTrace && gravityOf(line) === 'error') break;
    to = next;
  }
  return to;
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}
