/** Files that hold secrets, from the command line. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchReplace, wholeFile } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { folder, git, provider, repository } from '../helpers/orch.ts';

/** Joined here, so that nobody's scanner takes the test for a leak. */
const secret = `gh${'p'}_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3rU6'}`;
const hidden = '\u2039redacted:github:1\u203A';
const before = `import x;\nconst token = '${secret}';\nexport const one = 1;\n`;
const written = (text: string) => ({ answer: { kind: 'text', text } }) as const;
const below = searchReplace('a.ts', 'export const one = 1;', 'export const one = 11;');
const above = searchReplace('a.ts', 'import x;', 'import y;');

describe('orch diff', () => {
  it('prints a patch without the secret, which git applies', async () => {
    const { env, server } = await provider(written(below));
    const cwd = await repository({ 'a.ts': before });
    const { status, stdout, stderr } = await orch(['diff', 'one is eleven', '-f', 'a.ts'], { env, cwd });
    expect(status).toBe(0);
    expect(JSON.stringify(server.requests[0]?.body)).not.toContain(secret);
    expect(stdout + stderr).not.toContain(secret);
    expect(stderr).toContain('1 secret was replaced by a placeholder: a.ts:2 (github)');
    await git(['apply'], cwd, stdout);
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe(before.replace('= 1', '= 11'));
  });

  it('names the kept patch where git would need the secret, and that one has it', async () => {
    const { env: provided } = await provider(written(above));
    const env = { ...provided, XDG_STATE_HOME: folder() };
    const cwd = await repository({ 'a.ts': before });
    const { status, stdout, stderr } = await orch(['diff', 'y', '-f', 'a.ts'], { env, cwd });
    expect(status).toBe(0);
    expect(stdout).toContain(hidden);
    expect(stdout + stderr).not.toContain(secret);
    const id = /rejects it: apply it with orch patch apply (\S+)/.exec(stderr)?.[1];
    const applied = await orch(['patch', 'apply', id!], { env, cwd });
    expect([applied.status, applied.stdout.includes(secret)]).toEqual([0, false]);
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe(before.replace('import x', 'import y'));
  });

  it('writes the secret back with --apply', async () => {
    const { env } = await provider(written(above));
    const cwd = await repository({ 'a.ts': before });
    const { status, stdout, stderr } = await orch(['diff', 'y', '-f', 'a.ts', '--apply'], { env, cwd });
    expect(status).toBe(0);
    expect(stdout + stderr).not.toContain(secret);
    expect(stderr).not.toContain('placeholders where git needs');
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe(before.replace('import x', 'import y'));
  });

  it('redacts nothing for an answer that is there already: nothing is sent', async () => {
    const cwd = await repository({ 'a.ts': before, 'answer.md': above });
    const { status, stdout } = await orch(['diff', '--from', 'answer.md', '-f', 'a.ts'], { cwd });
    expect([status, stdout.includes(secret)]).toEqual([0, true]);
    await git(['apply'], cwd, stdout);
  });

  it('says with --check that the change applies', async () => {
    const { env } = await provider(written(above));
    const cwd = await repository({ 'a.ts': before });
    const { status, stdout } = await orch(['diff', 'y', '-f', 'a.ts', '--check'], { env, cwd });
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'applies']);
  });
});

describe('an answer of an earlier call, which shows placeholders', () => {
  const shown = before.replace(secret, hidden);
  const inEdit = searchReplace('a.ts', 'import x;', `import x; // ${hidden}`);

  it.each([
    ['a whole file', wholeFile('a.ts', shown.replace('= 1', '= 11'))],
    ['an added line', inEdit],
    ['a new file', wholeFile('b.ts', `const token = '${hidden}';\n`)],
    ['a line that is looked for', searchReplace('a.ts', shown, shown.replace('= 1', '= 11'))],
  ])('is refused instead of replacing secrets: %s', async (_, answer) => {
    const cwd = await repository({ 'a.ts': before });
    const args = ['diff', '--from', '-', '-f', 'a.ts', '--apply'];
    const { status, stderr } = await orch(args, { cwd, stdin: answer });
    expect([status, stderr]).toEqual([5, expect.stringContaining('placeholders instead of secrets')]);
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe(before);
    expect(existsSync(join(cwd, 'b.ts'))).toBe(false);
  });

  it('may change a file that is about placeholders', async () => {
    const cwd = await repository({ 'a.ts': shown });
    const args = ['diff', '--from', '-', '-f', 'a.ts', '--apply'];
    const { status } = await orch(args, { cwd, stdin: inEdit });
    expect(status).toBe(0);
  });

  it('is refused as a patch that git would take', async () => {
    const cwd = await repository({ 'a.ts': before });
    const stdin = `--- a/a.ts\n+++ b/a.ts\n@@ -1,2 +1,3 @@\n import x;\n+const other = '${hidden}';\n const token = '${secret}';\n`;
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin });
    expect([status, stderr]).toEqual([5, expect.stringContaining('line 2 of a.ts would hold')]);
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe(before);
  });
});

