/** Makes an edit of a fence that holds a whole file. */

import { keptLines } from '../place/whole-file-guard.ts';
import { splitText } from '../text/lines.ts';
import { isBlank } from '../text/normalize.ts';
import { isProse } from '../text/prose.ts';
import { wholeFile } from '../thresholds.ts';
import { type EditCollector, textOf } from './edit-collector.ts';
import { addedMark, marksIn } from './edit-marks.ts';
import type { FileLabel } from './read-whole-file.ts';

/** `alone` says that the answer holds nothing else. A fence that names no file is only an illustration. */
export function interpretWholeFile(
  { lines: answered, label }: { lines: readonly string[]; label: FileLabel | undefined },
  alone: boolean,
  collector: EditCollector,
): void {
  const named = label?.path ?? (alone ? unlabelledFile(answered, collector) : undefined);
  if (named === undefined) {
    const isPart = marksIn(answered).some(({ kind }) => kind !== 'divider');
    if (isPart || holdsDiff(answered)) refuseMarks(collector);
    return;
  }
  const block = collector.nextBlock();
  const resolved = collector.resolve(named, block);
  if (!resolved) return;
  const { path, sent } = resolved;
  const before = sent ? splitText(collector.file(path)!.text).lines : [];
  if (addedMark(before, answered, isProse(path)) || (holdsDiff(answered) && !holdsDiff(before))) {
    refuseMarks(collector, path, block);
    return;
  }
  if (sent && label && !label.plain && !isMuchLike(before, answered)) {
    collector.doubt({
      code: 'elided',
      path,
      block,
      message: `what is given for ${path} is a part of it, it seems: the whole file or an edit is needed`,
    });
    return;
  }
  // A title that the file does not have is the answer's own.
  const lines = label?.titled && answered[0]?.trim() !== before[0]?.trim() ? answered.slice(1) : answered;
  const text = textOf(lines);
  if (sent) collector.edits.push({ dialect: 'whole-file', kind: 'whole', path, block, hunks: [], text });
  else collector.create('whole-file', path, text, block);
}

function refuseMarks(collector: EditCollector, path?: string, block = collector.nextBlock()): void {
  const where = path === undefined ? 'a block' : `the text for ${path}`;
  collector.refuse('edit-mark', block, `${where} holds the marks of an edit that cannot be read`, path);
}

/** The names above a diff, which no text of a file has by accident. */
function holdsDiff(lines: readonly string[]): boolean {
  return lines.some((line, at) => /^\s*--- \S/.test(line) && /^\s*\+\+\+ \S/.test(lines[at + 1] ?? ''));
}

/** A fence without a path can only be the one file that was sent, alone in the answer and much like it. */
function unlabelledFile(lines: readonly string[], collector: EditCollector): string | undefined {
  const path = collector.onlyFile();
  if (path === undefined) return undefined;
  const known = splitText(collector.file(path)!.text).lines;
  return known.filter((line) => !isBlank(line)).length > wholeFile.fewestLines && isMuchLike(known, lines)
    ? path
    : undefined;
}

function isMuchLike(before: readonly string[], after: readonly string[]): boolean {
  const old = before.filter((line) => !isBlank(line)).length;
  return keptLines(before, after) >= old * wholeFile.fewestKept;
}
