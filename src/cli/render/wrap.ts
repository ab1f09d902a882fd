/** Fits text to the width of a terminal. */

/**
 * Breaks lines at spaces; the lines after the first are indented. A word that is longer than a line stays whole. The
 * text itself if the width is undefined.
 */
export function wrapped(text: string, width: number | undefined, indent = ''): string {
  if (width === undefined) return text;
  return text
    .split('\n')
    .map((line) => wrappedLine(line, width, indent))
    .join('\n');
}

function wrappedLine(line: string, width: number, indent: string): string {
  if (line.length <= width) return line;
  const start = /^ */.exec(line)![0];
  const lines: string[] = [];
  let here = start;
  let isEmpty = true;
  for (const word of line.slice(start.length).split(' ')) {
    const next = isEmpty ? here + word : `${here} ${word}`;
    if (next.length <= width || isEmpty) here = next;
    else {
      lines.push(here);
      here = start + indent + word;
    }
    isEmpty = false;
  }
  return [...lines, here].join('\n');
}
