import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import {
  bareEnvironment,
  bin,
  orch as builtOrch,
  collect,
  folder,
  key,
  provider,
  spawnOrch,
} from '../helpers/orch.ts';
import { byModel } from '../rehearsal/script.ts';

const docs = { kind: 'text', text: '# Title\n\nText.\n' } as const;
const hang = { kind: 'hang', after: 1 } as const;
const posix = process.platform !== 'win32';

describe.runIf(posix)('a signal', () => {
  // That the connection is closed and the attempt recorded: interrupt.test.ts.
  it('is told as JSON with --json', async () => {
    const { server, env } = await provider({ answer: hang });
    const interrupt = new AbortController();
    const result = orch(['docs', 'x', '--json'], { env, signal: interrupt.signal });
    await server.waitForRequest();
    interrupt.abort();
    const { status, stdout } = await result;
    expect(status).toBe(130);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'interrupted' });
  });

  it.each([
    ['an instruction', ['docs', '-']],
    ['an answer', ['diff', '--from', '-']],
    ['material', ['run', 'deep_reasoning', 'why?']],
  ])('ends the wait for the end of %s on standard input', async (_name, args) => {
    const { env } = await provider();
    const interrupt = new AbortController();
    const stdin = new PassThrough();
    const result = orch(args, { env, stdin, signal: interrupt.signal });
    // More than the stream holds: when it has gone, somebody is reading.
    stdin.write('word '.repeat(200_000));
    await once(stdin, 'drain');
    interrupt.abort();
    expect(await result).toEqual({ status: 130, stdout: '', stderr: 'error: interrupted\n' });
  });

  it('ends the wait for the end of standard input of a process', async () => {
    const { env } = await provider();
    const child = spawnOrch(['docs', '-'], { env });
    const result = collect(child);
    child.stdin.write('word '.repeat(200_000));
    await once(child.stdin, 'drain');
    child.kill('SIGTERM');
    expect(await result).toEqual({ status: 130, stdout: '', stderr: 'error: interrupted\n' });
  });

  it('ends the command of --verify, and leaves no file behind', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: '```js\ntest();\n```' } });
    const { server, connected } = await meetingPoint();
    const cwd = folder();
    const command = `"${process.execPath}" -e "require('net').connect(${server.port}, '127.0.0.1')"; sleep 600`;
    const child = spawnOrch(['tests', 'x', '-o', 'new.js', '--verify', command, '--sandbox', 'off'], {
      env,
      cwd,
    });
    child.stdin.end();
    const result = collect(child);
    const socket = await connected;
    const gone = once(socket, 'close');
    child.kill('SIGINT');
    expect((await result).status).toBe(130);
    await gone;
    expect(existsSync(join(cwd, 'new.js'))).toBe(false);
  });
});

describe('a closed pipe', () => {
  it('is no error: orch … | head -1', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: 'a line of text\n'.repeat(20_000) } });
    const child = spawnOrch(['docs', 'x'], { env });
    child.stdin.end();
    const stderr: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [status] = await once(child, 'close');
    expect(status).toBe(0);
    expect(Buffer.concat(stderr).toString()).not.toMatch(/EPIPE|error/i);
  });

  it('of stderr does not cost the result', async () => {
    const { env } = await provider({
      answer: byModel({ 'gpt-6-luna': { kind: 'empty' }, 'gpt-6.1-terra': docs }),
    });
    const child = spawnOrch(['docs', 'x'], { env });
    child.stdin.end();
    child.stderr.destroy();
    const stdout: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    const [status] = await once(child, 'close');
    expect({ status, stdout: Buffer.concat(stdout).toString() }).toEqual({ status: 0, stdout: docs.text });
  });
});

describe('colour', () => {
  it('comes where it is forced, and not on standard output', async () => {
    const { env } = await provider({ answer: docs });
    const { status, stdout, stderr } = await builtOrch(['docs', 'x', '--stream'], {
      env: { ...env, FORCE_COLOR: '1' },
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: docs.text });
    expect(stderr).toContain('\u001b[');
    // /dev/null is no pipe.
    expect(stderr).not.toContain('standard input');
  });

  it('does not come in a pipe, and the exit status reaches the shell', async () => {
    const { status, stderr } = await builtOrch(['docs', 'x', '--max-cost', '0.0000001', '--rehearse']);
    // What leads to each: errors.test.ts.
    expect(status).toBe(6);
    expect(stderr).toContain('hint:');
    expect(stderr).not.toContain('\u001b[');
  });
});

/** Only the one of util-linux takes `-c`. */
const script = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

