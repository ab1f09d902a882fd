/** What a user and a client see where nothing needs to change, and where an answer is none. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, provider } from '../helpers/orch.ts';

const said = { kind: 'text', text: 'NO CHANGE: The loop is a map already.' } as const;

function withFile(): string {
  const cwd = folder();
  writeFileSync(join(cwd, 'a.ts'), 'export const one = 1;\n');
  return cwd;
}

describe('nothing to change', () => {
  it('prints no patch, says why on stderr, and leaves the tree alone', async () => {
    const { env } = await provider({ answer: said });
    const cwd = withFile();
    for (const more of [[], ['--apply']]) {
      const { status, stdout, stderr } = await orch(['diff', 'use a map', '-f', 'a.ts', ...more], {
        env,
        cwd,
      });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
      expect(stderr).toMatch(/^no change: The loop is a map already\.$/m);
    }
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe('export const one = 1;\n');
  });

  it('leaves no older patch in the file of --output, but code as it is', async () => {
    const { env } = await provider({ answer: said });
    const cwd = withFile();
    const { status } = await orch(['diff', 'use a map', '-f', 'a.ts', '-o', 'out.patch'], { env, cwd });
    expect({ status, patch: readFileSync(join(cwd, 'out.patch'), 'utf8') }).toEqual({ status: 0, patch: '' });
    const code = ['run', 'refactor', 'use a map', '-f', 'a.ts', '--return', 'code', '-o', 'a.ts', '--force'];
    expect((await orch(code, { env, cwd })).status).toBe(0);
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe('export const one = 1;\n');
  });

  it('is an outcome in JSON and over MCP', async () => {
    const { env } = await provider({ answer: said });
    const cwd = withFile();
    const expected = { result: '', meta: { outcome: 'no-change', reason: 'The loop is a map already.' } };
    const { stdout } = await orch(['diff', 'use a map', '-f', 'a.ts', '--json'], { env, cwd });
    expect(JSON.parse(stdout)).toMatchObject(expected);
    const client = await connectInProcess({ env, cwd });
    const { structuredContent } = await call(client, 'delegate.diff', {
      input: 'use a map',
      files: ['a.ts'],
    });
    expect(structuredContent).toMatchObject(expected);
    expect(structuredContent).not.toHaveProperty('meta.patch');
  });

  it('is kept with the answer and the reason, and a patch of it is one that changes nothing', async () => {
    const made = searchReplace('a.ts', 'export const uno = 1;', 'export const one = 1;');
    const { env: upstream } = await provider({ answer: { kind: 'text', text: made } });
    const env = { ...upstream, XDG_STATE_HOME: folder() };
    const cwd = withFile();
    const reason = 'The change is already there (a.ts line 1).';
    await orch(['diff', 'rename it', '-f', 'a.ts'], { env, cwd });
    const shown = await orch(['runs', 'show'], { env, cwd });
    expect(shown.stdout).toBe(made);
    expect(shown.stderr).toContain(`\nno change: ${reason}\n`);
    const json = JSON.parse((await orch(['runs', 'show', '--json'], { env, cwd })).stdout);
    expect(json).toMatchObject({
      status: 'done',
      result: '',
      outcome: 'no-change',
      reason,
      answers: [{ attempt: 1, text: made }],
    });
    const applied = await orch(['patch', 'apply', 'last'], { env, cwd });
    expect(applied.status).toBe(0);
    expect(applied.stderr).toContain(`(refactor: rename it) changed nothing: ${reason}`);
  });

  it('in an answer that is given is one as well', async () => {
    const { status, stdout, stderr } = await orch(['diff', '--from', '-', '-f', 'a.ts', '--check'], {
      cwd: withFile(),
      stdin: 'a.ts\n<<<<<<< SEARCH\nexport const uno = 1;\n=======\nexport const one = 1;\n>>>>>>> REPLACE\n',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'nothing to apply\n' });
    expect(stderr).toContain('no change: The change is already there (a.ts line 1).');
  });
});

it('an answer that is none is written to no file', async () => {
  const { env } = await provider({ answer: { kind: 'text', text: 'Which database do you use?' } });
  const cwd = withFile();
  const { status, stdout, stderr } = await orch(['run', 'code_generate', 'a pool', '-o', 'pool.ts'], {
    env,
    cwd,
  });
  expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
  expect(stderr).toContain('"Which database do you use?"');
  expect(existsSync(join(cwd, 'pool.ts'))).toBe(false);
});
