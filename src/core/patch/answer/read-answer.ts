/**
 * Reads a model's answer into edits, without locating them. Refuses what cannot be read with certainty: an answer that
 * was cut off, a path that was not sent, a change that a git patch cannot express.
 */
import { EditCollector } from '../dialects/edit-collector.ts';
import { dialects, type Section } from '../dialects/index.ts';
import { answerLines } from '../text/lines.ts';
import { reading } from '../thresholds.ts';
import type { AnswerContext, Dialect, FileEdit, PatchProblem } from '../types.ts';
import { sectionsOf } from './sections.ts';
import { unwrapJson, withoutThinking } from './unwrap.ts';

export interface ReadAnswer {
  edits: FileEdit[];
  /** Empty when every block could be read. */
  problems: PatchProblem[];
}

export function readAnswer(answer: string, context: AnswerContext): ReadAnswer {
  const cutProblem: PatchProblem = { code: 'cut', message: 'the answer ends before it is finished' };
  if (context.finishReason === 'length') return { edits: [], problems: [cutProblem] };
  if (answer.length > reading.longestAnswer) return tooComplexBecause('the answer is longer than 4 MB');
  const said = withoutThinking(answer);
  if (said === undefined) return { edits: [], problems: [cutProblem] };
  const unwrapped = unwrapJson(said);
  const lines = answerLines(unwrapped);
  if (lines.length > reading.mostLines) return tooComplexBecause('the answer has too many lines');
  const { sections, cut, tooComplex } = sectionsOf(lines, context, unwrapped.endsWith('\n'));
  if (tooComplex)
    return tooComplexBecause('the answer has too many marks and fences to tell where its blocks end');
  const collector = new EditCollector(context, sections.length === 1);
  for (const section of sections) interpret(section, collector);
  collector.settleDoubts();
  const { edits, problems } = collector;
  if (cut) problems.push(cutProblem);
  if (edits.length === 0 && problems.length === 0) {
    problems.push({
      code: 'not-a-patch',
      message: 'the answer contains no search/replace block, patch, diff or file with its path',
    });
  }
  return { edits, problems };
}

function tooComplexBecause(message: string): ReadAnswer {
  return { edits: [], problems: [{ code: 'too-complex', message }] };
}

function interpret<D extends Dialect>({ dialect, block }: Section<D>, collector: EditCollector): void {
  dialects[dialect].interpret(block, collector);
}