describe('a patch that moves a file with secrets', () => {
  const moves = (word: string, from: string) =>
    `diff --git a/${from} b/public/x.txt\nsimilarity index 100%\n${word} from ${from}\n${word} to public/x.txt\n`;

  it.each([
    ['rename', 'secrets/prod.py', 'git ignores'],
    ['copy', 'secrets/prod.py', 'git ignores'],
    ['copy', 'k/id_rsa', 'looks secret'],
    ['rename', 'credentials.json', 'looks secret'],
    ['copy', '.env', 'looks secret'],
  ])('is refused: %s %s', async (word, from, why) => {
    const cwd = await repository({ '.gitignore': 'secrets/\n', [from]: before });
    const given: [string[], string][] = [
      [['patch', 'apply', '--from', '-'], moves(word, from)],
      [['diff', '--from', '-', '-f', from, '--apply'], moves(word, from)],
    ];
    for (const [args, stdin] of given) {
      const { status, stderr } = await orch(args, { cwd, stdin });
      expect(status).toBeGreaterThan(0);
      if (args[0] === 'patch' || word === 'rename') expect(stderr).toContain(why);
      expect(readFileSync(join(cwd, from), 'utf8')).toBe(before);
      expect(existsSync(join(cwd, 'public'))).toBe(false);
    }
  });

  it('is applied for a file that is neither ignored nor secret by its name', async () => {
    const cwd = await repository({ 'a.ts': before });
    const { status } = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin: moves('rename', 'a.ts') });
    expect([status, existsSync(join(cwd, 'public/x.txt'))]).toEqual([0, true]);
  });
});

describe('orch run', () => {
  it('does not write code with placeholders over the file that holds the secrets, and keeps it', async () => {
    const { env } = await provider(written(`import x;\nconst token = '${hidden}';\n`));
    const cwd = folder({ 'a.ts': before });
    const args = ['run', 'code_generate', 'y', '-f', 'a.ts', '-o', 'a.ts', '--force'];
    const { status, stderr } = await orch(args, { env, cwd });
    expect(status).toBe(5);
    expect(stderr).toMatch(/a\.ts is not replaced: .*placeholders.*\nhint: .*orch runs show [0-9a-f]{8}/s);
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe(before);
    const elsewhere = await orch([...args.slice(0, -3), '-o', 'b.ts'], { env, cwd });
    expect([elsewhere.status, elsewhere.stderr.includes('replace them by hand')]).toEqual([0, true]);
  });
});

describe('orch patch apply --from', () => {
  it('names the kept patch for one that shows placeholders', async () => {
    const { env } = await provider(written(above));
    const cwd = await repository({ 'a.ts': before });
    const { stdout } = await orch(['diff', 'y', '-f', 'a.ts'], { env, cwd });
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], { env, cwd, stdin: stdout });
    expect([status, stderr.includes('apply it by the id')]).toEqual([5, true]);
  });
});

describe('what would be redacted', () => {
  it('is shown by --dry-run and by route --explain', async () => {
    const cwd = folder({ 'a.ts': before });
    for (const args of [
      ['diff', 'y', '-f', 'a.ts', '--dry-run'],
      ['route', '--explain', 'refactor', '-f', 'a.ts'],
    ]) {
      const { status, stdout } = await orch(args, { cwd });
      expect(status).toBe(0);
      expect(stdout).toContain('1 secret was replaced');
      expect(stdout).not.toContain(secret);
    }
  });
});

describe('ORCH_REDACT=off', () => {
  const explain = ['route', '--explain', 'refactor', '-f', 'a.ts'];

  it('sends everything as it is', async () => {
    const { env, server } = await provider(written(below));
    const cwd = folder({ 'a.ts': before });
    const off = { ...env, ORCH_REDACT: 'off' };
    expect((await orch(['diff', 'y', '-f', 'a.ts'], { env: off, cwd })).status).toBe(0);
    expect(server.requests[0]?.body?.input).toContain(secret);
  });

  it('has no effect in a .env', async () => {
    const cwd = folder({ 'a.ts': before });
    writeFileSync(join(cwd, '.env'), 'ORCH_REDACT=off\n');
    expect((await orch(explain, { cwd })).stdout).toContain('1 secret was replaced');
    expect((await orch(explain, { cwd, env: { ORCH_REDACT: 'off' } })).stdout).not.toContain(
      'secret was replaced',
    );
  });
});
