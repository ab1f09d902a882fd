/** Everything that is laid out fits a terminal of 40 columns. */
import { describe, expect, it } from 'vitest';
import { helpTopics } from '../../src/cli/help/topic-names.ts';
import { wrapped } from '../../src/cli/render/wrap.ts';
import { tasks } from '../../src/core/tasks/tasks.ts';
import { isOffered, operations } from '../../src/operations/index.ts';
import { orchInProcess } from '../helpers/cli.ts';
import { folder } from '../helpers/orch.ts';

const commands = operations.filter((operation) => isOffered(operation, 'cli')).map(({ command }) => command);
const groups = [...new Set(commands.filter(({ length }) => length > 1).map(([group]) => group!))];

/** The lines that are too long, but for a single word, such as a path, that cannot be broken. */
function tooLong(text: string, width = 40): string[] {
  return text.split('\n').filter((line) => [...line].length > width && line.trim().includes(' '));
}

const env = { XDG_CONFIG_HOME: '/nowhere', ORCH_MAX_COST_USD: '0.03' };

describe('40 columns', () => {
  it.each([
    ['--help'],
    ...[...commands, ...groups.map((group) => [group])].map((words) => [`${words.join(' ')} --help`]),
    ...['serve', 'completion', 'help'].map((name) => [`${name} --help`]),
    ...helpTopics.map((topic) => [`help ${topic}`]),
  ])('are enough for orch %s', async (line) => {
    const { stdout } = await orchInProcess(line.split(' '), { columns: 40, env });
    expect(stdout).not.toBe('');
    expect(tooLong(stdout)).toEqual([]);
  });

  it.each([
    ['models'],
    ['config list'],
    ['route --explain refactor x -l rust'],
    ['route --explain docs x --max-cost 0.01'],
    ['doctor --rehearse --verbose'],
  ])('are enough for orch %s', async (line) => {
    const { stdout } = await orchInProcess(line.split(' '), { columns: 40, env });
    expect(stdout.split('\n').length).toBeGreaterThan(5);
    expect(tooLong(stdout)).toEqual([]);
  });

  it('are enough for a list of runs, which shows what each was about', async () => {
    const kept = { ...env, XDG_STATE_HOME: folder() };
    const about = 'say at length how a cart adds up the prices of all that is in it';
    await orchInProcess(['docs', about, '--rehearse'], { env: kept });
    const { stdout } = await orchInProcess(['runs', 'list'], { columns: 40, env: kept });
    expect(tooLong(stdout)).toEqual([]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`docs: ${about}`);
    const wide = await orchInProcess(['runs', 'list'], { columns: 200, env: kept });
    expect(wide.stdout).toMatch(new RegExp(`^[0-9a-f]{8}  \\d{4}-.*  docs: ${about}\\n$`));
  });

  it('are enough for a report with long names', async () => {
    const usage = folder({
      'usage.csv': `ts,task,model_served,error,cost_usd\n${'2026-11-22T00:00:00Z,deep_reasoning,a-very-long-name-of-a-model-2026-11-22,,0.5\n'.repeat(2)}`,
    });
    const args = ['usage', 'report', `${usage}/usage.csv`, '--by', 'model,task,day'];
    const { stdout } = await orchInProcess(args, { columns: 40 });
    expect(stdout).toContain('deep_');
    expect(tooLong(stdout)).toEqual([]);
    const wide = await orchInProcess(args, { columns: 120 });
    expect(wide.stdout).toContain('a-very-long-name-of-a-model-2026-11-22');
  });
});

describe('help', () => {
  it.each(Object.entries(tasks))(
    'says what files alone mean for %s',
    async (task, { defaultInstruction }) => {
      const { stdout } = await orchInProcess(['run', '--help'], { columns: 1000 });
      expect(stdout).toContain(`  ${task}: ${defaultInstruction}\n`);
    },
  );

  it.each([
    ['docs', tasks.docs],
    ['tests', tasks.tests],
    ['diff', tasks.refactor],
  ])('of %s says so too', async (command, { defaultInstruction }) => {
    expect((await orchInProcess([command, '--help'], { columns: 1000 })).stdout).toContain(
      `\nFiles without an instruction mean:\n  ${defaultInstruction}\n`,
    );
  });

  it('has examples that can be pasted, however narrow it is', async () => {
    const examples = async (columns: number) =>
      /Examples:\n(.*?)\n\n/s
        .exec((await orchInProcess(['run', '--help'], { columns })).stdout)![1]!
        .replace(/ \\\n +/g, ' ');
    expect(await examples(40)).toBe(await examples(1000));
  });
});

describe('wrapped', () => {
  it.each([
    ['a b c', undefined, '', 'a b c'],
    ['aa bb cc', 5, '', 'aa bb\ncc'],
    ['  aa bb cc', 7, ' ', '  aa bb\n   cc'],
    ['aaaaaaaa b', 5, '', 'aaaaaaaa\nb'],
    ['a\n\nb c', 2, '', 'a\n\nb\nc'],
    ['aa  bb', 4, '', 'aa \nbb'],
  ])('%j in %s columns', (text, width, indent, expected) => {
    expect(wrapped(text, width, indent)).toBe(expected);
  });
});
