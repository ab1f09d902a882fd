/** `--verify` of run and diff over the command line: only what has passed is written, and nothing is paid in vain. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../../src/engine/context.ts';
import type { NoSandbox } from '../../src/engine/sandbox-ports.ts';
import type { DelegateOutput } from '../../src/operations/delegation/output.ts';
import { diffOperation } from '../../src/operations/diff.ts';
import { photograph } from '../adapters/sandbox/photograph.ts';
import { searchReplace } from '../helpers/answers.ts';
import { factoryFor, orchInProcess as orch } from '../helpers/cli.ts';
import { folder, key, provider } from '../helpers/orch.ts';
import { sentInput } from '../helpers/sent-input.ts';

const files = {
  'cart.js': 'exports.double = (x) => x + x;\n',
  'check.js': "require('node:assert').strictEqual(require('./cart.js').double(3), 6);\n",
};
const edit = (body: string) => ({
  kind: 'text' as const,
  text: searchReplace('cart.js', 'exports.double = (x) => x + x;', `exports.double = (x) => ${body};`),
});
const wrong = edit('x * 3');
const right = edit('2 * x');
const diff = ['diff', 'shorten it', '-f', 'cart.js'];
const check = ['--verify', 'node check.js'];

/** Wrong, until it is told the difference. */
const learns = ({ input }: { input: string }) => (input.includes('9 !== 6') ? right : wrong);

