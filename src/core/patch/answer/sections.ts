/**
 * Cuts an answer into the blocks that matter, whatever prose and fences surround them. Several formats in
 * one answer are fine: a new file in a fence beside search/replace blocks for the others.
 */

import { beginPatch, markOn } from '../dialects/edit-marks.ts';
import { readHeader } from '../dialects/hunk-lines.ts';
import {
  closes,
  closingLine,
  type Fence,
  fenceOn,
  nextContent,
  startsEdit,
} from '../dialects/markdown-fences.ts';
import { pathOnLine } from '../dialects/path-label.ts';
import {
  opensSearchReplace,
  readSearchReplace,
  type SearchReplaceBlock,
} from '../dialects/read-search-replace.ts';
import { diffIsCut, lastHunkIsComplete } from '../dialects/read-unified.ts';
import { endsV4a, startsV4a } from '../dialects/read-v4a.ts';
import { type FileLabel, labelOf, mayHoldFences, pathInInfo } from '../dialects/read-whole-file.ts';
import { reading } from '../thresholds.ts';
import type { AnswerContext } from '../types.ts';
import { undenter } from './undent.ts';

export type Section =
  | ({ dialect: 'search-replace' } & SearchReplaceBlock)
  | { dialect: 'v4a'; lines: string[] }
  | { dialect: 'unified'; lines: string[]; label: string | undefined }
  | { dialect: 'whole-file'; lines: string[]; label: FileLabel | undefined };

/**
 * What an answer holds, in its order. `cut` when something was begun and not ended; `ended`: the answer's last line
 * is a whole one.
 */
export function sectionsOf(
  answered: readonly string[],
  context: AnswerContext,
  ended: boolean,
): { sections: Section[]; cut: boolean } {
  const lines = [...answered];
  const undent = undenter(lines);
  const sections: Section[] = [];
  let around: { fence: Fence; open: number } | undefined;
  // A divider without an opening mark above it.
  let halved = false;
  let index = 0;
  while (index < lines.length) {
    if (!around) undent(index);
    const line = lines[index]!;
    if (opensSearchReplace(line)) {
      const block = readSearchReplace(lines, index, context);
      if (block === 'cut') return { sections, cut: true };
      sections.push({ dialect: 'search-replace', ...block });
      index = block.end;
      halved = false;
      continue;
    }
    if (startsV4a(line)) {
      const { end, next, cut } = endOfV4a(lines, index, around?.open, ended);
      if (cut) return { sections, cut: true };
      sections.push({ dialect: 'v4a', lines: lines.slice(index, end) });
      index = next;
      continue;
    }
    if (
      startsEdit(line, lines[index + 1]) &&
      !/^apply_patch\b/.test(line) &&
      (readHeader(line) === undefined || around || looksLikeHunk(lines, index))
    ) {
      const end = around ? closingLine(lines, around.open, diffGoesOn(lines)) : endOfBareDiff(lines, index);
      if (end === -1 || (!around && end === lines.length && diffIsCut(lines, end, ended)))
        return { sections, cut: true };
      sections.push({
        dialect: 'unified',
        lines: lines.slice(index, end),
        label:
          pathInInfo(around?.fence.info ?? '', context) ?? labelAbove(lines, around?.open ?? index, context),
      });
      index = Math.max(end, index + 1);
      continue;
    }
    const mark = markOn(line);
    if (mark === 'closing' && halved) {
      // The end of a block that does not begin: to leave it out would be to make half of the change.
      sections.push({ dialect: 'whole-file', lines: [line], label: undefined });
    }
    halved = mark === 'divider' || (halved && mark === undefined);
    const fence = fenceOn(line);
    if (fence && around) {
      if (closes(line, around.fence)) around = undefined;
    } else if (fence) {
      const content = nextContent(lines, index + 1);
      if (content >= lines.length) return { sections, cut: fence.info !== '' || sections.length === 0 };
      if (startsEdit(lines[content]!, lines[content + 1])) around = { fence, open: index };
      else if (isWrapper(lines, index, content)) around = { fence, open: index };
      else {
        const label = labelOf(lines, index, context);
        const file = context.files.find(({ path }) => path === label?.path);
        const inner = mayHoldFences(label?.path ?? '', file?.text);
        const close = closingLine(
          lines,
          index,
          (closing, next) => inner && !labelled(lines, closing, next, context),
          (at) => !inner || labelOf(lines, at, context) !== undefined,
        );
        if (close === -1) return { sections, cut: true };
        sections.push({ dialect: 'whole-file', lines: lines.slice(index + 1, close), label });
        index = close;
      }
    }
    index++;
  }
  return { sections, cut: around !== undefined };
}

