/** Turns a whole-file answer into the file's new text, with the bytes that the answer could not carry. */
import { joinText, splitText, usualEnding } from './text-lines.ts';
import type { FileEdit, PatchProblem, SourceFile } from './types.ts';
import { wholeFileProblem } from './whole-file-guard.ts';

export function placeWholeFile(edit: FileEdit, file: SourceFile): { after: string } | PatchProblem {
  const before = splitText(file.text);
  const answered = splitText(edit.text ?? '').lines;
  const problem = wholeFileProblem(file.path, before.lines, answered);
  if (problem) return { ...problem, path: file.path, block: edit.block };
  const spaced = withFormerSpace(before.lines, answered);
  const usual = usualEnding(before.endings);
  const assemble = (texts: readonly string[]) => {
    const lines = [...texts];
    if (before.lines.at(-1) !== '' && lines.length > 1 && lines.at(-1) === '') lines.pop();
    const endings = lines.map((_, line) => (line === lines.length - 1 ? '' : usual));
    return joinText({ bom: before.bom, lines, endings });
  };
  const restored = assemble(spaced);
  // When nothing but trailing space differs, the trailing space was the point.
  return { after: restored === file.text ? assemble(answered) : restored };
}

/** Models lose trailing white space: a line that differs in nothing else keeps the file's. */
function withFormerSpace(before: readonly string[], answered: readonly string[]): string[] {
  const former = new Map<string, string | undefined>();
  for (const line of before) {
    const bare = line.trimEnd();
    if (bare === '') continue;
    former.set(bare, former.has(bare) && former.get(bare) !== line ? undefined : line);
  }
  return answered.map((line) => former.get(line.trimEnd()) ?? line);
}
