/** What a hurried user gets wrong: each is told before anything is sent, written or paid for. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/core/text/hidden.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { bareEnvironment, bin, orch as builtOrch, folder, provider } from '../helpers/orch.ts';

const cwd = () => folder({ 'a.ts': 'export const a = 1;\n', 'b.ts': 'export const b = 2;\n' });

describe('nothing is sent', () => {
  it.each<[string, string[], RegExp]>([
    [
      'a flag where a value belongs',
      ['docs', 'x', '-o', '--rehearse'],
      /'-o, --output <file>' .*value is missing/,
    ],
    [
      'a flag in place of an instruction',
      ['docs', '-i', '--dry-run'],
      /'-i, --input <text>' .*value is missing/,
    ],
    [
      'a flag in place of a model',
      ['docs', 'x', '-m', '--json=x'],
      /'-m, --force-model <name>' .*value is missing/,
    ],
    [
      'a glob that the shell expanded',
      ['diff', 'x', '-f', 'a.ts', 'b.ts'],
      /b\.ts after -f a\.ts would be read as instruction text, not as files\nhint: quote the glob/,
    ],
    [
      'an instruction where the task belongs',
      ['run', 'why does it fail?', '-f', 'a.ts'],
      / is not a task: the task comes before the instruction\nhint: put one of these first: .*refactor/,
    ],
    [
      'an answer and a question',
      ['diff', 'x', '--from', 'a.ts', '-m', 'mini'],
      /an instruction, --force-model/,
    ],
    [
      'an answer and --dry-run',
      ['diff', '--from', 'a.ts', '--dry-run'],
      /--dry-run has no route to show: nothing would be sent/,
    ],
    [
      '--check with --output',
      ['diff', 'x', '--check', '-o', 'z'],
      /--check cannot be combined with --apply or --output/,
    ],
    ['a time that is none', ['docs', 'x', '--timeout', '0'], /--timeout: must be greater than 0/],
    [
      'a time beyond a day',
      ['docs', 'x', '--timeout', '3000000'],
      /--timeout: must be at most 86400 \(one day\)/,
    ],
    ['a time beyond a day', ['doctor', '--timeout', '9999999'], /--timeout: must be at most 86400/],
    ['an empty file name', ['docs', 'x', '-f', ''], /--file: is empty/],
    ['a misspelt flag', ['docs', 'x', '--max-cots', '1'], /did you mean --max-cost.*\n.*orch docs --help/i],
  ])('for %s', async (_name, args, message) => {
    const { env, server } = await provider();
    const { status, stdout, stderr } = await orch(args, { env, cwd: cwd() });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(server.requests).toEqual([]);
  });

  it.each([[['route', 'docs']], [['serve', '--stdio']]])('for a folder that is gone: %s', async (args) => {
    const gone = folder();
    const leave = ['-c', 'rmdir "$PWD" && exec "$@"', 'sh', process.execPath, bin, ...args];
    const { status, stderr } = spawnSync('sh', leave, {
      cwd: gone,
      env: bareEnvironment(),
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: the working directory no longer exists\nhint: /);
  });
});

describe('a task that is not known', () => {
  it('is treated as docs, and said to be', async () => {
    const { status, stderr } = await orch(['run', 'translate', 'x', '--rehearse']);
    expect(status).toBe(0);
    expect(stderr).toContain('unknown task "translate", treated as docs');
  });

  it('is treated as docs over MCP even if it is almost one, with the guess', async () => {
    const client = await connectInProcess();
    const { structuredContent } = await call(client, 'route.explain', { task: 'refactr', input: 'x' });
    expect(structuredContent).toMatchObject({
      task: 'docs',
      warnings: expect.arrayContaining(['unknown task "refactr", treated as docs (did you mean refactor?)']),
    });
  });
});

describe('what a failed call has cost', () => {
  it('is said, and where it is recorded', async () => {
    const { env } = await provider({ answer: { kind: 'refusal', text: 'No.' } });
    const { stderr } = await orch(['docs', 'x'], { env });
    expect(stderr).toMatch(/^cost \$0\.0\d+, run [0-9a-f]{32}$/m);
  });
});

describe('help', () => {
  it.each([['diff'], ['usage', 'report']])('is the same by word and by flag: %s', async (...command) => {
    const [byWord, byFlag] = await Promise.all([orch(['help', ...command]), orch([...command, '--help'])]);
    expect(byWord.stdout).toBe(byFlag.stdout);
    expect(byWord.stdout).toContain('Examples:');
  });
});

describe('what a terminal would obey', () => {
  it.each([
    ['\x1b[2Jgone', '\\u001b[2Jgone'],
    ['\x1b]0;title\x07', '\\u001b]0;title\\u0007'],
    ['over\rwritten', 'over\\u000dwritten'],
    ['\x9b31m', '\\u009b31m'],
    ['\x1b[31mred\x1b[0m\ttab\r\nline\n', '\\u001b[31mred\\u001b[0m\ttab\r\nline\n'],
  ])('is shown instead: %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('never comes out of a message', async () => {
    const { status, stderr } = await builtOrch(['docs', 'x', '-f', 'no\x1b[2Jpe.ts']);
    expect(status).toBe(2);
    expect(stderr).toContain('no\\u001b[2Jpe.ts');
  });
});
