/** Tells a model which blocks could not be placed and why, and asks for those only. */
import type { PatchProblem, ProblemCode } from '../types.ts';

/** Problems that a model can solve by sending one block again. The others need a whole new answer. */
const retryable: readonly ProblemCode[] = [
  'not-found',
  'ambiguous',
  'already-applied',
  'overlap',
  'no-context',
  'too-loose',
  'elided',
  'edit-mark',
];

/** Whether every problem concerns a single block, so that the rest of the answer can be kept. */
export function canRetryBlocks(problems: readonly PatchProblem[]): boolean {
  return (
    problems.length > 0 &&
    problems.every(({ code, block }) => block !== undefined && retryable.includes(code))
  );
}

/** Problems whose solution is to find the place. */
const unfound: readonly ProblemCode[] = ['not-found', 'ambiguous', 'no-context', 'too-loose'];

export interface RetryOptions {
  /** Good blocks of the answer that are kept. */
  kept: number;
  /** What the model may write if nothing needs to change; undefined where that is no result. */
  noChange?: string | undefined;
}

/** The text of the next request. Empty if there is no problem. */
export function retryPrompt(
  problems: readonly PatchProblem[],
  { kept, noChange }: RetryOptions = { kept: 0 },
): string {
  if (problems.length === 0) return '';
  const reasons = problems.map(describeProblem).join('\n\n');
  const rules = noChange === undefined ? [] : [noChange];
  if (!canRetryBlocks(problems)) {
    return [
      'Your answer could not be used.',
      reasons,
      'Nobody will answer a question, and nothing more will be sent than is above. Send the whole answer again, complete, in the format that was asked for.',
      ...rules,
    ].join('\n\n');
  }
  const blocks = [...new Set(problems.map(({ block }) => block!))].sort((left, right) => left - right);
  const [which, these] =
    blocks.length === 1
      ? [`block ${blocks[0]}`, 'this block']
      : [`blocks ${blocks.join(', ')}`, 'these blocks'];
  const good = kept === 0 ? 'In your answer ' : `${kept} of your blocks ${kept === 1 ? 'is' : 'are'} fine; `;
  const isDone = problems.every(({ code }) => code === 'already-applied');
  const send = `Send only ${these} again, in the same format, against the original text of the file as it was given to you, as if none of your edits had been made.`;
  const copy = problems.some(({ code }) => unfound.includes(code))
    ? ' Copy the lines to find exactly, with their indentation, and enough of them to occur only once.'
    : '';
  const others = kept === 0 ? '' : ' The other blocks are kept: do not repeat them.';
  return [
    `${good}${which} could not be placed.`,
    reasons,
    (isDone
      ? `If you meant something else, send ${these} again in the same format, against the original text of the file.`
      : send + copy) + others,
    ...rules,
  ].join('\n\n');
}

/** One problem with everything that helps to solve it. */
export function describeProblem(problem: PatchProblem): string {
  const { code, path, block, lines = [], nearest = [], message } = problem;
  const where = [block === undefined ? undefined : `Block ${block}`, path]
    .filter((part) => part !== undefined)
    .join(', ');
  const head = `${where === '' ? '' : `${where}: `}${message}.`;
  const advice = adviceFor(code, lines);
  const shown =
    nearest.length === 0
      ? []
      : ['The closest lines of the file are:', ...nearest.map(({ line, text }) => `${line}: ${text}`)];
  return [head, ...(advice === undefined ? [] : [advice]), ...shown].join('\n');
}

function adviceFor(code: ProblemCode, lines: readonly number[]): string | undefined {
  switch (code) {
    case 'ambiguous':
      return lines.length === 0
        ? undefined
        : `It fits at lines ${lines.join(', ')}. Include more lines around the change, so that only the right place fits.`;
    case 'already-applied':
      return `The result is already there${lines.length === 0 ? '' : `, at line ${lines.join(', ')}`}.`;
    case 'overlap':
      return 'Combine the two blocks into one.';
    case 'no-context':
      return 'Include the lines above and below the place.';
    case 'cut':
      return 'None of it was used.';
    case 'edit-mark':
      return 'A block has one opening mark, one divider and one closing mark, each alone on a line that is not indented; no other line of it looks like one.';
    case 'secret-moved':
      return 'A line with such a placeholder may stay exactly as and where it is, or be deleted. Do not add, change, move or copy one, and write no placeholder anywhere else.';
    case 'elided':
      return 'Write every line, including those that do not change.';
    default:
      return undefined;
  }
}
