/** Prints the findings of `orch doctor`. */
import { printable } from '../../core/text/hidden.ts';
import type { DoctorOutput } from '../../operations/doctor.ts';
import type { Renderer } from './renderers.ts';
import { wrapped } from './wrap.ts';

const marks = { ok: '✓', warning: '!', problem: '✗' } as const;

export const doctorRenderer: Renderer = {
  options: [],
  async render(output, { streams }) {
    const { green, yellow, red } = streams.outStyle;
    const paint = { ok: green, warning: yellow, problem: red };
    const { stdoutColumns: width } = streams;
    for (const { status, id, message, hint } of (output as DoctorOutput).findings) {
      // The mark and its space stand in place of the first two blanks.
      const text = wrapped(printable(`  ${id}: ${message}`), width, '  ').slice(2);
      const cure = hint === undefined ? '' : `${wrapped(printable(`    ${hint}`), width)}\n`;
      streams.outStyled(`${paint[status](marks[status])} ${text}\n${cure}`);
    }
  },
  exitStatus: (output) => ((output as DoctorOutput).ok ? 0 : 1),
};
