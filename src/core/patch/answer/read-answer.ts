/**
 * Reads a model's answer into edits, without locating them. Refuses what cannot be read with certainty: an answer that
 * was cut off, a path that was not sent, a change that a git patch cannot express.
 */
import { isAllProse, startsAsProse } from '../../answer/sentences.ts';
import { EditCollector } from '../dialects/edit-collector.ts';
import { dialects, type Section } from '../dialects/index.ts';
import { fenceOn } from '../dialects/markdown-fences.ts';
import { answerLines } from '../text/lines.ts';
import { isProse } from '../text/prose.ts';
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
  const collector = new EditCollector(context, sections.length <= 1);
  for (const section of sections) interpret(section, collector);
  if (sections.length === 0 && !cut && isBareFile(lines, context))
    interpret({ dialect: 'whole-file', block: { lines, label: undefined, unclear: false } }, collector);
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

/** Whether the answer may be the only file that was sent, without a fence or anything said around it. */
function isBareFile(lines: readonly string[], { files }: AnswerContext): boolean {
  const [file] = files;
  if (!file || files.length > 1 || isProse(file.path)) return false;
  // The lines of an edit that could not be read as one.
  const known = new Set(file.text.split('\n'));
  if (lines.some((line) => fenceOn(line) || (/^(?:@@|[-+])/.test(line) && !known.has(line)))) return false;
  const text = lines.join('\n').trim();
  const last = text.slice(text.lastIndexOf('\n\n') + 1).trim();
  return !startsAsProse(text) && (file.text.includes(last) || !isAllProse(last));
}

function tooComplexBecause(message: string): ReadAnswer {
  return { edits: [], problems: [{ code: 'too-complex', message }] };
}

function interpret<D extends Dialect>({ dialect, block }: Section<D>, collector: EditCollector): void {
  dialects[dialect].interpret(block, collector);
}
