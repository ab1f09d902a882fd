/** Standard input: a pipe is read to its end or stops the call, and is never dropped. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readRegularFile } from '../../src/adapters/system/regular-file.ts';
import { gatherInput } from '../../src/cli/input.ts';
import { cliFields } from '../../src/cli/options.ts';
import { type Actions, buildProgram } from '../../src/cli/program.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import {
  PipeNotTextError,
  PipeStillOpenError,
  PipeTooLargeError,
  readToEnd,
} from '../../src/cli/streams/stdin.ts';
import type { IOStreams } from '../../src/cli/streams/streams.ts';
import { OrchError } from '../../src/core/errors/orch-error.ts';
import { createFactory } from '../../src/factory.ts';
import { operations } from '../../src/operations/index.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { bareEnvironment, bin, collect, folder, provider, spawnOrch } from '../helpers/orch.ts';

const posix = process.platform !== 'win32';
const never = new AbortController().signal;
const docs = { kind: 'text', text: '# Title\n\nText.\n' } as const;
const anHour = 3_600_000;

const loaded = await Promise.all(operations.map(({ load }) => load()));

function fieldsOf(...command: string[]) {
  return cliFields(loaded.find((each) => each.command.join(' ') === command.join(' '))!);
}

/** Gathers over a pipe that the test writes to. */
function gathering(
  command: string,
  raw: Record<string, unknown>,
  wait = { noticeMs: anHour, limitMs: anHour },
) {
  const pipe = new PassThrough();
  let noticed: (text: string) => void = () => {};
  const notes: string[] = [];
  const firstNote = new Promise<string>((resolve) => {
    noticed = resolve;
  });
  const gathered = gatherInput(raw, fieldsOf(command), {
    streams: { stdinIsPiped: true, readStdin: (given) => readToEnd(pipe, never, given) },
    readFile: readRegularFile,
    cwd: '/',
    signal: never,
    stdinOffBy: undefined,
    note: (text) => {
      notes.push(text);
      noticed(text);
    },
    wait,
  });
  return { pipe, gathered, notes, firstNote };
}

describe('a pipe beside an instruction', () => {
  const raw = { task: 'deep_reasoning', input: 'why?' };

  it('is waited for, which is said once, and all of it is context', async () => {
    const { pipe, gathered, notes, firstNote } = gathering('run', raw, { noticeMs: 0, limitMs: anHour });
    pipe.write('a\n');
    expect(await firstNote).toBe(
      'waiting for standard input; use --no-stdin or </dev/null to continue without it',
    );
    pipe.end('FAIL\r\n');
    const { values, waitedMs } = await gathered;
    expect(values).toEqual({ ...raw, context: 'a\nFAIL\r\n' });
    expect(waitedMs).toBeGreaterThan(0);
    expect(notes).toHaveLength(1);
  });

  it('that ends in time is not mentioned', async () => {
    const { pipe, gathered, notes } = gathering('run', raw);
    pipe.end('FAIL\n');
    await gathered;
    expect(notes).toEqual([]);
  });

  it.each([
    ['the limit', undefined, 1, '0.001'],
    ['the time-out of the call', 0.002, anHour, '0.002'],
  ])('that outlasts %s is an error with its hint', async (_name, timeout, limitMs, seconds) => {
    const { pipe, gathered } = gathering('run', { ...raw, timeout }, { noticeMs: anHour, limitMs });
    pipe.write('a\n');
    await expect(gathered).rejects.toMatchObject({
      exitStatus: 2,
      message: `standard input is still open after ${seconds} s; nothing was sent`,
      hint: expect.stringMatching(
        /^use --no-stdin or <\/dev\/null to continue without it \(always: ORCH_STDIN=off\)/,
      ),
    });
    expect(pipe.destroyed).toBe(true);
  });

  it.each([
    ['is empty', ''],
    ['is only white space', ' \r\n'],
  ])('that %s is left out, which is said', async (words, text) => {
    const { pipe, gathered, notes } = gathering('run', raw);
    pipe.end(text);
    expect((await gathered).values).toEqual(raw);
    expect(notes).toEqual([`standard input ${words}: continuing without it`]);
  });
});

describe('a pipe without an instruction', () => {
  it.each([
    ['run', { task: 'docs' }, 'waiting for standard input, since there is no instruction'],
    ['route', {}, 'waiting for standard input; use --no-stdin or </dev/null to continue without it'],
  ])('is the instruction of orch %s', async (command, raw, words) => {
    const { pipe, gathered, firstNote } = gathering(command, raw, { noticeMs: 0, limitMs: anHour });
    expect(await firstNote).toBe(words);
    pipe.end('describe it');
    expect((await gathered).values).toEqual({ ...raw, input: 'describe it' });
  });
});

describe('reading', () => {
  it('joins what was cut in the middle of a character', async () => {
    const pipe = new PassThrough();
    const bytes = Buffer.from('für\r\n');
    pipe.write(bytes.subarray(0, 2));
    pipe.end(bytes.subarray(2));
    expect(await readToEnd(pipe, never)).toBe('für\r\n');
  });

  it('stops at what is too much, and refuses what is no text', async () => {
    const [large, binary] = [new PassThrough(), new PassThrough()];
    const megabyte = Buffer.alloc(1024 * 1024, 'y\n');
    const read = readToEnd(large, never);
    for (let count = 0; count < 65; count++) large.write(megabyte);
    await expect(read).rejects.toBeInstanceOf(PipeTooLargeError);
    expect(large.destroyed).toBe(true);
    binary.end(Buffer.from([0x66, 0xfc]));
    await expect(readToEnd(binary, never)).rejects.toBeInstanceOf(PipeNotTextError);
  });

  it('fails when it is interrupted, and not as a time-out', async () => {
    const interrupt = new AbortController();
    const wait = { noticeMs: 0, onNotice: () => interrupt.abort(), limitMs: anHour };
    const failed = await readToEnd(new PassThrough(), interrupt.signal, wait).catch((error) => error);
    expect(failed).toBeInstanceOf(Error);
    expect(failed).not.toBeInstanceOf(PipeStillOpenError);
  });
});

