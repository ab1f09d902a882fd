/** --changes, --staged and --range: what of the change goes along, and what comes back. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { git, provider, repository } from '../helpers/orch.ts';

const inputOf = ({ requests }: { requests: readonly unknown[] }) =>
  requests.map((request) => (request as { body: { input: string } }).body.input).join('\n');

/** a.ts is changed and b.ts is staged. */
async function changed(): Promise<string> {
  const cwd = await repository({
    'a.ts': 'const a = 1;\n',
    'b.ts': 'const b = 1;\n',
    'c.ts': 'const c = 1;\n',
  });
  writeFileSync(join(cwd, 'b.ts'), 'const b = 2;\n');
  await git(['add', 'b.ts'], cwd);
  writeFileSync(join(cwd, 'a.ts'), 'const a = 2;\n');
  return cwd;
}

describe('the change', () => {
  it.each([
    ['--changes', ['a.ts', 'b.ts']],
    ['--staged', ['b.ts']],
  ])('goes along as a diff, without an instruction of its own too: %s', async (flag, paths) => {
    const { env, server } = await provider({ answer: { kind: 'text', text: '# x\n' } });
    const { status } = await orch(['docs', flag], { cwd: await changed(), env });
    expect(status).toBe(0);
    const input = inputOf(server);
    const sent = [...input.matchAll(/<change path="(.*)">\ndiff --git a\/(.*) b\//g)].map(([, path]) => path);
    expect(sent).toEqual(paths);
    expect(input).toContain('They are those of the given change');
    expect(input).not.toContain('<file');
  });

  it('brings its files with it for a patch, which applies', async () => {
    const cwd = await changed();
    const text = searchReplace('a.ts', 'const a = 2;', 'const a = 3;');
    const { env, server } = await provider({ answer: { kind: 'text', text } });
    const { status, stderr } = await orch(['diff', 'three', '--changes', '--apply'], { cwd, env });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(inputOf(server)).toMatch(/<file path="a.ts">.*<file path="b.ts">.*<change path="a.ts">/s);
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe('const a = 3;\n');
  });

  it('does not bring files that do not fit, and says what was cut of it', async () => {
    const cwd = await repository({ 'a.ts': 'const a = 1;\n', 'big.ts': 'x\n'.repeat(3000) });
    writeFileSync(join(cwd, 'big.ts'), `${'x\n'.repeat(3000)}y\n`);
    writeFileSync(join(cwd, 'a.ts'), 'const a = 2;\n');
    writeFileSync(join(cwd, 'package-lock.json'), 'lock\n'.repeat(2000));
    const { env, server } = await provider();
    const limited = { ...env, ORCH_MAX_INPUT_TOKENS: '1500' };
    const { stderr } = await orch(['diff', 'x', '--changes', '--dry-run'], { cwd, env: limited });
    expect(stderr).toBe('');
    const { stdout } = await orch(['diff', 'x', '--changes', '--dry-run', '--json'], { cwd, env: limited });
    expect(JSON.parse(stdout).warnings).toEqual(
      expect.arrayContaining([
        'big.ts does not fit as a whole, so a patch cannot change it',
        expect.stringMatching(/^1 file of the change: left out, about .* tokens \(package-lock\.json\)$/),
      ]),
    );
    expect(server.requests).toEqual([]);
  });

  it('is sent without its secrets, whatever sign stands before them', async () => {
    const token = `ghp_${'0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX'}`;
    const pem = [
      '-----BEGIN RSA PRIVATE KEY-----',
      'MIIEowIBAAKCAQEA'.repeat(4),
      '-----END RSA PRIVATE KEY-----',
    ];
    const cwd = await repository({ 'a.ts': `const t = '${token}';\n` });
    writeFileSync(join(cwd, 'a.ts'), `const t = env;\nconst p = \`${pem.join('\n')}\`;\n`);
    const { env, server } = await provider({ answer: { kind: 'text', text: '# x\n' } });
    const { stderr } = await orch(['docs', 'x', '--changes'], { cwd, env });
    const input = inputOf(server);
    expect(input).toContain('-const t = ');
    for (const secret of [token, pem[1]!]) expect(input).not.toContain(secret);
    expect(stderr).toMatch(
      /secrets were replaced by placeholders: change of a\.ts \(.*\), change of a\.ts \(/,
    );
  });

  it('a placeholder that the repository itself holds is not counted as a secret', async () => {
    const token = `ghp_${'0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX'}`;
    const cwd = await repository({ 'a.md': 'one\n', 'b.ts': '1\n' });
    writeFileSync(join(cwd, 'a.md'), 'one\n\u2039redacted:github:1\u203A\n');
    writeFileSync(join(cwd, 'b.ts'), `const t = '${token}';\n`);
    const { env } = await provider({ answer: { kind: 'text', text: '# x\n' } });
    const { stderr } = await orch(['docs', 'x', '--changes'], { cwd, env });
    expect(stderr).toContain('1 secret was replaced by a placeholder: change of b.ts (github)');
  });

  it('is a field of the tool: a word or a range', async () => {
    const cwd = await changed();
    const { env, server } = await provider({ answer: { kind: 'text', text: '# x\n' } });
    const client = await connectInProcess({ env, cwd });
    for (const gitChange of ['uncommitted', 'staged'])
      await call(client, 'delegate.run', { task: 'docs', input: 'x', gitChange });
    expect(
      server.requests.map((_, at) => inputOf({ requests: [server.requests[at]] }).match(/<change /g)?.length),
    ).toEqual([2, 1]);
    const sizes: unknown[] = [];
    for (const gitChange of ['uncommitted', 'staged']) {
      const explained = await call(client, 'route.explain', { task: 'docs', input: 'x', gitChange });
      sizes.push(explained.structuredContent?.size);
    }
    expect(sizes).toEqual(
      server.requests.map((_, at) => Math.ceil(inputOf({ requests: [server.requests[at]] }).length / 3)),
    );
    expect(server.requests).toHaveLength(2);
    const wrong = await call(client, 'delegate.run', { task: 'docs', input: 'x', gitChange: 'main' });
    expect(JSON.stringify(wrong)).toContain('main is not a range of commits');
  });
});