/** A fence around something that holds search/replace blocks further down, such as a path and then a block. */
function isWrapper(lines: readonly string[], open: number, content: number): boolean {
  const fence = fenceOn(lines[open]!)!;
  for (let index = content; index < Math.min(content + reading.wrapperLines, lines.length); index++) {
    if (closes(lines[index]!, fence)) return false;
    if (
      opensSearchReplace(lines[index]!) ||
      startsV4a(lines[index]!) ||
      startsEdit(lines[index]!, lines[index + 1])
    )
      return true;
  }
  return false;
}

/** Between two possible closing lines another file's label and its fence begin. */
function labelled(lines: readonly string[], closing: number, next: number, context: AnswerContext): boolean {
  for (let index = closing + 1; index < next; index++) {
    if (fenceOn(lines[index]!) && labelOf(lines, index, context) !== undefined) return true;
  }
  const opens = fenceOn(lines[next]!);
  return opens !== undefined && next - closing > 1 && labelOf(lines, next, context) !== undefined;
}

function diffGoesOn(lines: readonly string[]): (closing: number, next: number) => boolean {
  return (closing, next) => {
    const after = lines.slice(closing + 1, next);
    const looksLikeDiff =
      after.some((line) => /^@@|^diff --git |^[+-](?! )/.test(line)) ||
      after.some((line) => /^ {2}| \S/.test(line[0] === ' ' ? line : ''));
    return (
      looksLikeDiff &&
      !(
        lastHunkIsComplete(lines, closing) &&
        !/^(?:@@|diff --git |--- )/.test(after.find((line) => line.trim() !== '') ?? '')
      )
    );
  };
}

function endOfV4a(
  lines: readonly string[],
  start: number,
  open: number | undefined,
  ended: boolean,
): { end: number; next: number; cut: boolean } {
  for (let index = start + 1; index < lines.length; index++) {
    if (endsV4a(lines[index]!)) return { end: index, next: index + 1, cut: false };
    if (beginPatch.test(lines[index]!) && index > start) return { end: index, next: index, cut: false };
  }
  if (open !== undefined) {
    const close = closingLine(lines, open, diffGoesOn(lines));
    return { end: close, next: close, cut: close === -1 };
  }
  // Without its end marker and without a fence, only the shell's heredoc word can follow the patch.
  let end = lines.length;
  while (end > start && /^(?:EOF|PATCH|)\s*$/.test(lines[end - 1]!)) end--;
  // What should stand in place of the lines taken out last is missing, and so is the end.
  const last = lines[end - 1] ?? '';
  const half = !ended && end === lines.length && /^(?:[+-]|\*\*\* )/.test(last);
  const cut = half || /^-(?!--)/.test(last);
  return { end, next: lines.length, cut };
}

function looksLikeHunk(lines: readonly string[], header: number): boolean {
  for (let index = header + 1; index < lines.length && index <= header + reading.hunkLines; index++) {
    if (/^[+-]/.test(lines[index]!)) return true;
  }
  return false;
}

/** Without a fence the diff ends with the answer or before a fence or another format. */
function endOfBareDiff(lines: readonly string[], start: number): number {
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (opensSearchReplace(line) || beginPatch.test(line)) return index;
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
