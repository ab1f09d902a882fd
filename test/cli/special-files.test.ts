/** FIFOs, devices and folders where a file is expected: a message, never a wait. */
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readRegularFile } from '../../src/adapters/system/regular-file.ts';
import { readAnswerFile } from '../../src/cli/answer-file.ts';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { orch as builtOrch, folder } from '../helpers/orch.ts';

const answer = searchReplace('a.txt', 'one', '1');
const fifo = (path: string) => execFileSync('mkfifo', [path]);
const shapes: [string, (path: string) => void][] = [
  ['a FIFO', fifo],
  ['a link to /dev/zero', (path) => symlinkSync('/dev/zero', path)],
  ['a folder', (path) => mkdirSync(path)],
];

describe.skipIf(process.platform === 'win32').each(shapes)('%s', (_name, make) => {
  it('named .env is ignored, which is said', async () => {
    const cwd = folder({ 'a.txt': 'one\n' });
    make(join(cwd, '.env'));
    const { status, stderr } = await orch(['run', 'docs', 'x', '--rehearse'], { cwd });
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/\.env is ignored: it is (not a regular file|a folder)/),
    });
    const doctor = await orch(['doctor', '--json'], { cwd });
    expect(doctor.stdout).toContain('.env is ignored');
    const client = await connectInProcess({ cwd });
    const route = await call(client, 'route.explain', { task: 'refactor' });
    expect(route).not.toMatchObject({ isError: true });
  });

  it('named like a configuration file is a problem of the user’s, and ignored of a repository', async () => {
    const cwd = folder({ '.orch/README': '' });
    make(join(cwd, '.orch/policies.json'));
    const route = (env: Record<string, string>) => orch(['route', 'refactor'], { cwd, env });
    expect(await route({})).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('ignored .orch/policies.json ('),
    });
    const { status, stderr } = await route({ ORCH_CONF: join(cwd, '.orch') });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/policies\.json:? is (not a regular file|a folder)/),
    });
  });

  it('named .mcp.json is reported by doctor', async () => {
    const cwd = folder();
    make(join(cwd, '.mcp.json'));
    const { stdout } = await orch(['doctor', '--json'], { cwd, env: { HOME: folder({ '.claude/x': '' }) } });
    expect(stdout).toMatch(/\.mcp\.json is (not a regular file|a folder)/);
  });

  it('is no file to send', async () => {
    const cwd = folder();
    make(join(cwd, 'a.txt'));
    const { status, stderr } = await orch(['route', 'refactor', '-f', 'a.txt'], { cwd });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/a\.txt is (not a regular file|a folder|outside the allowed folders)/),
    });
  });

  it('that stands for the ledger is refused', async () => {
    const cwd = folder();
    make(join(cwd, 'usage.csv'));
    const env = { ORCH_USAGE_CSV: './usage.csv' };
    const { status, stderr } = await orch(['usage', 'report'], { cwd, env });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/usage\.csv is (not a usage CSV: it is not a regular file|a folder)/),
    });
  });
});

describe('--from', () => {
  it.skipIf(process.platform === 'win32').each([
    ['/dev/zero', 'is not a regular file', 'file-unreadable'],
    ['.', 'is a folder', 'file-unreadable'],
    ['missing.md', 'does not exist', 'file-not-found'],
    ['large.md', 'is larger than 64 MB', 'input-too-large'],
  ])('refuses %s', async (path, message, code) => {
    const cwd = folder({ 'a.txt': 'one\n' });
    if (path === 'large.md')
      execFileSync('truncate', ['-s', `${64 * 1024 * 1024 + 1}`, join(cwd, 'large.md')]);
    for (const command of [
      ['diff', '--from', path, '-f', 'a.txt'],
      ['patch', 'apply', '--from', path],
    ]) {
      const { status, stdout } = await orch([...command, '--json'], { cwd });
      expect({ status, stdout: JSON.parse(stdout) }).toMatchObject({
        stdout: { error: { code, message: `--from: ${path} ${message}` } },
      });
    }
  });

  it.skipIf(process.platform === 'win32')(
    'reads a pipe, also one to which somebody writes only later',
    async () => {
      const cwd = folder({ 'a.txt': 'one\n' });
      fifo(join(cwd, 'answer'));
      const running = orch(['diff', '--from', 'answer', '-f', 'a.txt'], { cwd });
      const writer = createWriteStream(join(cwd, 'answer'));
      writer.write(answer.slice(0, 5));
      writer.end(answer.slice(5));
      expect(await running).toMatchObject({ status: 0, stdout: expect.stringContaining('+1') });
    },
  );

  it.skipIf(process.platform === 'win32')('reads what a shell substitutes for a process', async () => {
    const cwd = folder({ 'a.txt': 'one\n', answer });
    const script = '"$0" "$@" --from <(cat answer) -f a.txt';
    const through = ['bash', '-c', script];
    const { status, stdout } = await builtOrch(['diff'], { cwd, through });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('+1') });
  });

  it.skipIf(process.platform === 'win32')(
    'waits for a pipe only for as long as the call may take',
    async () => {
      const cwd = folder({ 'a.txt': 'one\n' });
      fifo(join(cwd, 'answer'));
      // Holds the pipe open and writes nothing.
      const holder = spawn('sh', ['-c', 'exec 3<>answer; echo; exec cat'], { cwd });
      onTestFinished(() => void holder.kill('SIGKILL'));
      await new Promise((held) => holder.stdout.once('data', held));
      const { status, stderr } = await orch(['diff', '--from', 'answer', '-f', 'a.txt', '--timeout', '1'], {
        cwd,
      });
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringContaining('--from: the pipe answer is still open after 1 s; nothing was done'),
      });
    },
  );
});

const fileOptions = (cwd: string) => ({
  flag: '--from',
  cwd,
  readFile: readRegularFile,
  signal: new AbortController().signal,
  note: () => {},
  wait: { noticeMs: 60_000, limitMs: 60_000 },
});

it.each([
  ['Latin-1', Buffer.from('ção', 'latin1')],
  ['binary', Buffer.from('a\0b')],
])('a saved answer that is %s is refused, like one from a pipe', async (_, bytes) => {
  const cwd = folder({ answer: bytes });
  await expect(readAnswerFile('answer', fileOptions(cwd))).rejects.toMatchObject({
    code: 'file-unreadable',
    message: '--from: answer is not UTF-8 text',
  });
});

it('a byte order mark is no part of a saved answer', async () => {
  const cwd = folder({ answer: '\uFEFFone\n' });
  expect(await readAnswerFile('answer', fileOptions(cwd))).toBe('one\n');
});

it.skipIf(process.platform === 'win32')('a pipe that another file replaces is not read', async () => {
  const cwd = folder();
  const path = join(cwd, 'answer');
  fifo(path);
  const reading = readAnswerFile('answer', fileOptions(cwd));
  // It has been seen, and is about to be opened.
  rmSync(path);
  writeFileSync(path, answer);
  await expect(reading).rejects.toMatchObject({
    code: 'file-unreadable',
    message: '--from: answer has been replaced by something else',
  });
});
