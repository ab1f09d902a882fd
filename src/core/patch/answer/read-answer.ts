/**
 * Reads a model's answer into edits. Nothing is located here; what is refused is what could not be read
 * with certainty: a cut answer, a path that was not sent, a change that git's format cannot carry.
 */
import { EditCollector } from '../dialects/edit-collector.ts';
import { interpretSearchReplace } from '../dialects/interpret-search-replace.ts';
import { interpretUnified } from '../dialects/interpret-unified.ts';
import { interpretV4a } from '../dialects/interpret-v4a.ts';
import { interpretWholeFile } from '../dialects/interpret-whole-file.ts';
import { answerLines } from '../text/lines.ts';
import type { AnswerContext, FileEdit, PatchProblem } from '../types.ts';
import { sectionsOf } from './sections.ts';
import { unwrapJson } from './unwrap.ts';

export interface ReadAnswer {
  edits: FileEdit[];
  /** Empty when every block could be read. */
  problems: PatchProblem[];
}

export function readAnswer(answer: string, context: AnswerContext): ReadAnswer {
  const cutProblem: PatchProblem = { code: 'cut', message: 'the answer ends before it is finished' };
  if (context.finishReason === 'length') return { edits: [], problems: [cutProblem] };
  const unwrapped = unwrapJson(answer);
  const { sections, cut } = sectionsOf(answerLines(unwrapped), context, unwrapped.endsWith('\n'));
  const collector = new EditCollector(context);
  let lastPath: string | undefined;
  for (const section of sections) {
    if (section.dialect === 'search-replace') {
      lastPath = interpretSearchReplace(section, lastPath, collector);
    } else if (section.dialect === 'v4a') interpretV4a(section.lines, collector);
    else if (section.dialect === 'unified') interpretUnified(section.lines, section.label, collector);
    else interpretWholeFile(section, sections.length === 1, collector);
  }
  collector.settleDoubts();
  const { edits, problems } = collector;
  if (cut) problems.push(cutProblem);
  if (edits.length === 0 && problems.length === 0) {
    problems.push({
      code: 'not-a-patch',
      message: 'the answer holds no search/replace block, patch, diff or file with its path',
    });
  }
  return { edits, problems };
}
