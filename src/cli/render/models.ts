/** The table of `orch models`. */
import type { ModelsOutput } from '../../operations/models.ts';
import { type Column, inColumns } from './columns.ts';
import type { Renderer } from './renderers.ts';
import { wrapped } from './wrap.ts';

type Row = ModelsOutput['models'][number];

const columns: readonly Column<Row>[] = [
  { title: 'alias', text: ({ alias }) => alias ?? '' },
  { title: 'model', text: ({ model }) => model },
  {
    title: 'in/out',
    right: true,
    text: ({ usd_per_million_tokens: usd }) => (usd ? `${usd.input}/${usd.output}` : '?'),
  },
  {
    title: 'input',
    right: true,
    dispensable: 2,
    text: ({ max_input_tokens }) => (max_input_tokens === null ? '?' : shortCount(max_input_tokens)),
  },
  { title: 'shutdown', dispensable: 1, text: ({ shutdown }) => shutdown ?? '' },
  { title: 'efforts', dispensable: 3, text: ({ efforts }) => rangeOf(efforts) },
];
/** Where it does not fit, it stands below each row. */
const usedBy: Column<Row> = { title: 'used by', dispensable: 9, text: ({ used_by }) => used_by.join(', ') };
const indent = '       ';

export const modelsRenderer: Renderer = {
  options: [],
  async render(output, { streams, verbose }) {
    const { models, warnings } = output as ModelsOutput;
    const { stdoutColumns: width } = streams;
    const { lines, hidden: left } = inColumns(models, [...columns, usedBy], width);
    const hidden = left.filter((title) => title !== usedBy.title);
    const isBelow = left.length > hidden.length;
    lines.forEach((line, at) => {
      const row = models[at - 1];
      const below = isBelow && row ? usedBy.text(row) : '';
      streams.out(`${line}\n${below === '' ? '' : `${wrapped(indent + below, width)}\n`}`);
    });
    const notes = models.flatMap(({ alias, note, model }) =>
      note === null ? [] : [`${alias ?? model}: ${note}`],
    );
    const remarks = [
      ...notes,
      `in/out: USD per 1M tokens${hidden.includes('input') ? '' : '; input: most tokens of a request'}; ?: unknown`,
      ...(hidden.length > 0 ? [`too narrow for: ${hidden.join(', ')} (--json shows all)`] : []),
    ];
    streams.out(`\n${remarks.map((remark) => `${wrapped(remark, width, '  ')}\n`).join('')}`);
    if (verbose) for (const warning of warnings) streams.say('warning', warning);
  },
};

/** `922k`, `1.05M`. */
function shortCount(count: number): string {
  return count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${Number((count / 1e6).toFixed(2))}M`;
}

/** The card lists them from the lowest to the highest. */
function rangeOf(efforts: readonly string[]): string {
  return efforts.length > 2 ? `${efforts[0]}..${efforts.at(-1)}` : efforts.join(', ');
}
