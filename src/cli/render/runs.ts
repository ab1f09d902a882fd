/** Prints kept runs: the answer on stdout, and what it belongs to on stderr. */
import { describeCost } from '../../core/errors/spending.ts';
import { formatDuration } from '../../core/text/format.ts';
import { type KeptHead, type KeptRun, longestAnswer } from '../../operations/delegation/kept-run.ts';
import { applyCommand, shortRunId } from '../../operations/delegation/show-command.ts';
import { type Column, inColumns } from './columns.ts';
import type { Renderer } from './renderers.ts';
import { wrapped } from './wrap.ts';

const renderRun: Renderer['render'] = async (output, { streams, verbose }) => {
  const run = output as KeptRun & { warnings: string[] };
  const { result, answers, error, attempts, reason } = run;
  const isAnswer = result === null || reason !== undefined;
  const answer = reason === undefined ? longestAnswer(answers) : answers.at(-1);
  const text = (isAnswer ? answer?.text : result) ?? '';
  streams.out(text === '' || text.endsWith('\n') ? text : `${text}\n`);
  if (!verbose) return;
  for (const warning of run.warnings) streams.say('warning', warning);
  // The error holds the messages of the attempts, of which some have many lines.
  const lines = [
    `run ${run.run_id} | ${run.ts} | ${run.status}`,
    `${run.task}: ${run.about}`,
    `${run.model} | ${run.rationale} | ${describeCost(run)} | ${formatDuration(run.latency_ms)}`,
    ...(error ? [`${error.code}: ${error.message}`] : []),
    ...attempts.flatMap(({ model, message }, at) =>
      message === undefined || message === error?.message
        ? []
        : [`attempt ${at + 1}, ${model}: ${error ? message.split('\n', 1)[0] : message}`],
    ),
    ...(reason === undefined ? [] : [`no change: ${reason}`]),
    ...(isAnswer ? [answerNote(answer, answers.length)] : []),
    ...(run.patch_id === undefined ? [] : [`patch: ${applyCommand(run.run_id)}`]),
    ...(run.partial_patch_id === undefined ? [] : [`a part of it: ${applyCommand(run.run_id)} --partial`]),
  ];
  streams.err(`${lines.join('\n')}\n`);
};

function answerNote(answer: KeptRun['answers'][number] | undefined, count: number): string {
  if (!answer) return 'no answer came';
  const which = `above: the answer of attempt ${answer.attempt}, as the model wrote it`;
  return count === 1 ? which : `${which}; --json has all ${count}`;
}

/** Without a line of titles, which would be more than most lists have to say. */
const columns: readonly Column<KeptHead>[] = [
  { title: '', text: ({ run_id }) => shortRunId(run_id) },
  { title: '', dispensable: 1, text: ({ ts }) => ts.slice(0, 19).replace('T', ' ') },
  { title: '', text: ({ status }) => status },
  { title: '', dispensable: 2, text: ({ model }) => model ?? '' },
  { title: '', text: describeCost },
];
/** Left out first; it then stands below each row. */
const about: Column<KeptHead> = { title: '', dispensable: 3, text: (run) => `${run.task}: ${run.about}` };
const indent = '    ';

const renderRunList: Renderer['render'] = async (output, { streams, verbose }) => {
  const { runs } = output as { runs: KeptHead[] };
  const { stdoutColumns: width } = streams;
  const { lines, hidden } = inColumns(runs, [...columns, about], width);
  for (const [at, run] of runs.entries()) {
    const below = hidden.length > 0 ? `${wrapped(indent + about.text(run), width, indent)}\n` : '';
    streams.out(`${lines[at + 1]}\n${below}`);
  }
  if (runs.length === 0 && verbose) streams.say('note', 'no run has been kept yet');
};

export const runRenderer: Renderer = { options: [], render: renderRun };
export const runListRenderer: Renderer = { options: [], render: renderRunList };
