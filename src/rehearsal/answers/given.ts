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

// A tag bears a number where its plain form stands in the material.
const openingFile = /<(file(?:-\d+)?) path="([^\n]*?)"( lines="\d+-\d+")?>\r?\n/y;
const openingContext = /<(context(?:-\d+)?)>\n/y;

export function readGiven(input: string): GivenInput {
  const files: GivenFile[] = [];
  let position = 0;
  const open = (tag: RegExp) => {
    tag.lastIndex = position;
    const match = tag.exec(input);
    const start = tag.lastIndex;
    const end = match ? input.indexOf(`</${match[1]}>`, start) : -1;
    if (!match || end < 0) return undefined;
    position = end + `</${match[1]}>`.length;
    while (input[position] === '\n' || input[position] === '\r') position++;
    return { match, body: input.slice(start, end) };
  };
  for (let file = open(openingFile); file; file = open(openingFile)) {
    const body = file.body.replaceAll('\r\n', '\n').replace(/\n$/, '');
    const lines = body.trim() === '' ? [] : body.split('\n');
    files.push({ path: file.match[2]!, lines, partial: file.match[3] !== undefined });
  }
  open(openingContext);
  return { files, instruction: input.slice(position).trim() };
}
