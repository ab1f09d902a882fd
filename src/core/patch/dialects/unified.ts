/** Unified diffs, with or without git's headers. */
import { splitText } from '../text/lines.ts';
import { reading } from '../thresholds.ts';
import type { AnswerContext } from '../types.ts';
import type { AnswerText, Cut, DialectRow } from './dialect.ts';
import { type EditCollector, textOf } from './edit-collector.ts';
import { beginPatch, blockStarts, opening, startsEdit } from './edit-marks.ts';
import { readHeader } from './hunk-lines.ts';
import { closingLine, fenceOn, nextContent } from './markdown-fences.ts';
import { pathInInfo, pathOnLine } from './path-label.ts';
import { type DraftFile, diffGoesOn, diffIsCut, readUnified, startsHunk } from './read-unified.ts';
import { cleanPath, isAbsolute, isProblem, type ResolvedPath, resolvePath } from './resolve-path.ts';
import { sentFiles } from './sent-files.ts';

export interface UnifiedBlock {
  lines: string[];
  /** The path above the diff, for diffs that name no file themselves. */
  label: string | undefined;
}

export const unified = {
  name: 'unified',
  startsOn: (line, next) => blockStarts.unified(line, next) || isDiffFence(line),
  cut,
  interpret,
  traits: { hunkOrder: 'if-shown', wholeBlocks: false, bothSides: 'always', mayRepeat: false },
  // Models get counts and line numbers wrong more often than not.
  contract: undefined,
} satisfies DialectRow<UnifiedBlock>;

function cut(answer: AnswerText, start: number): Cut<UnifiedBlock> | 'cut' | undefined {
  const { lines, context, ended, around, looks } = answer;
  if (!around && isDiffFence(lines[start]!)) return cutFence(answer, start);
  if (readHeader(lines[start]!) && !around && !looksLikeHunk(lines, start)) return undefined;
  const end = around
    ? closingLine(answer, around.open, diffGoesOn(lines, looks))
    : endOfBareDiff(lines, start);
  if (end === -1 || (!around && end === lines.length && diffIsCut(lines, end, ended))) return 'cut';
  const label =
    pathInInfo(around?.fence.info ?? '', context) ?? labelAbove(lines, around?.open ?? start, context);
  return { block: { lines: lines.slice(start, end), label }, next: Math.max(end, start + 1) };
}

function isDiff(path: string): boolean {
  return /\.(?:diff|patch)$/i.test(path);
}

function isDiffFence(line: string): boolean {
  return /^(?:diff|patch|udiff)\b/i.test(fenceOn(line)?.info ?? '');
}

/** A fence that says that it holds a diff, without a header: one hunk. */
function cutFence(answer: AnswerText, open: number): Cut<UnifiedBlock> | 'cut' | undefined {
  const { lines, context, looks } = answer;
  if (!startsHunk(lines, open + 1)) return undefined;
  const end = closingLine(answer, open, diffGoesOn(lines, looks));
  if (end === -1) return 'cut';
  const label = pathInInfo(fenceOn(lines[open]!)!.info, context) ?? labelAbove(lines, open, context);
  // A file that is a diff itself, as a whole.
  if (isDiff(label ?? '')) return undefined;
  return { block: { lines: ['@@', ...lines.slice(open + 1, end)], label }, next: end + 1 };
}

function looksLikeHunk(lines: readonly string[], header: number): boolean {
  for (let index = header + 1; index < lines.length && index <= header + reading.hunkLines; index++) {
    if (/^[+-]/.test(lines[index]!)) return true;
  }
  return false;
}

/** Without a fence, the diff ends before another dialect, before a fence around an edit, or with the answer. */
function endOfBareDiff(lines: readonly string[], start: number): number {
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (opening.test(line) || beginPatch.test(line)) return index;
    const fence = fenceOn(line);
    if (fence?.indentation === 0 && fence.info !== '') {
      const content = nextContent(lines, index + 1);
      if (startsEdit(lines[content] ?? '', lines[content + 1])) return index;
    }
  }
  return lines.length;
}

function labelAbove(lines: readonly string[], from: number, context: AnswerContext): string | undefined {
  let looked = 0;
  for (let index = from - 1; index >= 0 && looked < reading.labelLines; index--) {
    if (lines[index]!.trim() === '') continue;
    looked++;
    const path = pathOnLine(lines[index]!, context);
    if (path) return path;
  }
  return undefined;
}

function interpret({ lines, label }: UnifiedBlock, collector: EditCollector): void {
  for (const file of readUnified(lines)) {
    const isChange =
      file.hunks.length > 0 ||
      file.binary ||
      file.link ||
      file.renamed ||
      file.created ||
      file.deleted ||
      file.newMode;
    if (isChange) interpretFile(file, label, collector);
  }
}

