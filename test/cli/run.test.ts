import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { delegateOutput } from '../../src/operations/delegation/output.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { folder, key, provider } from '../helpers/orch.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import { byModel } from '../rehearsal/script.ts';

const docs = { kind: 'text', text: '# Title\n\nText.\n' } as const;

describe('orch run', () => {
  it('prints the result alone, and everything else on stderr', async () => {
    const { server, env } = await provider({ answer: docs });
    const { status, stdout, stderr } = await orch(['run', 'docs', 'describe', 'it'], { env });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '# Title\n\nText.\n' });
    expect(stderr).toMatch(
      /^gpt-6-luna \| task=docs size=\d+ safety=false => gpt-6-luna \| .* in, .* out \| \$/m,
    );
    expect(server.requests[0]?.body).toMatchObject({ model: 'gpt-6-luna', temperature: 0.7, stream: true });
    expect(String(server.requests[0]?.body?.input)).toContain('describe it');
  });

  it('prints one JSON value of the documented shape with --json', async () => {
    const { env } = await provider({ answer: docs });
    const { status, stdout, stderr } = await orch(['run', 'docs', 'describe it', '--json'], { env });
    expect(status).toBe(0);
    const output = delegateOutput().strict().parse(JSON.parse(stdout));
    expect(output.result).toBe('# Title\n\nText.\n');
    expect(output.meta).toMatchObject({
      model: 'gpt-6-luna',
      alias: 'chat',
      task: 'docs',
      finish_reason: 'completed',
      usage: { input: expect.any(Number), output: expect.any(Number) },
      cost_usd: expect.any(Number),
      attempts: [{ model: 'gpt-6-luna', alias: 'chat' }],
      warnings: [],
    });
    expect(stderr).toBe('');
  });

  it.each([
    ['code_generate', /^(?!```)[\s\S]*\n$/],
    ['refactor', /^(?!```)[\s\S]*\n$/],
    ['tests', /^(?!```)[\s\S]*\n$/],
    ['docs', /^# /],
    ['deep_reasoning', /\S/],
  ])('%s can be rehearsed without a key', async (task, shape) => {
    const { status, stdout, stderr } = await orch([
      'run',
      task,
      'add two numbers',
      '-l',
      'typescript',
      '--rehearse',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(shape);
    expect(stderr).toContain('warning: rehearsal');
    expect(stderr).toContain('rehearsal:gpt-');
  });

  it('is rehearsed with ORCH_REHEARSE=1 and says so in meta', async () => {
    const home = folder();
    const { status, stdout } = await orch(['run', 'docs', 'x', '--json'], {
      env: { ORCH_REHEARSE: '1', XDG_STATE_HOME: home },
    });
    const { meta } = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(meta).toMatchObject({ rehearsal: true, cost_usd: 0, model: expect.stringMatching(/^rehearsal:/) });
    expect(readFileSync(join(home, 'orch/usage.csv'), 'utf8')).toMatch(/,rehearsal,/);
  });

  it('treats a task that it does not know as docs, and says so', async () => {
    const { stdout, stderr, status } = await orch(['run', 'poetry', 'x', '--rehearse']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# /);
    expect(stderr).toContain('warning: unknown task "poetry", treated as docs');
  });

  it('asks for a plain answer with --no-stream', async () => {
    const { server, env } = await provider({ answer: docs });
    const { status, stdout } = await orch(['run', 'docs', 'x', '--no-stream'], { env });
    expect({ status, stdout }).toEqual({ status: 0, stdout: docs.text });
    expect(server.requests[0]?.body?.stream).toBe(false);
  });

  it('shows the answer as it comes with --stream, on stderr', async () => {
    const { env } = await provider({ answer: docs });
    const { stdout, stderr } = await orch(['run', 'docs', 'x', '--stream'], { env });
    expect(stdout).toBe(docs.text);
    expect(stderr).toContain('# Title\n\nText.\n');
    expect(stderr).toContain('route: task=docs');
  });

  it('takes what is set: model, effort, language, framework, shape', async () => {
    const { server, env } = await provider({ answer: { kind: 'text', text: '```py\nassert 1\n```' } });
    const args = ['run', 'tests', 'x', '-m', 'full', '--effort', 'max', '-l', 'py', '--framework', 'pytest'];
    const { status, stdout } = await orch([...args, '--return', 'code'], { env });
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'assert 1\n' });
    expect(server.requests[0]?.body).toMatchObject({ model: 'gpt-6.2-sol', reasoning: { effort: 'max' } });
    expect(String(server.requests[0]?.body?.instructions)).toMatch(/pytest/i);
  });

  it('goes on to the next model, and says why', async () => {
    const { env } = await provider({
      answer: byModel({ 'gpt-6-luna': { kind: 'empty' }, 'gpt-6.1-terra': docs }),
    });
    const { status, stdout, stderr } = await orch(['run', 'docs', 'x'], { env });
    expect({ status, stdout }).toEqual({ status: 0, stdout: docs.text });
    expect(stderr).toMatch(/^fallback: gpt-6-luna: .*empty.*; now gpt-6\.1-terra$/m);
    expect(stderr).toMatch(/^warning: gpt-6-luna failed \(.*empty.*\); gpt-6\.1-terra answered$/m);
  });
});

describe('the given models after 2026-12-11, when gpt-5 has gone the way of gpt-5-codex', () => {
  it.each([
    ['safety-critical work', ['refactor', '--safety-critical'], ['gpt-6.2-sol', 'gpt-6.1-sol']],
    ['deep_reasoning', ['deep_reasoning'], ['gpt-6.1-sol', 'gpt-6.2-sol']],
  ])('%s has a second model to fall back to', async (_name, args, models) => {
    const clock = { ...systemClock, now: () => Date.UTC(2026, 11, 12) };
    const { status, stdout } = await orch(['route', '--explain', ...args], { clock });
    expect(status).toBe(0);
    const candidates = [...stdout.matchAll(/^\S+ \d+\. .* → (\S+)/gm)].map(([, model]) => model);
    expect(candidates).toEqual(models);
  });
});

describe('--dry-run', () => {
  it('shows what route --explain shows, and sends nothing', async () => {
    const { server, env } = await provider();
    const cwd = folder({ 'a.ts': 'export const a = 1;\n' });
    const request = ['-f', 'a.ts', '--safety-critical', 'why is this slow?'];
    const [dry, explained] = await Promise.all([
      orch(['run', 'deep_reasoning', ...request, '--dry-run'], {
        env: { ...env, OPENAI_API_KEY: undefined },
        cwd,
      }),
      orch(['route', 'deep_reasoning', ...request, '--explain'], {
        env: { ...env, OPENAI_API_KEY: undefined },
        cwd,
      }),
    ]);
    expect(dry.status).toBe(0);
    expect(dry.stdout).toBe(explained.stdout);
    expect(dry.stdout).toMatch(/^task=deep_reasoning size=\d+ safety=true => gpt-6\.1-sol$/m);
    expect(server.requests).toEqual([]);
  });

  it('and run give the visible answer the room that was asked for', async () => {
    const { server, env } = await provider({ answer: docs });
    const room = ['docs', 'describe it', '--max-output', '9000'];
    const dry = await orch([...room, '--dry-run'], { env });
    expect(dry.stdout).toContain('up to 9 000 tokens out');
    const thinking = await orch([...room, '--dry-run', '--effort', 'low'], { env });
    expect(thinking.stdout).toContain('up to 13 096 tokens out (9 000 visible), effort low');
    await orch(room, { env });
    expect(server.requests[0]?.body).toMatchObject({ max_output_tokens: 9000 });
  });

  it('is what run then does', async () => {
    const { server, env } = await provider({ answer: docs });
    const dry = await orch(['docs', 'describe it', '--dry-run', '--json'], { env });
    const run = await orch(['docs', 'describe it', '--json'], { env });
    const decision = JSON.parse(dry.stdout);
    const { meta } = JSON.parse(run.stdout);
    expect(meta.rationale).toBe(decision.rationale);
    expect(server.requests[0]?.body).toMatchObject({
      model: decision.selected.model,
      max_output_tokens: decision.selected.max_output_tokens,
      temperature: decision.selected.temperature,
    });
    expect(meta.cost_usd).toBeLessThanOrEqual(decision.selected.cost_usd.high);
  });
});

describe('standard input', () => {
  it('is the instruction where there is none', async () => {
    const { server, env } = await provider({ answer: docs });
    const cwd = folder({ 'a.ts': 'export const a = 1;\n' });
    await orch(['run', 'docs'], { env, stdin: 'describe the moon\n' });
    await orch(['run', 'docs', '-'], { env, stdin: 'describe the sun\n' });
    await orch(['run', 'docs', '-f', 'a.ts'], { env, cwd, stdin: 'describe the stars\n' });
    const inputs = server.requests.map(({ body }) => String(body?.input));
    expect(inputs[0]).toBe('describe the moon');
    expect(inputs[1]).toBe('describe the sun');
    expect(inputs[2]).toMatch(/<file path="a\.ts">[\s\S]*describe the stars$/);
  });

  it('is material beside an instruction', async () => {
    const { server, env } = await provider({ answer: docs });
    await orch(['run', 'deep_reasoning', 'why does this fail?'], { env, stdin: 'FAIL cart.test.ts\n' });
    expect(server.requests[0]?.body?.input).toBe(
      '<context>\nFAIL cart.test.ts\n</context>\n\nwhy does this fail?',
    );
  });

  it('may be empty, where there is something else to go by', async () => {
    const { status } = await orch(['run', 'docs', 'x', '--rehearse'], { stdin: '' });
    expect(status).toBe(0);
  });

  it.each([
    ['nothing', undefined],
    ['an empty pipe', ''],
    ['white space', ' \n\n'],
  ])('that is %s is nothing to do', async (_name, stdin) => {
    const { status, stdout, stderr } = await orch(['run', 'docs', '--rehearse'], { stdin });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: the instruction is empty\nhint: give the instruction/);
  });

  it('cannot be two things at once', async () => {
    const { status, stderr } = await orch(['diff', '-', '--from', '-'], { stdin: 'x' });
    expect(status).toBe(2);
    expect(stderr).toContain(
      'error: - reads standard input, which another argument already reads\nhint: use - only once',
    );
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0x66, 0xfc, 0x72, 0x0a])],
    ['a NUL', Buffer.from('a\0b\n')],
    ['a character that is cut', Buffer.from('für').subarray(0, 2)],
  ])('is refused with %s, and nothing is sent', async (_name, stdin) => {
    const { server, env } = await provider();
    for (const args of [
      ['run', 'docs'],
      ['run', 'docs', 'x'],
      ['diff', '--from', '-'],
    ]) {
      const { status, stdout, stderr } = await orch(args, { env, stdin });
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^error: standard input is not UTF-8 text\nhint: /);
    }
    expect(server.requests).toEqual([]);
  });

  it('is cut to the limit where it is material, and the cut is said', async () => {
    const { server, env } = await provider({ answer: docs });
    const line = 'something happened, and then something else\n';
    const log = line.repeat(Math.ceil((2 * 1024 * 1024) / line.length));
    const { status, stderr } = await orch(['run', 'deep_reasoning', 'why?'], {
      env,
      stdin: `${log}LAST LINE\n`,
    });
    expect(status).toBe(0);
    const input = String(server.requests[0]?.body?.input);
    expect(input.length).toBeLessThanOrEqual(96_000);
    expect(input).toContain('LAST LINE');
    expect(stderr).toMatch(/warning: input of about .* tokens truncated to the limit of 32 000/);
  });

  it('is refused where it is the instruction and longer than the limit', async () => {
    const { server, env } = await provider();
    const { status, stderr } = await orch(['run', 'docs'], { env, stdin: 'word '.repeat(400_000) });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: input is about .* tokens, the limit is 32 000/);
    expect(server.requests).toEqual([]);
  });
});

describe('files', () => {
  it('are read here, by path, glob and lines', async () => {
    const { server, env } = await provider({ answer: docs });
    const cwd = folder({
      'src/a.ts': 'one\ntwo\nthree\nfour\n',
      'src/b.ts': 'five\n',
      'src/c.js': 'six\n',
      'src/.env': 'SECRET=1\n',
    });
    const { status } = await orch(['docs', 'x', '-f', 'src/a.ts:2-3', '-f', 'src/{b,.env}*'], { env, cwd });
    expect(status).toBe(0);
    const input = String(server.requests[0]?.body?.input);
    expect(input).toContain('<file path="src/a.ts" lines="2-3">\ntwo\nthree\n</file>');
    expect(input).toContain('<file path="src/b.ts">\nfive\n</file>');
    expect(input).not.toMatch(/one|four|six|SECRET/);
  });

  const outside = 'outside of the folder';
  const cases: [string, (cwd: string) => string, string, string][] = [
    ['that is missing', () => 'missing.ts', 'file-not-found', 'missing.ts'],
    ['that no glob matches', () => '*.zig', 'file-not-found', '*.zig'],
    ['that is an empty folder', () => 'dir', 'file-not-found', 'dir is a folder without files'],
    ['that is binary', () => 'binary.bin', 'file-unreadable', 'binary file'],
    ['that is no UTF-8', () => 'latin.txt', 'file-unreadable', 'not UTF-8'],
    ['that lies outside', () => folder({ 'x.ts': outside }), 'file-forbidden', 'outside the allowed folders'],
    ['that lies above', () => '../x.ts', 'file-not-found', '../x.ts'],
    ['with lines that it does not have', () => 'a.ts:7-9', 'usage', 'lines 1 to 1'],
    ['of 20 MB', () => 'large.txt', 'input-too-large', 'large.txt'],
  ];
  it.each(cases)('one %s is an error that names it', async (_name, argument, code, words) => {
    const cwd = folder({
      'a.ts': 'one\n',
      'binary.bin': Buffer.from([1, 0, 2]),
      'latin.txt': Buffer.from([0x66, 0xfc, 0x72]),
    });
    mkdirSync(join(cwd, 'dir'));
    if (code === 'input-too-large') writeFileSync(join(cwd, 'large.txt'), 'word '.repeat(4 * 1024 * 1024));
    const { server, env } = await provider();
    const path = argument(cwd);
    const file = code === 'file-forbidden' ? join(path, 'x.ts') : path;
    const { status, stdout } = await orch(['run', 'docs', 'x', '-f', file, '--json'], { env, cwd });
    expect(status).toBe(2);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code, message: expect.stringContaining(words), hint: expect.any(String) });
    expect(server.requests).toEqual([]);
  });

  it('of other folders are read when ORCH_ROOTS names them', async () => {
    const { server, env } = await provider({ answer: docs });
    const other = folder({ 'x.ts': outside });
    const { status } = await orch(['docs', 'x', '-f', join(other, 'x.ts')], {
      env: { ...env, ORCH_ROOTS: other },
    });
    expect(status).toBe(0);
    expect(String(server.requests[0]?.body?.input)).toContain(outside);
  });
});

describe('--output', () => {
  it('writes the result to a file and prints nothing', async () => {
    const { env } = await provider({ answer: docs });
    const cwd = folder();
    const { status, stdout, stderr } = await orch(['docs', 'x', '-o', 'new/docs.md'], { env, cwd });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(readFileSync(join(cwd, 'new/docs.md'), 'utf8')).toBe(docs.text);
    expect(stderr).toContain('written: new/docs.md');
  });

  it.each(['file/docs.md', 'sub'])(
    'that cannot be written, %s, is an error before anything is sent',
    async (path) => {
      const { server, env } = await provider({ answer: docs });
      const cwd = folder({ file: 'old\n', 'sub/file': '' });
      const { status, stderr } = await orch(['docs', 'x', '-o', path], { env, cwd });
      expect(status).toBe(2);
      expect(stderr).toMatch(/^error: cannot write .*; nothing was sent$/m);
      expect(stderr).toContain(`cannot write ${path} (`);
      expect(server.requests).toEqual([]);
      expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('old\n');
    },
  );
});

it.each<[string, Scenario]>([
  ['an error', { kind: 'error', status: 401, message: `Incorrect API key provided: ${key}` }],
  ['a code', { kind: 'error', status: 401, message: 'No', code: key }],
  ['an error inside its stream', { kind: 'stream-error', code: 'invalid_api_key', message: `Bad: ${key}` }],
  ['an error that is cut to a length', { kind: 'error', status: 401, message: `${'x'.repeat(480)}${key}` }],
])('never prints the key, when the provider repeats it in %s', async (_, answer) => {
  const { env } = await provider({ answer });
  for (const extra of [[], ['--json'], ['--no-stream']]) {
    const { stdout, stderr } = await orch(['docs', 'x', ...extra], {
      env: { ...env, ORCH_LOG_LEVEL: 'debug' },
    });
    expect(stdout + stderr).toContain('[redacted]');
    expect(stdout + stderr).not.toMatch(/SECRET|sk-proj/);
  }
});

it.each([
  ['a key with a line break', { OPENAI_API_KEY: `${key}\n${key}` }, 4],
  ['a password in the base URL', { OPENAI_BASE_URL: 'http://me:hunter2@127.0.0.1:9/v1' }, 2],
  ['a key in a header that cannot be sent', { OPENAI_ORG_ID: `org\n${key}` }, 1],
])('never prints %s', async (_, extra, expected) => {
  const { server, env } = await provider();
  const { status, stdout, stderr } = await orch(['docs', 'x', '--json'], {
    env: { ...env, ...extra, ORCH_LOG_LEVEL: 'debug' },
  });
  expect(status).toBe(expected);
  expect(JSON.parse(stdout).error.message).not.toBe('');
  expect(stdout + stderr).not.toMatch(/SECRET|sk-proj|hunter2/);
  expect(server.requests).toEqual([]);
});

it('tells the model and the user which files were left out whole, and route --explain tells it before', async () => {
  const { server, env } = await provider({ answer: { kind: 'text', text: 'Because.' } });
  const cwd = folder({
    'a.ts': 'export const a = 1;\n',
    'old.ts': `export const old = '${'x'.repeat(400)}';\n`.repeat(4),
    'ci.log': `ERROR no room\n${Array.from({ length: 900 }, (_, at) => `step ${at} is ${'y'.repeat(at % 60)}\n`).join('')}`,
  });
  const request = ['deep_reasoning', 'why?', '-f', 'a.ts', '-f', 'old.ts', '-f', 'ci.log'];
  const options = { cwd, env: { ...env, ORCH_MAX_INPUT_TOKENS: '900' } };
  const { stderr } = await orch(['run', ...request], options);
  const explained = await orch(['route', '--explain', ...request], options);
  const input = String(server.requests[0]!.body?.input);
  expect(input).toContain('[… left out whole, for want of room: old.ts …]');
  expect(input).toContain('ERROR no room');
  for (const text of [stderr, explained.stdout]) expect(text).toMatch(/old\.ts: left out, about \d+ tokens/);
});
