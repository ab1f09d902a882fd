import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { delegateOutput } from '../../src/operations/delegation/output.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { folder, git, provider, repository } from '../helpers/orch.ts';

const before = 'export function total(a: number, b: number) {\n  return a + b;\n}\n';
const after = 'export function sum(a: number, b: number) {\n  return a + b;\n}\n';

/** An answer as a model writes it: a change of one file. */
const answer = (path: string, eol = '\n') =>
  `${path}\n<<<<<<< SEARCH${eol}export function total(a: number, b: number) {${eol}=======${eol}export function sum(a: number, b: number) {${eol}>>>>>>> REPLACE${eol}`;
const v4a = (path: string) =>
  `*** Begin Patch\n*** Update File: ${path}\n@@\n-export function total(a: number, b: number) {\n+export function sum(a: number, b: number) {\n   return a + b;\n*** End Patch\n`;
const written = (text: string) => ({ answer: { kind: 'text', text } as const });

describe('orch diff | git apply', () => {
  it('changes a file of a repository', async () => {
    const { server, env } = await provider(written(answer('src/cart.ts')));
    const cwd = await repository({ 'src/cart.ts': before });
    const { status, stdout, stderr } = await orch(['diff', 'rename total to sum', '-f', 'src/cart.ts'], {
      env,
      cwd,
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^diff --git a\/src\/cart\.ts b\/src\/cart\.ts\n/);
    expect(readFileSync(join(cwd, 'src/cart.ts'), 'utf8')).toBe(before);
    await git(['apply'], cwd, stdout);
    expect(readFileSync(join(cwd, 'src/cart.ts'), 'utf8')).toBe(after);
    expect(server.requests[0]?.body?.model).toBe('gpt-6.1-sol');
    expect(stderr).not.toContain('warning');
  });

  it('works in a sub-directory', async () => {
    const { env } = await provider(written(answer('src/cart.ts')));
    const cwd = await repository({ 'src/cart.ts': before });
    const here = join(cwd, 'src');
    const { status, stdout } = await orch(['diff', 'rename', '-f', 'cart.ts'], { env, cwd: here });
    expect(status).toBe(0);
    await git(['apply'], here, stdout);
    expect(readFileSync(join(here, 'cart.ts'), 'utf8')).toBe(after);
  });

  it('warns in a sub-directory of files that git apply would leave out there', async () => {
    const { env } = await provider(written(answer('cart.ts')));
    const cwd = await repository({ 'cart.ts': before, 'src/other.ts': 'x\n' });
    const { status, stderr } = await orch(['diff', 'rename', '-f', '../cart.ts'], {
      env: { ...env, ORCH_ROOTS: cwd },
      cwd: join(cwd, 'src'),
    });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^warning: run git apply in .*: it silently skips .*cart\.ts/m);
  });

  it('works outside of a repository', async () => {
    const { env } = await provider(written(answer('cart.ts')));
    const cwd = folder({ 'cart.ts': before });
    const { status, stdout } = await orch(['diff', 'rename', '-f', 'cart.ts'], { env, cwd });
    expect(status).toBe(0);
    await git(['apply'], cwd, stdout);
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).toBe(after);
  });

  it('keeps the line ends of a file', async () => {
    const { env } = await provider(written(answer('cart.ts')));
    const crlf = before.replaceAll('\n', '\r\n');
    const cwd = await repository({ 'cart.ts': crlf, '.gitattributes': '* -text\n' });
    const { status, stdout } = await orch(['diff', 'rename', '-f', 'cart.ts'], { env, cwd });
    expect(status).toBe(0);
    await git(['apply'], cwd, stdout);
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).toBe(after.replaceAll('\n', '\r\n'));
  });

  it('can be rehearsed', async () => {
    const cwd = await repository({ 'cart.ts': before });
    const { status, stdout } = await orch(['diff', 'rename', '-f', 'cart.ts', '--rehearse'], { cwd });
    expect(status).toBe(0);
    await git(['apply'], cwd, stdout);
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).not.toBe(before);
  });

  it('may make a new file', async () => {
    const { env } = await provider(
      written('sum.ts\n<<<<<<< SEARCH\n=======\nexport const x = 1;\n>>>>>>> REPLACE\n'),
    );
    const cwd = await repository({ 'cart.ts': before });
    const { status, stdout } = await orch(['diff', 'add x', '-f', 'cart.ts'], { env, cwd });
    expect(status).toBe(0);
    await git(['apply'], cwd, stdout);
    expect(readFileSync(join(cwd, 'sum.ts'), 'utf8')).toBe('export const x = 1;\n');
  });
});

