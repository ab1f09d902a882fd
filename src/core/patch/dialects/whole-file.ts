/** A fence that holds the whole new text of a file. */
import { keptLines } from '../place/whole-file-guard.ts';
import { splitText } from '../text/lines.ts';
import { hasLongStrings, stringBehind } from '../text/long-string.ts';
import { isBlank } from '../text/normalize.ts';
import { isProse } from '../text/prose.ts';
import { reading, wholeFile as thresholds } from '../thresholds.ts';
import type { AnswerContext } from '../types.ts';
import type { AnswerText, Cut, DialectRow } from './dialect.ts';
import { type EditCollector, textOf } from './edit-collector.ts';
import { addedMark, headingsIn, markOn, unreadMark } from './edit-marks.ts';
import { closes, closingLine, type Fence, fenceOn, nextContent } from './markdown-fences.ts';
import { type PathLabel, pathInComment, pathInInfo, pathLabel } from './path-label.ts';
import { cleanPath, isAbsolute } from './resolve-path.ts';
import { sentFiles } from './sent-files.ts';

export interface WholeFileBlock {
  lines: string[];
  label: FileLabel | undefined;
  /** Another line may be its end as well. */
  unclear: boolean;
}

const contract = `Answer with the whole new text of every file that changes and nothing else. One file looks like this:

path/of/the/file.ext
\`\`\`\`
the whole file, from its first line to its last
\`\`\`\`

Rules:
- The path stands alone on the line above the fence, as it was given to you.
- Every line of the file is there: no elisions, no "rest unchanged".
- Change nothing that the request does not call for, white space included.`;

export const wholeFile = {
  name: 'whole-file',
  startsOn: (line) => fenceOn(line) !== undefined,
  cut,
  interpret,
  traits: { hunkOrder: 'never', wholeBlocks: true, bothSides: 'never', mayRepeat: false },
  contract,
} satisfies DialectRow<WholeFileBlock>;

function cut(answer: AnswerText, open: number): Cut<WholeFileBlock> | 'cut' | undefined {
  const { lines, context, around } = answer;
  if (around) return undefined;
  const label = labelOf(lines, open, context);
  const file = label && sentFiles(context.files).named(label.path);
  const holdsFences = mayHoldFences(label?.path ?? '', file?.text);
  const endWith = (isText?: (line: number) => boolean) =>
    closingLine(
      answer,
      open,
      (closing, next) => holdsFences && !labelled(answer, closing, next),
      (at) => !holdsFences || labelOf(lines, at, context) !== undefined,
      isText,
    );
  const inStrings = label && hasLongStrings(label.path) ? endWith(fencesInStrings(lines, context)) : -1;
  // A quote that is never closed says nothing.
  const close = inStrings === -1 ? endWith() : inStrings;
  if (close === -1) return 'cut';
  const unclear = label !== undefined && !holdsFences && endIsUnclear(answer, open, close);
  return { block: { lines: lines.slice(open + 1, close), label, unclear }, next: close + 1 };
}

/**
 * Whether the fence on line `open` holds a whole file that documents edits, so that the mark of one is a line of the
 * file: its path is above, the file has that line itself, and most of the file is there.
 */
export function documentsEdits(answer: AnswerText, open: number, mark: string): boolean {
  const path = labelOf(answer.lines, open, answer.context)?.path;
  const file = answer.context.files.find((sent) => sent.path === path);
  if (!file?.text.includes(mark.trim())) return false;
  const found = cut({ ...answer, around: undefined }, open);
  if (found === undefined || found === 'cut') return false;
  const before = splitText(file.text).lines;
  return (
    found.block.lines.length >= before.length * thresholds.fewestKept && isSimilar(before, found.block.lines)
  );
}

/** Whether a line is in a multi-line string, as an example in a docstring is; the label of another file ends it. */
function fencesInStrings(lines: readonly string[], context: AnswerContext): (line: number) => boolean {
  let string: string | undefined;
  return (line) => {
    string = stringBehind(lines[line]!, string);
    if (string === undefined || !fenceOn(lines[line]!)) return string !== undefined;
    if (labelOf(lines, line, context) !== undefined) string = undefined;
    return string !== undefined;
  };
}

/**
 * Whether a fence further down could be the end of the file as well, because the one on line `close` may open an
 * example in it. The end of a file is followed by a blank line, and the examples below it have their own two fences.
 */
function endIsUnclear({ lines, context, looks }: AnswerText, open: number, close: number): boolean {
  const fence = fenceOn(lines[open]!)!;
  const opensExample = (lines[close + 1] ?? '').trim() !== '' || endsInTemplate(lines.slice(open + 1, close));
  let example: Fence | undefined;
  let bare = false;
  for (let index = nextContent(lines, close + 1); index < lines.length && !looks.exhausted; index++) {
    looks.spend(1);
    const here = fenceOn(lines[index]!);
    if (!here) continue;
    if (example) {
      if (closes(lines[index]!, example)) example = undefined;
    } else if (labelOf(lines, index, context) !== undefined) return false;
    else if (!closes(lines[index]!, fence)) example = here;
    // The closing fence is repeated.
    else if (lines.slice(close + 1, index).every(isBlank)) continue;
    else if (opensExample) return true;
    else {
      example = here;
      bare = true;
    }
  }
  return bare && example !== undefined;
}

