/** Prints the verdict on tests. */
import { printable } from '../../core/text/hidden.ts';
import { describeVerdict } from '../../operations/verdict/describe-verdict.ts';
import type { VerdictOutput } from '../../operations/verdict/verdict-schema.ts';
import type { Renderer } from './renderers.ts';
import { wrapped } from './wrap.ts';

const marks = { accepted: '\u2713', refused: '\u2717', unverified: '?' } as const;

export const checkRenderer: Renderer = {
  options: [],
  async render(output, { streams }) {
    const verdict = output as VerdictOutput;
    const { green, red, yellow } = streams.outStyle;
    const paint = { accepted: green, refused: red, unverified: yellow }[verdict.verdict];
    const { stdoutColumns: width } = streams;
    const lines = wrapped(printable(`  ${describeVerdict(verdict)}`), width, '  ').slice(2);
    streams.outStyled(`${paint(marks[verdict.verdict])} ${lines}\n`);
    for (const { name, why } of verdict.failures ?? [])
      streams.out(`${wrapped(printable(`  \u2717 ${name}: ${why}`), width, '    ')}\n`);
    for (const { path, line, change } of verdict.changes?.survivors ?? [])
      streams.out(`${wrapped(printable(`  ${path}:${line}: ${change} goes unnoticed`), width, '    ')}\n`);
    if (verdict.hint !== undefined) streams.out(`${wrapped(printable(`  ${verdict.hint}`), width, '  ')}\n`);
  },
  exitStatus: (output) => ((output as VerdictOutput).verdict === 'accepted' ? 0 : 5),
};
