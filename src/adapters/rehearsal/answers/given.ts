/** Reads the input of a request back into what it was assembled from. */

export interface GivenFile {
  path: string;
  /** Lines as they are shown, without line ends. Empty for an empty file. */
  lines: string[];
  /** Whether only some of the file's lines are shown. */
  partial: boolean;
}

export interface GivenInput {
  files: GivenFile[];
  instruction: string;
}

const opening = /<file path="([^\n]*?)"( lines="\d+-\d+")?>\r?\n/y;
const closing = '</file>';

export function readGiven(input: string): GivenInput {
  const files: GivenFile[] = [];
  let position = 0;
  for (;;) {
    opening.lastIndex = position;
    const open = opening.exec(input);
    if (!open) break;
    const end = endOfFile(input, opening.lastIndex);
    if (end === undefined) break;
    const body = input.slice(opening.lastIndex, end).replaceAll('\r\n', '\n').replace(/\n$/, '');
    const lines = body.trim() === '' ? [] : body.split('\n');
    files.push({ path: open[1]!, lines, partial: open[2] !== undefined });
    position = end + closing.length;
    while (input[position] === '\n' || input[position] === '\r') position++;
  }
  let rest = input.slice(position);
  if (rest.startsWith('<context>\n')) {
    const end = rest.lastIndexOf('\n</context>\n');
    if (end >= 0) rest = rest.slice(end + '\n</context>\n'.length);
  }
  return { files, instruction: rest.trim() };
}

/** Where the closing tag stands: alone on its line with a blank line behind it, or at the end of the input. */
function endOfFile(input: string, from: number): number | undefined {
  for (let at = input.indexOf(closing, from); at >= 0; at = input.indexOf(closing, at + 1)) {
    const startsLine = at === from || input[at - 1] === '\n';
    const rest = input.slice(at + closing.length, at + closing.length + 4);
    if (startsLine && (rest === '' || /^(?:\r?\n){2}|^\r?\n$/.test(rest))) return at;
  }
  return undefined;
}