describe('orch diff', () => {
  it('has the same shape as every result with --json, and the facts of the patch', async () => {
    const { env } = await provider(written(answer('cart.ts')));
    const cwd = await repository({ 'cart.ts': before });
    const { stdout } = await orch(['diff', 'rename', '-f', 'cart.ts', '--json'], { env, cwd });
    const { result, meta } = delegateOutput().strict().parse(JSON.parse(stdout));
    expect(result).toMatch(/^diff --git /);
    expect(meta.patch).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      files: [{ path: 'cart.ts', added: 1, deleted: 1 }],
      diffstat: expect.stringContaining('cart.ts'),
      checked_by: 'git',
      hunks: [{ path: 'cart.ts', line: 1, level: expect.any(String) }],
    });
  });

  it('writes the patch to the working tree with --apply, and prints nothing', async () => {
    const { env } = await provider(written(answer('cart.ts')));
    const cwd = await repository({ 'cart.ts': before });
    const { status, stdout, stderr } = await orch(['diff', 'rename', '-f', 'cart.ts', '--apply'], {
      env,
      cwd,
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^applied:\n.*cart\.ts/m);
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).toBe(after);
  });

  it('does not overwrite what was changed while the model wrote', async () => {
    const cwd = await repository({ 'cart.ts': before });
    let written = () => {};
    const changed = new Promise<void>((resolve) => {
      written = resolve;
    });
    const { server, env } = await provider({
      answer: { kind: 'text', text: answer('cart.ts'), pauses: [{ at: 'headers', until: changed }] },
    });
    const run = orch(['diff', 'rename', '-f', 'cart.ts', '--apply'], { env, cwd });
    await server.waitForRequest();
    writeFileSync(join(cwd, 'cart.ts'), `// mine\n${before}`);
    written();
    const { status, stderr } = await run;
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^error: /m);
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).toBe(`// mine\n${before}`);
  });

  it('prints nothing that does not apply: exit 5', async () => {
    const { env, server } = await provider(written(answer('cart.ts').replace('total', 'nowhere')));
    const cwd = await repository({ 'cart.ts': before });
    const { status, stdout, stderr } = await orch(['diff', 'rename', '-f', 'cart.ts'], { env, cwd });
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    expect(stderr).toMatch(/^error: no model gave a usable answer:\n {2}gpt-.*cart\.ts/m);
    // Each of three candidates is asked for it again, the last one for the whole file as well.
    expect(server.requests).toHaveLength(3 * 2 + 1);
  });

  it('says with --check whether the patch applies', async () => {
    const { env } = await provider(written(answer('cart.ts')));
    const cwd = await repository({ 'cart.ts': before });
    const { status, stdout } = await orch(['diff', 'rename', '-f', 'cart.ts', '--check'], { env, cwd });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^applies\n/);
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).toBe(before);
    const both = await orch(['diff', 'x', '-f', 'cart.ts', '--check', '--apply'], { env, cwd });
    expect(both.status).toBe(2);
  });
});

describe('orch diff --from', () => {
  it.each([
    ['search and replace', answer('cart.ts')],
    ['search and replace with carriage returns', answer('cart.ts', '\r\n')],
    ['a V4A patch', v4a('cart.ts')],
    [
      'a unified diff',
      `Sure:\n\n\`\`\`diff\n--- a/cart.ts\n+++ b/cart.ts\n@@ -1,2 +1,2 @@\n-export function total(a: number, b: number) {\n+export function sum(a: number, b: number) {\n   return a + b;\n\`\`\`\n`,
    ],
    ['the whole file', `cart.ts\n\`\`\`ts\n${after}\`\`\`\n`],
  ])('takes %s from standard input, without a key or a request', async (_name, text) => {
    const cwd = await repository({ 'cart.ts': before });
    const { status, stdout } = await orch(['diff', '--from', '-', '-f', 'cart.ts'], { cwd, stdin: text });
    expect(status).toBe(0);
    await git(['apply'], cwd, stdout);
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).toBe(after);
  });

  it('takes it from a file, and applies it', async () => {
    const cwd = await repository({ 'cart.ts': before, 'answer.md': answer('cart.ts') });
    const args = ['diff', '--from', 'answer.md', '-f', 'cart.ts'];
    const checked = await orch([...args, '--check', '--json'], { cwd });
    expect(JSON.parse(checked.stdout)).toMatchObject({
      result: expect.stringMatching(/^applies\n/),
      meta: { model: null, cost_usd: 0, attempts: [] },
    });
    const { status } = await orch([...args, '--apply'], { cwd });
    expect(status).toBe(0);
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).toBe(after);
    const again = await orch([...args, '--check'], { cwd });
    expect(again).toMatchObject({ status: 0, stdout: 'nothing to apply\n' });
  });

  it.each([
    ['an answer that fits nowhere', answer('cart.ts').replace('total', 'nowhere'), 'patch-unplaceable', 5],
    ['an answer without a change', 'I would rather not.', 'patch-unplaceable', 5],
    ['an empty answer', '', 'answer-unusable', 5],
  ])('refuses %s', async (_name, stdin, code, expected) => {
    const cwd = await repository({ 'cart.ts': before });
    const { status, stdout } = await orch(['diff', '--from', '-', '-f', 'cart.ts', '--json'], { cwd, stdin });
    expect(status).toBe(expected);
    expect(JSON.parse(stdout).error.code).toBe(code);
  });

  it('names a file that is missing', async () => {
    const { status, stderr } = await orch(['diff', '--from', 'missing.md']);
    expect(status).toBe(2);
    expect(stderr).toContain('--from: missing.md does not exist');
  });

  it('refuses with --strict what was found by likeness alone', async () => {
    const cwd = await repository({ 'cart.ts': before });
    const loose = `cart.ts\n<<<<<<< SEARCH\nexport function total(a: number, b: number): number {\n  return a + b;\n}\n=======\nexport function sum(a: number, b: number) {\n  return a + b;\n}\n>>>>>>> REPLACE\n`;
    const [easy, strict] = await Promise.all(
      [[], ['--strict']].map((extra) =>
        orch(['diff', '--from', '-', '-f', 'cart.ts', ...extra], { cwd, stdin: loose }),
      ),
    );
    expect(strict!.status).toBe(5);
    // Whoever takes it is told to look.
    if (easy!.status === 0) expect(easy!.stderr).toMatch(/warning: .*--strict rejects this/);
  });
});
