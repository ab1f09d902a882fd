/**
 * Splits a text into lines and their endings and joins them again, byte for byte. A text that ends with a newline has an
 * empty last line: models count it as well, as context at the end of a file.
 */

export interface TextLines {
  /** The text begins with U+FEFF, which is not part of the first line. */
  bom: boolean;
  /** Never empty. A bare carriage return does not end a line, as in git. */
  lines: string[];
  /** `\n` or `\r\n` per line; empty for the last one only. */
  endings: string[];
}

export function splitText(text: string): TextLines {
  const bom = text.startsWith('\uFEFF');
  const lines: string[] = [];
  const endings: string[] = [];
  let start = bom ? 1 : 0;
  for (;;) {
    const newline = text.indexOf('\n', start);
    if (newline === -1) {
      lines.push(text.slice(start));
      endings.push('');
      return { bom, lines, endings };
    }
    const crlf = newline > start && text.charCodeAt(newline - 1) === 13;
    lines.push(text.slice(start, crlf ? newline - 1 : newline));
    endings.push(crlf ? '\r\n' : '\n');
    start = newline + 1;
  }
}

export function joinText({ bom, lines, endings }: TextLines): string {
  const parts: string[] = bom ? ['\uFEFF'] : [];
  for (let index = 0; index < lines.length; index++) parts.push(lines[index]!, endings[index]!);
  return parts.join('');
}

/** The ending that most lines have; `\n` for a text without any. */
export function usualEnding(endings: readonly string[]): '\n' | '\r\n' {
  let crlf = 0;
  let lf = 0;
  for (const ending of endings) {
    if (ending === '\r\n') crlf++;
    else if (ending === '\n') lf++;
  }
  return crlf > lf ? '\r\n' : '\n';
}

/** The lines of an answer, with either ending; stray carriage returns at the end of a line are dropped. */
export function answerLines(answer: string): string[] {
  const lines = answer.split('\n').map((line) => line.replace(/(?<!\r)\r+$/, ''));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