/** Whether a template literal is open behind the last line, as far as the number of back-ticks tells. */
function endsInTemplate(lines: readonly string[]): boolean {
  let ticks = 0;
  for (const line of lines) ticks += line.match(/(?<!\\)`/g)?.length ?? 0;
  return ticks % 2 === 1;
}

/** Whether the label and the fence of another file start between two possible closing lines. */
function labelled({ lines, context, looks }: AnswerText, closing: number, next: number): boolean {
  looks.spend(next - closing);
  for (let index = closing + 1; index < next; index++) {
    if (fenceOn(lines[index]!) && labelOf(lines, index, context) !== undefined) return true;
  }
  const opens = fenceOn(lines[next]!);
  return opens !== undefined && next - closing > 1 && labelOf(lines, next, context) !== undefined;
}

/** A fence that names no file is only an illustration, unless the answer holds nothing else. */
function interpret({ lines: answered, label, unclear }: WholeFileBlock, collector: EditCollector): void {
  const named = label?.path ?? (collector.alone ? unlabelledFile(answered, collector) : undefined);
  if (named === undefined) {
    const isPart = answered.some((line) => {
      const kind = markOn(line);
      return (kind !== undefined && kind !== 'divider') || unreadMark(line) !== undefined;
    });
    if (isPart || holdsDiff(answered)) refuseMarks(collector);
    return;
  }
  const block = collector.nextBlock();
  const precision = label?.isNew || isAbsolute(cleanPath(named)) ? 'exact' : 'near';
  const resolved = collector.resolve(named, block, precision);
  if (!resolved) return;
  const { path, sent, near } = resolved;
  if (unclear) {
    const message = `where the text for ${path} ends is not clear, because a fence seems to stand in it`;
    collector.refuse('cut', block, message, path);
    return;
  }
  const before = sent ? splitText(collector.file(path)!.text).lines : [];
  if (near && !isSimilar(before, answered)) {
    const message = `${JSON.stringify(named)} was not given, and the text is not similar to that of ${path}`;
    collector.refuse('unknown-path', block, message, path);
    return;
  }
  if (addedMark(before, answered, headingsIn(path)) || (holdsDiff(answered) && !holdsDiff(before))) {
    refuseMarks(collector, path, block);
    return;
  }
  if (sent && label && !label.plain && !isSimilar(before, answered)) {
    collector.doubt({
      code: 'elided',
      path,
      block,
      message: `the text for ${path} seems to be only a part of the file: the whole file or an edit is needed`,
    });
    return;
  }
  // A title that the file does not have is not a line of it.
  const lines = label?.titled && answered[0]?.trim() !== before[0]?.trim() ? answered.slice(1) : answered;
  const text = textOf(lines);
  if (sent) collector.add({ dialect: 'whole-file', kind: 'whole', path, block, hunks: [], text });
  else collector.create('whole-file', path, text, block);
}

function refuseMarks(collector: EditCollector, path?: string, block = collector.nextBlock()): void {
  const where = path === undefined ? 'a block' : `the text for ${path}`;
  collector.refuse('edit-mark', block, `${where} contains edit marks but cannot be read as an edit`, path);
}

/** The file names above a diff, which no file contains by accident. */
function holdsDiff(lines: readonly string[]): boolean {
  return lines.some((line, at) => /^\s*--- \S/.test(line) && /^\s*\+\+\+ \S/.test(lines[at + 1] ?? ''));
}

/** A fence without a path can only be the one file that was sent, and only if it is similar enough. */
function unlabelledFile(lines: readonly string[], collector: EditCollector): string | undefined {
  const path = collector.onlyFile();
  if (path === undefined) return undefined;
  const known = splitText(collector.file(path)!.text).lines;
  return known.filter((line) => !isBlank(line)).length > thresholds.fewestLines && isSimilar(known, lines)
    ? path
    : undefined;
}

function isSimilar(before: readonly string[], after: readonly string[]): boolean {
  const old = before.filter((line) => !isBlank(line)).length;
  return keptLines(before, after) >= old * thresholds.fewestKept;
}

interface FileLabel extends PathLabel {
  /** The block's first line is a comment that holds the path. */
  titled: boolean;
}

/** The label of the fence on line `open`: on the fence, above it, or in a comment on its first line. */
function labelOf(lines: readonly string[], open: number, context: AnswerContext): FileLabel | undefined {
  const content = nextContent(lines, open + 1);
  const title = pathInComment(lines[content] ?? '', context);
  const titled = title !== undefined && content === open + 1;
  const onFence = pathInInfo(fenceOn(lines[open]!)!.info, context);
  if (onFence !== undefined) return { path: onFence, plain: true, isNew: false, titled };
  const above = labelAbove(lines, open, context);
  // A command or its output is not the text of the file.
  if (above && !above.plain && isTranscript(fenceOn(lines[open]!)!.info, above.path)) return undefined;
  if (above?.plain || (above && title === undefined)) return { ...above, titled };
  return title === undefined ? undefined : { path: title, plain: true, isNew: false, titled };
}

function isTranscript(info: string, path: string): boolean {
  return (
    /^(?:sh|bash|zsh|shell|console|shell-session|text|txt|output|log)\b/i.test(info) &&
    !/\.(?:sh|bash|zsh|txt|log)$/i.test(path)
  );
}

function labelAbove(lines: readonly string[], open: number, context: AnswerContext): PathLabel | undefined {
  for (let index = open - 1; index >= 0 && open - index <= reading.fenceLabelLines; index--) {
    if (lines[index]!.trim() === '') continue;
    return fenceOn(lines[index]!) ? undefined : pathLabel(lines[index]!, context);
  }
  return undefined;
}

/** Whether the text of a file may contain fences. */
function mayHoldFences(path: string, before: string | undefined): boolean {
  return isProse(path) || /^(?:`{3,}|~{3,})/m.test(before ?? '');
}
