/** Turns a model's answer into code or text. */
import { faultOfCode, leftToDoIn } from '../../core/answer/check-code.ts';
import { faultOfText } from '../../core/answer/check-text.ts';
import { extractCode, extractText } from '../../core/answer/extract-code.ts';
import { documentWarnings, extractDocument } from '../../core/answer/extract-document.ts';
import { isClear, readNoChange } from '../../core/answer/no-change.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { normaliseLanguage } from '../../core/input/language.ts';
import { withoutThinking } from '../../core/patch/answer/unwrap.ts';
import { holdsEdit } from '../../core/patch/dialects/edit-marks.ts';
import { mayStay } from '../../core/tasks/tasks.ts';
import type { SourceSet } from '../ports.ts';
import type { Finished } from './finish-answer.ts';
import { NonAnswer } from './non-answer.ts';
import type { FinishOptions } from './options.ts';
import { checkParsedCode } from './parse-check.ts';
import { hiddenIn } from './result-warnings.ts';

export function finishText(
  answer: string,
  { task, sourceSet, freeForm = false, context = false }: FinishOptions,
): Finished {
  const document = task === 'docs' && !freeForm;
  const result = document ? extractDocument(answer) : extractText(answer);
  const fault = faultOfText(result, { document, material: context || sourceSet.sources.length > 0 });
  if (fault !== undefined) throw new NonAnswer(answer, fault);
  const warnings = [...hiddenIn(result, sourceSet), ...(document ? documentWarnings(result) : [])];
  return { result, patch: undefined, warnings };
}

export async function finishCode(answer: string, options: FinishOptions): Promise<Finished> {
  const { task, shape, language, instruction, sourceSet } = options;
  const given = sourceSet.sources.map(({ text }) => text);
  const said = withoutThinking(answer) ?? '';
  try {
    const isLanguage = (info: string) => info !== '' && normaliseLanguage(info) === language;
    const extracted =
      language === 'markdown'
        ? { code: extractDocument(said), blocks: 1, fenced: false, info: language }
        : extractCode(said, isLanguage);
    const { code, blocks } = extracted;
    const stays = !extracted.fenced && mayStay(task, shape) ? readNoChange(said) : undefined;
    if (isClear(stays)) return unchanged(stays.sentence);
    if (holdsEdit(code)) throw new NonAnswer(answer, 'it is an edit (it contains edit markers), not code');
    const wanted = { language: typeOf(sourceSet, language), instruction, tests: task === 'tests', given };
    const fault = faultOfCode(extracted, wanted);
    if (fault !== undefined) throw new NonAnswer(answer, fault);
    const parseWarnings = await checkParsedCode(code, answer, options);
    const warnings = [...hiddenIn(code, sourceSet), ...parseWarnings, ...leftToDo(code, given)];
    if (blocks > 1) warnings.push(`the answer had ${blocks} code blocks, which were joined in order`);
    return { result: code, patch: undefined, warnings };
  } catch (error) {
    if (error instanceof OrchError) throw new NonAnswer(answer, error.message);
    throw error;
  }
}

/** In a file of types for Python three dots are code. */
function typeOf({ sources }: SourceSet, language: string | undefined): string | undefined {
  return language === 'python' && sources[0]?.path.endsWith('.pyi') ? 'pyi' : language;
}

export function leftToDo(code: string, given: readonly string[]): string[] {
  const line = leftToDoIn(code, given);
  return line === undefined ? [] : [`the answer leaves something to be done: ${line.slice(0, 100)}`];
}

export function unchanged(sentence: string): Finished {
  return { result: '', patch: undefined, noChange: sentence, warnings: [] };
}