describe('--verify', () => {
  it('has a wrong patch mended by the model that made it, and applies only that', async () => {
    const { env, server } = await provider({ answer: learns });
    const cwd = folder(files);
    const { status, stderr, stdout } = await orch([...diff, ...check, '--apply', '--json'], { env, cwd });
    expect(status, stderr).toBe(0);
    expect(server.requests).toHaveLength(2);
    expect(new Set(server.requests.map(({ model }) => model)).size).toBe(1);
    expect(readFileSync(join(cwd, 'cart.js'), 'utf8')).toBe('exports.double = (x) => 2 * x;\n');
    const { meta } = JSON.parse(stdout);
    expect(meta.verify).toEqual({
      sandbox: expect.stringMatching(/^(bubblewrap|sandbox-exec|none)$/),
      ms: expect.any(Number),
      repairs: 1,
    });
    expect(JSON.stringify(meta)).not.toContain('node check.js');
    const told = sentInput(server.requests[1]?.body);
    expect(told).not.toContain(cwd);
    expect(told).not.toMatch(/\/orch-[\w-]+\//);
  });

  it('says on one line what it ran in, and that it took a repair', async () => {
    const { env } = await provider({ answer: learns });
    const { stderr } = await orch([...diff, ...check, '--sandbox', 'off'], { env, cwd: folder(files) });
    expect(stderr).toContain(
      '--verify runs in a copy of the project, in the open, as --sandbox off asks for',
    );
    expect(stderr).toMatch(/^verified: in the open, [\d.]+ m?s, after 1 repair$/m);
  });

  it('leaves the tree as it was where no answer passes, and keeps the last one: exit 5', async () => {
    const { env } = await provider({ answer: wrong });
    const cwd = folder(files);
    const before = photograph(cwd);
    const { status, stderr } = await orch([...diff, ...check, '--apply', '-m', 'codex'], { env, cwd });
    expect(status).toBe(5);
    expect(stderr).toContain('9 !== 6');
    expect(stderr).toMatch(/orch runs show [0-9a-f]{8}/);
    expect(photograph(cwd)).toEqual(before);
  });

  it.each([
    [
      'is red already',
      'node check.js && echo "3 tests failed" && exit 1',
      /fails without any change.*3 tests failed/,
    ],
    ['cannot be run', 'true && no-such-command', /cannot be run.*no-such-command/],
    ['is not there', 'no-such-command', /cannot be run: no-such-command is not on the PATH/],
  ])('is refused before anything is sent when its command %s: exit 2', async (_what, command, says) => {
    const { env, server } = await provider({ answer: right });
    const { status, stderr } = await orch([...diff, '--verify', command], { env, cwd: folder(files) });
    expect([status, stderr]).toEqual([2, expect.stringMatching(says)]);
    expect(server.requests).toEqual([]);
  });

  it('is run with the result only where it is to turn green', async () => {
    const { env } = await provider({ answer: right });
    const more = "if (!/2/.test(require('./cart.js').double)) throw new Error('it is too long');\n";
    const cwd = folder({ ...files, 'check.js': files['check.js'] + more });
    expect((await orch([...diff, ...check], { env, cwd })).status).toBe(2);
    const { status, stderr } = await orch([...diff, '--verify', 'node check.js # {}'], { env, cwd });
    expect([status, stderr]).toEqual([0, expect.stringContaining('verified: ')]);
  });

  it('needs --output for what is not a patch', async () => {
    const { env, server } = await provider({
      answer: { kind: 'text', text: '```js\nprocess.exitCode = 0;\n```' },
    });
    const cwd = folder();
    const run = ['run', 'code_generate', 'x', '-l', 'javascript', '--verify', 'node {}'];
    const refused = await orch(run, { env, cwd });
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--return patch')]);
    expect(server.requests).toEqual([]);
    expect((await orch([...run, '-o', 'x.js'], { env, cwd })).status).toBe(0);
    expect(readFileSync(join(cwd, 'x.js'), 'utf8')).toBe('process.exitCode = 0;\n');
  });

  it('sends no secret that the command prints', async () => {
    const { env, server } = await provider({
      answer: ({ input }) => (input.includes('9 !== 6') ? right : wrong),
    });
    const token = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
    const leak = `console.log('${token.slice(0, 9)}' + '${token.slice(9)}', JSON.stringify(process.env));\n`;
    const cwd = folder({ ...files, 'leak.js': leak });
    const command = ['--verify', 'node leak.js; node check.js'];
    const { status } = await orch([...diff, ...command, '--sandbox', 'off'], { env, cwd });
    expect(status).toBe(0);
    const sent = JSON.stringify(server.requests.map(({ body }) => body));
    expect(sent).toContain('[a secret]');
    for (const secret of [token, key]) expect(sent).not.toContain(secret);
  });
});

describe('--sandbox', () => {
  it('is told that nothing runs without --verify', async () => {
    const { status, stderr } = await orch([...diff, '--sandbox', 'off', '--rehearse'], {
      cwd: folder(files),
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('--sandbox says what --verify runs in')]);
  });

  it('is auto, which says why it runs in the open, or require, which runs nothing', async () => {
    const { env, server } = await provider({ answer: right });
    const cwd = folder(files);
    const none: NoSandbox = { kind: 'missing', why: 'it is not installed', hint: 'install it' };
    const run = async (sandbox: 'auto' | 'require') => {
      const context = factoryFor({ env, cwd }, { writeLog: () => {}, defaultLogLevel: 'warn' });
      const real = await context.sandboxes();
      const sandboxes = async () => ({ open: real.open, confined: async () => none });
      const notices: string[] = [];
      const onProgress = (event: ProgressEvent) => {
        if (event.kind === 'notice') notices.push(event.text);
      };
      const input = { input: 'shorten it', files: ['cart.js'], verify: 'node check.js', sandbox };
      const { signal } = new AbortController();
      const output = await diffOperation.run(
        diffOperation.input().parse(input),
        { ...context, sandboxes },
        { signal, onProgress },
      );
      return { notices, verify: (output as DelegateOutput).meta.verify };
    };
    await expect(run('require')).rejects.toMatchObject({
      code: 'usage',
      message: '--sandbox require: it is not installed; nothing was run',
      hint: 'install it',
    });
    expect(server.requests).toEqual([]);
    expect(await run('auto')).toEqual({
      notices: ['--verify runs in a copy of the project, in the open: it is not installed (install it)'],
      verify: { sandbox: 'none', ms: expect.any(Number), repairs: 0 },
    });
  });
});
