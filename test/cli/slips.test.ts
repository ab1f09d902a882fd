/** What a hurried user gets wrong: each is told before anything is sent, written or paid for. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/core/text/hidden.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { bareEnvironment, bin, folder, provider, repository } from '../helpers/orch.ts';

const files = {
  'a.ts': 'export const a = 1;\n',
  'b.ts': 'export const b = 2;\n',
  'logo.png': Buffer.of(1, 0),
};
const cwd = () => folder({ ...files, 'src/cart.ts': 'export const c = 3;\n' });
const git = () => repository({ ...files, 'src/cart.ts': 'export const c = 3;\n' });

interface Slip {
  stdin?: string;
  /** Default: a folder without git. */
  where?: () => string | Promise<string>;
  /** Default 2. */
  status?: number;
}

describe('nothing is sent', () => {
  it.each<[string, string[], RegExp, Slip?]>([
    // Nothing, or not enough.
    ['no command', [], /^Usage: orch /],
    [
      'no task',
      ['run'],
      /^error: the task is missing\nhint: orch run <task> .*one of code_generate, .*, ask$/m,
    ],
    [
      'a task alone',
      ['run', 'refactor'],
      /the instruction is empty\nhint: give .*; with files or a change it may/,
    ],
    ['tests of nothing', ['tests'], /the instruction is empty\nhint: give the instruction/],
    ['an empty pipe', ['docs'], /the instruction is empty/, { stdin: '' }],
    ['a blank pipe', ['docs'], /the instruction is empty/, { stdin: ' \n' }],
    [
      'an empty answer',
      ['diff', '--from', '-'],
      /the answer is empty\nhint: pass a file/,
      { stdin: '', status: 5 },
    ],
    ['no shell', ['completion'], /missing required argument 'shell'/],
    ['no patch', ['patch', 'apply'], /give either a patch id or a patch\nhint: orch patch apply last /],
    ['half a command', ['usage'], /^Usage: orch usage .*Commands:\n {2}report /s],
    ['a question without one', ['run', 'ask'], /the instruction is empty/],
    [
      'a file without -f',
      ['docs', 'src/cart.ts'],
      /^error: src\/cart\.ts is a file, and would be sent as the instruction\nhint: give it with -f: -f src\/cart\.ts$/m,
    ],
    [
      'another tool’s option',
      ['run', 'docs', 'x', '--model', 'mini'],
      /'--model' \(did you mean --force-model\?\)/,
    ],
    ['a list that is none', ['config', 'set', 'rules', '["/etc/passwd"]'], /must be|relative/],
    // A wrong task or command.
    [
      'a task for a command',
      ['refactor', 'x'],
      /refactor is a task, not a command\nhint: run: orch run refactor …/,
    ],
    ['another spelling of it', ['Deep-Reasoning', 'x'], /hint: run: orch run deep_reasoning …/],
    [
      'almost a task for a command',
      ['refctor', 'x'],
      /unknown command 'refctor'\nhint: run: orch run refactor …/,
    ],
    ['almost a command', ['test', 'x'], /unknown command 'test' \(Did you mean tests\?\)/],
    ['a command that is none', ['banana', 'x'], /unknown command 'banana'\nhint: see: orch --help/],
    [
      'a letter too few',
      ['run', 'refactr', 'x'],
      /there is no task "refactr" \(did you mean refactor\?\)\nhint: the tasks/,
    ],
    ['a letter too many', ['run', 'teests', 'x'], /did you mean tests\?/],
    ['two letters', ['run', 'dcoss', 'x'], /did you mean docs\?/],
    [
      'another name of a task',
      ['run', 'explain', '-f', 'a.ts'],
      /there is no task "explain" \(did you mean ask\?\)\nhint: the tasks are code_generate, /,
    ],
    ['it in place of a command', ['fix', 'x'], /unknown command 'fix'\nhint: run: orch run refactor …/],
    [
      'a command for a task',
      ['run', 'diff', 'use a set', '-f', 'a.ts'],
      /diff is a command, not a task\nhint: run: orch diff …/,
    ],
    ['one that runs nothing', ['run', 'serve'], /serve is a command, not a task\nhint: run: orch serve …/],
    [
      'a file for a task',
      ['run', 'a.ts', 'refactor'],
      /"a\.ts" is not a task: .*\nhint: .*orch run refactor -f a\.ts/,
    ],
    [
      'an instruction where the task belongs',
      ['run', 'why does it fail?', '-f', 'a.ts'],
      / is not a task: the task comes before the instruction\nhint: put one of these first: .*refactor/,
    ],
    [
      'a topic that is none',
      ['help', 'nonsense'],
      /there is no help on "nonsense"\nhint: choose one of: exit-codes/,
    ],
    [
      'a shell that is none',
      ['completion', 'bsh'],
      /no completion script for "bsh"\nhint: choose one of: bash/,
    ],
    // A wrong flag, or one in a wrong place.
    ['a misspelt flag', ['docs', 'x', '--max-cots', '1'], /did you mean --max-cost.*\n.*orch docs --help/i],
    ['a flag in the plural', ['docs', 'x', '--files', 'a.ts'], /Did you mean --file\?/],
    ['a flag with one dash', ['docs', 'x', '-file', 'a.ts'], /-file needs two dashes\nhint: write --file/],
    [
      'a flag of another command',
      ['docs', 'x', '--apply'],
      /unknown option '--apply'\nhint: it is an option of orch run, orch diff/,
    ],
    [
      'a flag before the command',
      ['-f', 'a.ts', 'docs', 'x'],
      /-f stands in front of the command\nhint: .*: orch docs -f …/,
    ],
    [
      'a flag that is none',
      ['docs', 'x', '--temperature', '1'],
      /unknown option '--temperature'\nhint: see: orch docs --help/,
    ],
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
    ['no value', ['docs', 'x', '-f'], /'-f, --file <path>' argument missing/],
    ['serve without its transport', ['serve'], /orch serve needs --stdio.*\nhint: run: orch serve --stdio/],
    [
      'flags that exclude each other',
      ['docs', 'x', '--changes', '--staged'],
      /--changes and --staged cannot be combined/,
    ],
    [
      '--check with --output',
      ['diff', 'x', '--check', '-o', 'z'],
      /--check cannot be combined with --apply or --output/,
    ],
    [
      'an answer and a question',
      ['diff', 'x', '--from', 'a.ts', '-m', 'mini'],
      /an instruction, --force-model/,
    ],
    ['an answer and a change', ['diff', '--from', 'a.ts', '--changes'], /cannot be combined with --changes/],
    [
      'an answer and --dry-run',
      ['diff', '--from', 'a.ts', '--dry-run'],
      /no route to show: nothing would be sent/,
    ],
    [
      '--apply without a patch',
      ['run', 'docs', 'x', '--apply'],
      /--apply needs a patch.*\nhint: add --return patch/,
    ],
    [
      '--verify without a place',
      ['tests', 'x', '--verify', 'true'],
      /--verify needs --output.*\nhint: name the test file/,
    ],
    ['an instruction twice', ['docs', 'x', '-i', 'y'], /given twice.*\nhint: remove one of the two/],
    // A wrong value.
    [
      'an effort that is none',
      ['docs', 'x', '--effort', 'hihg'],
      /"hihg" is not one of none, .*did you mean high\?/,
    ],
    [
      'a shape that is none',
      ['run', 'docs', 'x', '--return', 'json'],
      /"json" is not one of code, patch, text/,
    ],
    [
      'money with a comma',
      ['docs', 'x', '--max-cost', '0,50'],
      /--max-cost: must be a number without a unit, such as/,
    ],
    [
      'money below nothing',
      ['docs', 'x', '--max-cost', '-1'],
      /--max-cost: must be greater than 0; omit it for no/,
    ],
    [
      'a time with a unit',
      ['docs', 'x', '--timeout', '60s'],
      /--timeout: must be a number without a unit, such as 60/,
    ],
    ['a time that is none', ['docs', 'x', '--timeout', '0'], /--timeout: must be greater than 0/],
    [
      'a time beyond a day',
      ['docs', 'x', '--timeout', '3000000'],
      /--timeout: must be at most 86400 \(one day\)/,
    ],
    ['a time beyond a day', ['doctor', '--timeout', '9999999'], /--timeout: must be at most 86400/],
    [
      'an alias that is none',
      ['docs', 'x', '-m', 'codx'],
      /no alias or model named codx: did you mean codex\?/,
    ],
    [
      'a key to group by',
      ['usage', 'report', '--by', 'modle'],
      /"modle" is not one of .*did you mean model\?/,
    ],
    [
      'a day that is none',
      ['usage', 'report', '--since', 'yesterdy'],
      /"yesterdy" is not a time\nhint: use a date/,
    ],
    [
      'an id that is none',
      ['patch', 'apply', 'nonsense'],
      /no patch and no run with id nonsense\nhint: both are kept for 7 days/,
    ],
    // A wrong file.
    ['an empty file name', ['docs', 'x', '-f', ''], /--file: is empty/],
    [
      'a slip in a name',
      ['docs', 'x', '-f', 'src/crat.ts'],
      /src\/crat\.ts: no such file \(did you mean src\/cart\.ts\?\)\nhint: check the path/,
    ],
    [
      'a file that is elsewhere',
      ['docs', 'x', '-f', 'cart.ts'],
      /did you mean src\/cart\.ts\?/,
      { where: git },
    ],
    ['slashes of Windows', ['docs', 'x', '-f', 'src\\cart.ts'], /did you mean src\/cart\.ts\?/],
    [
      'files with commas',
      ['docs', 'x', '-f', 'a.ts,b.ts'],
      /hint: it looks like a list of files: .* \(a\.ts and b\.ts\)/,
    ],
    ['files in one word', ['docs', 'x', '-f', 'a.ts b.ts'], /hint: it looks like a list of files/],
    [
      'quotes that stayed',
      ['docs', 'x', '-f', "'a.ts'"],
      /hint: without what stands around it, the name is a\.ts/,
    ],
    ['a mention', ['docs', 'x', '-f', '@a.ts'], /the name is a\.ts/],
    ['an address', ['docs', 'x', '-f', 'https://x.test/a.ts'], /hint: only files are read: download it/],
    [
      'half a range',
      ['docs', 'x', '-f', 'a.ts:1-'],
      /hint: for some of its lines, give a range such as a\.ts:10-40/,
    ],
    ['lines as on the web', ['docs', 'x', '-f', 'a.ts#L1-L2'], /give a range such as a\.ts:10-40/],
    [
      'a range from back to front',
      ['docs', 'x', '-f', 'a.ts:9-3'],
      /the range ends before it starts\nhint: use a range/,
    ],
    ['lines beyond the end', ['docs', 'x', '-f', 'a.ts:40'], /the file has lines 1 to 1/],
    ['a picture', ['docs', 'x', '-f', 'logo.png'], /logo\.png is a binary file\nhint: only text can be sent/],
    [
      'standard input',
      ['docs', 'x', '-f', '-'],
      /-: standard input is not read as a file\nhint: leave it out/,
      { stdin: 'x' },
    ],
    [
      'a file of the machine',
      ['docs', 'x', '-f', '/etc/hosts'],
      /outside the allowed folders\nhint: allowed: .*ORCH_ROOTS/,
    ],
    [
      'a glob without a match',
      ['docs', 'x', '-f', '*.py'],
      /\*\.py: no matching files\nhint: check the pattern/,
    ],
    [
      'only what to leave out',
      ['docs', 'x', '-f', '!*.py'],
      /!\*\.py leaves files out, but nothing names any/,
    ],
    [
      'a glob that the shell expanded',
      ['diff', 'x', '-f', 'a.ts', 'b.ts'],
      /b\.ts after -f a\.ts would be read as instruction text, not as files\nhint: quote the glob/,
    ],
    [
      'one that matched a folder',
      ['diff', 'x', '-f', 'a.ts', './src'],
      /\.\/src after -f a\.ts would be read as instruction/,
    ],
    [
      'an answer that is not there',
      ['diff', '--from', 'answer.md'],
      /--from: answer\.md does not exist\nhint: name a readable/,
    ],
    [
      'a ledger that is not there',
      ['usage', 'report', 'none.csv'],
      /none\.csv: no such file\nhint: pass the path of a usage CSV/,
    ],
    [
      'a folder to write to',
      ['docs', 'x', '-o', 'src'],
      /cannot write src \(EISDIR\); nothing was sent\nhint: use the path of a file/,
    ],
    [
      'an input to write to',
      ['docs', 'x', '-f', 'a.ts', '-o', 'a.ts'],
      /a\.ts is an input of this call.*\nhint: .*--force/,
    ],
    // A wrong place, or nothing to send.
    [
      'a change without git',
      ['docs', 'x', '--changes'],
      /is in no git repository, so there is no uncommitted change\nhint: change to a/,
    ],
    [
      'a clean tree',
      ['docs', 'x', '--changes'],
      /nothing has changed since the last commit\nhint: .*HEAD~1\.\.HEAD/,
      { where: git },
    ],
    [
      'an empty stage',
      ['docs', 'x', '--staged'],
      /nothing is staged\nhint: stage it with git add, .* with --changes/,
      { where: git },
    ],
    [
      'half a range of commits',
      ['docs', 'x', '--range', 'HEAD'],
      /HEAD is not a range of commits\nhint: give two/,
      { where: git },
    ],
    [
      'a branch that is not there',
      ['docs', 'x', '--range', 'HEAD..mian'],
      /git knows no commit mian\nhint: check/,
      { where: git },
    ],
  ])('for %s', async (_name, args, message, { stdin, where = cwd, status: expected = 2 } = {}) => {
    const { env, server } = await provider();
    const { status, stdout, stderr } = await orch(args, { env, cwd: await where(), stdin });
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
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

// That it never comes out of a message: hidden-text.test.ts.
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
});
