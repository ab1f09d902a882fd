/**
 * Cuts an answer into the blocks that matter, whatever prose and fences surround them. Several dialects in one
 * answer are fine: a new file in a fence beside search/replace blocks for the others.
 */
import type { AnswerText } from '../dialects/dialect.ts';
import { closing, markOn, startsEdit, unreadMark } from '../dialects/edit-marks.ts';
import { dialects, type Section } from '../dialects/index.ts';
import { closes, fenceOn, nextContent } from '../dialects/markdown-fences.ts';
import { documentsEdits } from '../dialects/whole-file.ts';
import { WorkBudget } from '../match/work-budget.ts';
import { reading } from '../thresholds.ts';
import type { AnswerContext, Dialect } from '../types.ts';
import { undenter } from './undent.ts';

/**
 * The blocks of an answer in their order. `cut`: something begins and does not end. `ended`: the last line of the
 * answer is complete.
 */
export function sectionsOf(
  answerLines: readonly string[],
  context: AnswerContext,
  ended: boolean,
): { sections: Section[]; cut: boolean; tooComplex: boolean } {
  const lines = [...answerLines];
  const undent = undenter(lines);
  const sections: Section[] = [];
  const looks = new WorkBudget(reading.fewestLooks + lines.length * reading.mostLooksPerLine);
  const answer: AnswerText = { lines, context, ended, looks, around: undefined };
  // There is a divider above without an opening mark.
  let halved = false;
  // A mark outside of every block: leaving out what it belongs to would make half of the change.
  let unread: string | undefined;
  let index = 0;
  while (index < lines.length) {
    if (!answer.around) undent(index);
    const line = lines[index]!;
    const fence = answer.around ? undefined : fenceOn(line);
    if (fence) {
      const content = nextContent(lines, index + 1);
      looks.spend(content - index);
      if (content >= lines.length)
        return { sections, cut: fence.info !== '' || sections.length === 0, tooComplex: false };
      const edit = wrappedEdit(answer, index, content);
      if (edit !== undefined && !documentsEdits(answer, index, lines[edit]!)) {
        answer.around = { fence, open: index++ };
        continue;
      }
    }
    const found = sectionAt(answer, index);
    if (looks.exhausted) return { sections, cut: false, tooComplex: true };
    if (found === 'cut') return { sections, cut: true, tooComplex: false };
    if (found) {
      sections.push(found.section);
      index = found.next;
      halved &&= !closing.test(lines[index - 1]!);
      continue;
    }
    const mark = markOn(line);
    const ends = mark === 'closing' || mark === 'theirs';
    // A closing mark may be merely repeated, but not in a form that ends no block.
    if (ends && (halved || !closing.test(line.trimStart()))) unread ??= line;
    unread ??= unreadMark(line);
    halved = mark === 'divider' || (halved && mark === undefined);
    if (answer.around && closes(line, answer.around.fence)) answer.around = undefined;
    index++;
  }
  if (unread !== undefined) {
    sections.push({ dialect: 'whole-file', block: { lines: [unread], label: undefined, unclear: false } });
  }
  return { sections, cut: answer.around !== undefined, tooComplex: false };
}

function sectionAt(
  answer: AnswerText,
  index: number,
): { section: Section; next: number } | 'cut' | undefined {
  for (const { name } of Object.values(dialects)) {
    const found = cutBlock(name, answer, index);
    if (found) return found;
  }
  return undefined;
}

function cutBlock<D extends Dialect>(
  dialect: D,
  answer: AnswerText,
  index: number,
): { section: Section; next: number } | 'cut' | undefined {
  const row = dialects[dialect];
  if (!row.startsOn(answer.lines[index]!, answer.lines[index + 1])) return undefined;
  const cut = row.cut(answer, index);
  if (cut === undefined || cut === 'cut') return cut;
  const section: Section<D> = { dialect, block: cut.block };
  return { section: section as Section, next: cut.next };
}

/** The line of the edit that starts in a fence or a few lines further down, such as a path and then a block. */
function wrappedEdit(answer: AnswerText, open: number, content: number): number | undefined {
  const { lines } = answer;
  const fence = fenceOn(lines[open]!)!;
  const starts = (at: number) =>
    startsEdit(lines[at]!, lines[at + 1]) || cutBlock('search-replace', answer, at) !== undefined;
  if (starts(content)) return content;
  for (let index = content; index < Math.min(content + reading.wrapperLines, lines.length); index++) {
    if (closes(lines[index]!, fence)) return undefined;
    if (starts(index)) return index;
  }
  return undefined;
}