/** A child whose standard input is this descriptor. */
function over(stdin: number | Socket, args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder(),
    env: bareEnvironment(env),
    stdio: [stdin, 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return collect(child as unknown as ChildProcessWithoutNullStreams);
}

/** The end of a connection whose other end says nothing. */
async function silentSocket(): Promise<Socket> {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, 'connect');
  return socket;
}

function openFifo(): number {
  const path = join(folder(), 'fifo');
  spawnSync('mkfifo', [path]);
  // Opened for reading alone it would wait for a writer.
  const fifo = openSync(path, constants.O_RDWR);
  onTestFinished(() => closeSync(fifo));
  return fifo;
}

it('the wait is time of the call', async () => {
  let elapsed: number | undefined;
  const pipe = new PassThrough();
  const argv = ['docs', 'x'];
  const streams = {
    stdinIsPiped: true,
    readStdin: (wait) => readToEnd(pipe.end('material'), never, wait),
  } as IOStreams;
  const factory = createFactory({
    cwd: folder(),
    variables: {},
    writeLog: () => {},
    defaultLogLevel: 'silent',
  });
  const actions = {
    async run(operation, fields, command) {
      const stub: Operation = {
        ...operation,
        async run(_input, _factory, options) {
          elapsed = options.elapsedMs;
          throw new OrchError('interrupted', 'that is all');
        },
      };
      await runCommand(stub, fields, command, { argv, streams, signal: never, factory });
    },
  } as Actions;
  await expect(buildProgram(actions).parseAsync(argv, { from: 'user' })).rejects.toThrow('that is all');
  expect(elapsed).toBeGreaterThan(0);
});

describe('a process', () => {
  const why = ['run', 'deep_reasoning', 'why?'];

  it('whose standard input never ends sends nothing', async () => {
    const { server, env } = await provider({ answer: docs });
    const args = [...why, '--timeout', '0.2'];
    const ends = [collect(spawnOrch(args, { env }))];
    if (posix) ends.push(over(openFifo(), args, env), over(await silentSocket(), args, env));
    for (const end of await Promise.all(ends)) {
      expect({ status: end.status, stdout: end.stdout }).toEqual({ status: 2, stdout: '' });
      expect(end.stderr).toMatch(
        /^error: standard input is still open after 0\.2 s; nothing was sent\nhint: /,
      );
    }
    expect(server.requests).toEqual([]);
  });

  it('is told that its arguments are wrong before standard input has ended', async () => {
    const { status, stderr } = await collect(spawnOrch([...why, '--timeout', 'soon']));
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('--timeout: ') });
  });

  it('leaves an open pipe alone with --no-stdin and with ORCH_STDIN=off', async () => {
    const { server, env } = await provider({ answer: docs });
    // The process ends although the pipe is open.
    const child = spawnOrch([...why, '--no-stdin'], { env });
    child.stdin.write('unread\n');
    const stdin = new PassThrough();
    stdin.write('unread\n');
    const byVariable = orch(why, { env: { ...env, ORCH_STDIN: 'off' }, stdin });
    for (const { status, stdout, stderr } of [await collect(child), await byVariable]) {
      expect({ status, stdout }).toEqual({ status: 0, stdout: docs.text });
      expect(stderr).not.toContain('standard input');
    }
    expect(server.requests.map(({ body }) => body?.input)).toEqual(['why?', 'why?']);
  });

  it.each([
    ['--no-stdin', ['docs', '-', '--no-stdin'], {}, '-'],
    ['--no-stdin', ['docs', '-i', '-', '--no-stdin'], {}, '-'],
    ['--no-stdin', ['diff', '--from', '-', '--no-stdin'], {}, '--from -'],
    ['ORCH_STDIN=off', ['patch', 'apply', '--from', '-'], { ORCH_STDIN: 'off' }, '--from -'],
  ])('refuses %s beside what asks for standard input: %j', async (off, args, env, asks) => {
    const { status, stdout, stderr } = await orch(args, { env, stdin: 'x' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(
      `error: ${asks} reads standard input, but ${off} turns that off\nhint: remove either ${asks} or ${off}\n`,
    );
  });

  it('explains the route that the same pipe then takes', async () => {
    const { env } = await provider({ answer: docs });
    const stdin = 'FAIL cart.test.ts\r\n'.repeat(200);
    const [route, dry, run, without] = await Promise.all(
      [
        ['route', '--explain', 'deep_reasoning', 'why?', '--json'],
        [...why, '--dry-run', '--json'],
        [...why, '--json'],
        ['route', '--explain', 'deep_reasoning', 'why?', '--json', '--no-stdin'],
      ].map(async (args) => JSON.parse((await orch(args, { env, stdin })).stdout)),
    );
    expect(dry).toEqual(route);
    expect(run.meta.rationale).toBe(route.rationale);
    expect(route.size).toBeGreaterThan(without.size);
  });
});
