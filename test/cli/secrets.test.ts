/** The user's key and other secrets are shown and recorded nowhere, whatever repeats them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, key, provider } from '../helpers/orch.ts';

const part = key.slice(8, 24);

describe('the key', () => {
  it.each<[string, string[], string?]>([
    ['as a file', ['docs', 'x', '-f', key]],
    ['as a model', ['route', 'docs', '-m', key]],
    ['as a model that is explained', ['route', '--explain', 'docs', '-m', key, '--json']],
    ['as a task', ['run', key, 'x']],
    ['as a command', [key]],
    ['as an option', ['docs', `--${key}`]],
    ['as a number', ['docs', 'x', '--max-cost', key]],
    ['as a topic', ['help', key]],
    ['as a patch', ['patch', 'apply', key]],
    ['as an output', ['docs', 'x', '--rehearse', '-o', `no/such/${key}`]],
    [
      'in the path of an edit',
      ['diff', '--from', '-', '-f', 'a.txt'],
      searchReplace(`${key}/x.py`, 'a', 'b'),
    ],
    ['in an error as JSON', ['docs', 'x', '-f', key, '--json']],
  ])('given %s is not repeated', async (_, args, stdin) => {
    const cwd = folder({ 'a.txt': 'a\n' });
    const env = { OPENAI_API_KEY: key, XDG_STATE_HOME: folder() };
    const { stdout, stderr } = await orch(args, { cwd, env, stdin });
    expect(stdout + stderr).not.toBe('');
    expect(stdout + stderr).not.toContain(part);
  });

  it('from a .env is not repeated either', async () => {
    const cwd = folder({ '.env': `OPENAI_API_KEY=${key}\n` });
    const { stderr } = await orch(['docs', 'x', '-f', key], { cwd });
    expect(stderr).toContain('[redacted]');
    expect(stderr).not.toContain(part);
  });

  it('given as a model and echoed in an answer is neither shown nor recorded', async () => {
    const opaque = 'gw_0123456789abcdefSECRETkey99';
    const { env, server } = await provider({
      key: opaque,
      answer: { kind: 'text', text: `# Title\n\nThe key is ${opaque}.\n` },
    });
    const state = folder();
    const own = { ...env, OPENAI_API_KEY: opaque, XDG_STATE_HOME: state, ORCH_LOG_LEVEL: 'info' };
    const { stdout, stderr } = await orch(['docs', 'x', '-l', opaque], { env: own });
    expect(server.requests).toHaveLength(1);
    expect(stdout).toBe('# Title\n\nThe key is [redacted].\n');
    expect(stderr).not.toContain('SECRET');
    await orch(['docs', 'x', '-m', opaque], { env: own });
    const ledger = readFileSync(join(state, 'orch/usage.csv'), 'utf8');
    expect(ledger).toContain('[redacted]');
    expect(ledger).not.toMatch(/SECRET/i);
  });

  it('is not repeated by a tool', async () => {
    const client = await connectInProcess({ env: { OPENAI_API_KEY: key, ORCH_REHEARSE: '1' } });
    const answers = await Promise.all([
      call(client, 'delegate.docs', { input: 'x', files: [key] }),
      call(client, 'route.explain', { task: 'docs', forceModel: key }),
      call(client, 'patch.apply', { patch_id: key }),
      call(client, 'delegate.run', { task: key, input: 'x' }),
    ]);
    expect(JSON.stringify(answers)).toContain('[redacted]');
    expect(JSON.stringify(answers)).not.toContain(part);
  });

  it('that is refused is told by its last four characters', async () => {
    const { env } = await provider();
    const wrong = 'sk-proj-another-key-0000-wxyz';
    const { status, stderr } = await orch(['docs', 'x'], { env: { ...env, OPENAI_API_KEY: wrong } });
    expect(status).toBe(4);
    expect(stderr).toMatch(/^hint: check OPENAI_API_KEY, .*\(the refused key ends in wxyz\)$/m);
    expect(stderr).not.toContain('another');
  });
});

describe('ORCH_PROJECT', () => {
  it.each([key, 'ghp_0123456789abcdefghijklmnopqrstuvwxyz', 'aB3dE6gH9jK2mN5pQ8sT'])(
    'that looks like a key is not recorded, and that is said: %s',
    async (project) => {
      const { env } = await provider();
      const state = folder();
      const own = { ...env, XDG_STATE_HOME: state, ORCH_PROJECT: project };
      const { status, stderr } = await orch(['docs', 'x'], { env: own });
      expect(status).toBe(0);
      expect(stderr).toContain('warning: ORCH_PROJECT looks like a key and is not recorded');
      expect(readFileSync(join(state, 'orch/usage.csv'), 'utf8')).not.toContain(project.slice(4));
      const { stdout } = await orch(['doctor'], { env: own });
      expect(stdout).not.toContain(project.slice(4));
    },
  );
});

describe('a secret in the base URL', () => {
  it('is neither shown by a failure nor by the doctor', async () => {
    const { server, env } = await provider();
    const own = { ...env, OPENAI_BASE_URL: server.url.replace('/v1', '/S3CRET-T0KEN-99/v1') };
    const failed = await orch(['docs', 'x'], { env: own });
    expect(failed.status).toBe(1);
    const { stdout } = await orch(['doctor', '--verbose'], { env: own });
    expect(stdout).toMatch(/OPENAI_BASE_URL = http:\/\/127\.0\.0\.1:\d+\/…\/v1 /);
    expect(failed.stderr + failed.stdout + stdout).not.toContain('S3CRET');
  });
});
