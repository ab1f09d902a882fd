import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { reportError } from '../../src/cli/errors.ts';
import type { IOStreams } from '../../src/cli/streams/streams.ts';
import { OrchError } from '../../src/core/errors/orch-error.ts';
import { expectLinear } from '../helpers/linear.ts';

function reported(error: unknown, json = false) {
  const out: string[] = [];
  const err: string[] = [];
  const streams = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    say: (label: string, text: string) => err.push(`${label}: ${text}\n`),
  } as unknown as IOStreams;
  const status = reportError(error, { streams, json, command: 'orch run' });
  return { status, out: out.join(''), err: err.join('') };
}

describe('a bug of ours', () => {
  const bug = new TypeError('x is not a function');
  const details = { run_id: 'run-1', cost_usd: 0.5 };
  const told = new OrchError('internal', bug.message, { hint: 'it is kept', cause: bug, details });

  it.each([
    ['as it was thrown', bug],
    ['with what the call has cost', told],
    ['told twice', new OrchError('internal', bug.message, { hint: 'it is kept', cause: told })],
  ])('is shown with the place where it broke, %s', (_name, error) => {
    const { status, err } = reported(error);
    expect(status).toBe(1);
    expect(err).toContain(`internal error: ${bug.stack}\n`);
    expect(err).toMatch(/^hint: this is a bug in orch/m);
  });

  it('says what was spent, and where the result is', () => {
    expect(reported(told).err).toMatch(
      /^hint: this is a bug in orch.*; it is kept\ncost \$0\.50, run run-1$/m,
    );
    expect(JSON.parse(reported(told, true).out).error).toEqual({
      code: 'internal',
      message: 'x is not a function',
      hint: expect.stringMatching(/^this is a bug in orch.*; it is kept$/),
      details,
    });
  });

  it.each([bug, 'x is not a function', new OrchError('internal', 'x is not a function')])(
    'is said to be one with --json: %o',
    (error) => {
      expect(JSON.parse(reported(error, true).out).error).toEqual({
        code: 'internal',
        message: 'x is not a function',
        hint: expect.stringContaining('this is a bug in orch'),
      });
    },
  );
});

describe('a message of the parser', () => {
  it('is shown in one line', () => {
    const error = new CommanderError(1, 'commander.unknownOption', "error: no 'x'  \n\n (did you mean y?)\n");
    expect(reported(error).err).toBe("error: no 'x' (did you mean y?)\nhint: see: orch run --help\n");
  });

  it('takes time in proportion to its length', async () => {
    await expectLinear((n) => {
      const error = new CommanderError(1, 'commander.unknownOption', `error: ${' '.repeat(n)}x`);
      return () => reported(error);
    }, 15_000);
  });
});
