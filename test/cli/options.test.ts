/** From argv to the input of an operation, through the real program. */
import { describe, expect, it } from 'vitest';
import { parseInput, readFields } from '../../src/cli/options.ts';
import { buildProgram } from '../../src/cli/program.ts';

/** The input that the operation would get. */
async function inputOf(...argv: string[]): Promise<Record<string, unknown>> {
  let input: Record<string, unknown> | undefined;
  const nothing = async () => {};
  const program = buildProgram({
    run: async (operation, fields, command) => {
      input = parseInput(operation, fields, readFields(command, fields));
    },
    serve: nothing,
    help: nothing,
    completion: nothing,
  });
  await program.parseAsync(argv, { from: 'user' });
  return input!;
}

describe('options', () => {
  it('take several of a few words as a list with commas, repeated or both', async () => {
    const by = ['model', 'task', 'day'];
    expect(await inputOf('usage', 'report', '--by', 'model,task,day')).toEqual({ by });
    expect(await inputOf('usage', 'report', '--by', 'model, task', '--by=day')).toEqual({ by });
  });

  it('say which word of a list is wrong', async () => {
    await expect(inputOf('usage', 'report', '--by', 'model,taskk')).rejects.toThrow(
      /^--by: "taskk" is not one of model, .*\(did you mean task\?\)$/,
    );
  });

  it('take numbers as decimals only', async () => {
    const costOf = async (text: string) => (await inputOf('docs', 'x', '--max-cost', text)).maxCostUsd;
    expect(await Promise.all(['.5', '16', '1e-3', ' 2. '].map(costOf))).toEqual([0.5, 16, 0.001, 2]);
    for (const text of ['0x10', '0b1', '1_000', 'Infinity', '', '1 USD'])
      await expect(costOf(text)).rejects.toThrow('--max-cost: must be a number without a unit');
  });

  it('leave a comma in a path alone', async () => {
    expect(await inputOf('docs', 'x', '-f', 'a,b.ts', '-f', 'c.ts')).toEqual({
      input: 'x',
      files: ['a,b.ts', 'c.ts'],
    });
  });
});
