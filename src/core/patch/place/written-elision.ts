/** Keeps lines that only say that something is left out from getting into the files: what they stand for is not known. */
import { languageOfPath } from '../../input/language.ts';
import { isElision } from '../text/elision.ts';
import { leftOutLine } from '../text/left-out.ts';
import { splitText } from '../text/lines.ts';
import { isProse } from '../text/prose.ts';
import { reporting } from '../thresholds.ts';
import type { FileEdit, PatchProblem } from '../types.ts';

/** A problem if the edit would add such a line to its file. */
export function writtenElision(edit: FileEdit, before: string, after: string): PatchProblem | undefined {
  const { path, newPath = path, hunks } = edit;
  const adds = (text?: string) =>
    hunks.find(({ lines }) =>
      lines.some(
        (line) =>
          line.kind === 'add' && (text === undefined ? isElision(line.text) : line.text.trim() === text),
      ),
    );
  if (isProse(newPath) || (hunks.length > 0 && !adds())) return undefined;
  const known = new Set(splitText(before).lines.map((line) => line.trim()));
  const language = newPath.endsWith('.pyi') ? 'pyi' : languageOfPath(newPath);
  const text = leftOutLine(splitText(after).lines.join('\n'), { language, known: (line) => known.has(line) });
  if (text === undefined) return undefined;
  const block = adds(text)?.block ?? edit.block;
  const shown = text.slice(0, reporting.longestQuote);
  return { code: 'elided', path, block, message: `block ${block} leaves lines of ${path} out ("${shown}")` };
}