function interpretFile(file: DraftFile, label: string | undefined, collector: EditCollector): void {
  const block = collector.upcomingBlock;
  const resolved = resolveFile(file, label, block, collector);
  const skip = () => collector.skipBlocks(file.hunks.length);
  if (!resolved) {
    skip();
    return;
  }
  const { path, sent } = resolved;
  const creates = file.created || (!sent && startsFromNothing(file));
  if (file.link) {
    collector.refuse(
      'binary',
      skip(),
      `${path} becomes a symbolic link or a submodule, which is not supported`,
      path,
    );
  } else if (file.binary) {
    collector.refuse('binary', skip(), `${path} is changed as a binary file, which is not supported`, path);
  } else if (creates && sent) {
    collector.refuse('exists', skip(), `${path} cannot be created: it already exists`, path);
  } else if (creates) {
    createFile(file, path, skip(), collector);
  } else if (!sent) {
    collector.refuse('unknown-path', skip(), `${path} was not given, so it cannot be changed`, path);
  } else if (file.deleted) {
    deleteFile(file, path, skip(), collector);
  } else {
    const newPath =
      file.renamed && file.newName !== undefined
        ? collector.moveTarget(file.newName, path, block)
        : undefined;
    collector.addHunks('unified', path, file.hunks, {
      ...(newPath === undefined ? {} : { newPath }),
      ...(file.newMode === undefined ? {} : { newMode: file.newMode }),
    });
  }
}

function resolveFile(
  file: DraftFile,
  label: string | undefined,
  block: number,
  collector: EditCollector,
): ResolvedPath | undefined {
  const paired = withoutPrefixes(file);
  const names = paired === undefined ? namesOf(file).filter((name) => name !== undefined) : [paired];
  const fallback = label ?? collector.onlyFile();
  if (names.length === 0 && fallback === undefined) {
    collector.refuse('unknown-path', block, 'the diff names no file');
    return undefined;
  }
  // Only old lines show that a file is meant although its path is another one.
  const isEdit = file.hunks.length > 0 && !file.created && !file.deleted && !file.renamed;
  const precision = isEdit ? 'near' : 'exact';
  if (names.length === 0) return collector.resolve(fallback!, block, precision);
  const { context } = collector;
  const known = names
    .map((name) => resolvePath(name, context, precision))
    .filter((resolved): resolved is ResolvedPath => !isProblem(resolved))
    .filter(({ sent }) => sent);
  if (new Set(known.map(({ path }) => path)).size > 1) {
    collector.refuse('unknown-path', block, `the diff names two files: ${names.join(' and ')}`);
    return undefined;
  }
  const other = known[0] && names.find((name) => isOther(name, context));
  return known[0] && other === undefined ? known[0] : collector.resolve(other ?? names[0]!, block, precision);
}

/** Whether a file of exactly this name exists that was not sent. */
function isOther(name: string, context: AnswerContext): boolean {
  const path = cleanPath(name);
  return !isAbsolute(path) && !sentFiles(context.files).named(path) && context.exists?.(path) === true;
}

/** Git's prefixes, also those of `diff.mnemonicPrefix`. */
const prefixed = /^[abciow12]\/(.+)$/s;

/** The name below two different prefixes. One prefix alone may be a folder. */
function withoutPrefixes({ oldName, newName }: DraftFile): string | undefined {
  if (oldName === undefined || newName === undefined || oldName[0] === newName[0]) return undefined;
  const rest = prefixed.exec(oldName)?.[1];
  return rest !== undefined && rest === prefixed.exec(newName)?.[1] ? rest : undefined;
}

/** The names that may tell which file is meant, the likeliest first. */
function namesOf(file: DraftFile): (string | undefined)[] {
  if (file.renamed) return [file.oldName];
  if (file.created) return [file.newName ?? file.oldName];
  if (file.deleted) return [file.oldName ?? file.newName];
  return file.newName === file.oldName ? [file.newName] : [file.newName, file.oldName];
}

function onlyAdds(file: DraftFile): boolean {
  return file.hunks.every(({ lines }) => lines.every(({ kind, text }) => kind === 'add' || text === ''));
}

function startsFromNothing(file: DraftFile): boolean {
  return file.hunks.length > 0 && onlyAdds(file) && file.hunks.every(({ startLine }) => startLine === 0);
}

function createFile(file: DraftFile, path: string, block: number, collector: EditCollector): void {
  if (!onlyAdds(file)) {
    collector.refuse('not-found', block, `${path} is new, so it can have no context lines`, path);
    return;
  }
  const hunkLines = file.hunks.flatMap((hunk) => hunk.lines);
  while (hunkLines.length > 0 && hunkLines.at(-1)!.kind !== 'add') hunkLines.pop();
  const text = textOf(hunkLines.map((hunkLine) => hunkLine.text));
  const cutNewline = file.hunks.at(-1)?.finalNewline === false;
  collector.create('unified', path, cutNewline ? text.slice(0, -1) : text, block, file.newMode);
}

/** A diff that shows the lines of the file it deletes has to show the right ones. */
function deleteFile(file: DraftFile, path: string, block: number, collector: EditCollector): void {
  const significant = (texts: readonly string[]) =>
    texts
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .join('\n');
  const old = file.hunks.flatMap(({ lines }) => lines).filter(({ kind }) => kind !== 'add');
  const shown = significant(old.map(({ text }) => text));
  if (file.hunks.length > 0 && shown !== significant(splitText(collector.file(path)!.text).lines)) {
    collector.refuse('not-found', block, `${path} is not what the diff deletes`, path);
    return;
  }
  collector.add({ dialect: 'unified', kind: 'delete', path, block, hunks: [] });
}
