/** Makes an edit of a fence that holds a whole file. */
import { type EditCollector, textOf } from './edit-collector.ts';
import { splitText } from './text-lines.ts';

/** `alone` says that the answer holds nothing else. A fence that names no file is only an illustration. */
export function interpretWholeFile(
  lines: readonly string[],
  label: string | undefined,
  alone: boolean,
  collector: EditCollector,
): void {
  const named = label ?? (alone ? unlabelledFile(lines, collector) : undefined);
  if (named === undefined) return;
  const block = collector.nextBlock();
  const resolved = collector.resolve(named, block);
  if (!resolved) return;
  const { path, sent } = resolved;
  const text = textOf(lines);
  if (sent) collector.edits.push({ dialect: 'whole-file', kind: 'whole', path, block, hunks: [], text });
  else collector.create('whole-file', path, text, block);
}

/** Share of the file's lines that a fence without a path has to keep before it is taken for the file. */
const sharedLines = 0.6;

/** A fence without a path can only be the one file that was sent, alone in the answer and much like it. */
function unlabelledFile(lines: readonly string[], collector: EditCollector): string | undefined {
  const path = collector.onlyFile();
  if (path === undefined) return undefined;
  const known = splitText(collector.file(path)!.text).lines.filter((line) => line.trim() !== '');
  const answered = new Set(lines.map((line) => line.trimEnd()));
  const kept = known.filter((line) => answered.has(line.trimEnd())).length;
  return known.length > 3 && kept >= known.length * sharedLines ? path : undefined;
}