describe.runIf(script)('colour on a terminal', () => {
  const shown = (env: Record<string, string>) =>
    execFileSync('script', ['-qfc', `${process.execPath} ${bin} docs`, '/dev/null'], {
      cwd: folder(),
      env: bareEnvironment({ TERM: 'xterm', ...env }),
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    });

  it.each<[string, Record<string, string>, boolean]>([
    ['is there', {}, true],
    ['is there with an empty NO_COLOR', { NO_COLOR: '' }, true],
    ['goes with NO_COLOR', { NO_COLOR: '1' }, false],
    ['stays where FORCE_COLOR asks for it', { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
  ])('%s', (_name, env, colour) => {
    const text = shown(env);
    expect(text).toContain('hint:');
    expect(text.includes('\x1b[')).toBe(colour);
  });
});

describe('the log', () => {
  it.each([
    ['silent', 0, false],
    ['error', 0, false],
    ['warn', 0, true],
    ['info', 1, true],
    ['debug', 1, true],
  ])('with %s has %i lines', async (level, lines, summary) => {
    const { env } = await provider({ answer: docs });
    const { status, stdout, stderr } = await orch(['docs', 'tell MARK'], {
      env: { ...env, ORCH_LOG_LEVEL: level },
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: docs.text });
    const logged = stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(logged).toHaveLength(lines);
    expect(stderr.includes('gpt-6-luna | ')).toBe(summary);
    expect(stderr).not.toMatch(/MARK|SECRET/);
    for (const line of logged) {
      expect(JSON.parse(line)).toMatchObject({
        event: 'call',
        ts: expect.any(String),
        task: 'docs',
        decision: expect.stringContaining('=> gpt-6-luna'),
        usage: { input: expect.any(Number), output: expect.any(Number) },
        latency_ms: expect.any(Number),
        cost_usd: expect.any(Number),
      });
    }
  });

  it('may go to a file', async () => {
    const { env } = await provider({ answer: docs });
    const cwd = folder();
    const all = { ...env, ORCH_LOG_LEVEL: 'info', ORCH_LOG_FILE: 'logs/orch.jsonl' };
    const { stderr } = await orch(['docs', 'x'], { env: all, cwd });
    expect(stderr).not.toContain('{');
    expect(JSON.parse(readFileSync(join(cwd, 'logs/orch.jsonl'), 'utf8'))).toMatchObject({ event: 'call' });
  });

  it('is said of an error with silent, too', async () => {
    const { status, stderr } = await orch(['docs'], { env: { ORCH_LOG_LEVEL: 'silent' } });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: /);
  });
});

describe('the ledger', () => {
  const paths = (env: Record<string, string | undefined>) =>
    join(bareEnvironment(env).HOME!, '.local/state/orch/usage.csv');

  it('is one per user, and is turned off or moved with ORCH_USAGE_CSV', async () => {
    const { env } = await provider({ answer: docs });
    const HOME = folder();
    const cwd = folder();
    const off = await orch(['docs', 'x'], { env: { ...env, HOME, ORCH_USAGE_CSV: 'off' }, cwd });
    expect(off.status).toBe(0);
    expect(existsSync(paths({ HOME }))).toBe(false);

    await orch(['docs', 'x'], { env: { ...env, HOME }, cwd });
    await orch(['docs', 'x'], { env: { ...env, HOME, ORCH_USAGE_CSV: './logs/usage.csv' }, cwd });
    for (const path of [paths({ HOME }), join(cwd, 'logs/usage.csv')]) {
      const text = readFileSync(path, 'utf8');
      expect(parseUsageCsv(text).records).toHaveLength(1);
      expect(text).not.toContain(key);
    }
  });

  it('that cannot be written costs a warning and not the result', async () => {
    const { env } = await provider({ answer: docs });
    const cwd = folder({ file: '' });
    const { status, stdout, stderr } = await orch(['docs', 'x'], {
      env: { ...env, ORCH_USAGE_CSV: 'file/usage.csv' },
      cwd,
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: docs.text });
    expect(stderr).toMatch(/^warning: usage was not recorded: /m);
  });
});

/** Somewhere for a command to connect to, so that a test knows that it runs and when it has ended. */
async function meetingPoint(): Promise<{ server: AddressInfo; connected: Promise<Socket> }> {
  const server = createServer();
  onTestFinished(() => void server.close());
  const connected = once(server, 'connection').then(([socket]: Socket[]) => {
    socket!.on('error', () => {});
    socket!.resume();
    return socket!;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server: server.address() as AddressInfo, connected };
}
