/** Text that shows as nothing, or turns other text around, is seen on a terminal and warned of in an answer. */
import { execFile, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { bareEnvironment, bin, orch as builtOrch, folder, provider } from '../helpers/orch.ts';

const trojan = 'if (level !== "user\u202e \u2066// admins only\u2069 \u2066") {\n';
const warned = /adds hidden characters in line \d+ \(U\+202E U\+2066 U\+2069\): please review/;

describe('an answer with hidden characters', () => {
  it('goes to a pipe as it is, with a warning', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: trojan } });
    const { stdout, stderr } = await orch(['run', 'code_generate', 'x'], { env });
    expect(stdout).toBe(trojan);
    expect(stderr).toMatch(warned);
  });

  it('is escaped as JSON, which loses nothing', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: trojan } });
    const { stdout } = await orch(['run', 'code_generate', 'x', '--json'], { env });
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(JSON.parse(stdout)).toMatchObject({
      result: trojan,
      meta: { warnings: [expect.stringMatching(warned)] },
    });
  });

  it('that is a patch is warned of by file and line, unless the line was like that', async () => {
    const cwd = folder({ 'a.js': 'const a = 1;\nconst b = "x\u200b";\n' });
    const diff = async (answer: string) =>
      (await orch(['diff', '--from', '-', '-f', 'a.js'], { cwd, stdin: answer })).stderr;
    expect(await diff(searchReplace('a.js', 'const a = 1;', 'const a = 1; // \u2067\u{e0041}'))).toContain(
      'warning: a.js: the patch adds hidden characters in line 1 (U+2067 U+E0041): please review',
    );
    expect(await diff(searchReplace('a.js', 'const b = "x\u200b";', 'const b = "y\u200b";'))).not.toContain(
      'hidden',
    );
  });

  it('is warned of by a tool as well', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: trojan } });
    const client = await connectInProcess({ env });
    const { structuredContent } = await call(client, 'delegate.run', { task: 'code_generate', input: 'x' });
    expect(structuredContent).toMatchObject({
      result: trojan,
      meta: { warnings: [expect.stringMatching(warned)] },
    });
  });

  /** Only the one of util-linux takes `-c`. */
  const script = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

  it.runIf(script)('is seen on a terminal', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: `\x1b[8m${trojan}` } });
    const command = `${process.execPath} ${bin} run code_generate x`;
    const shown = await new Promise<string>((resolve) => {
      const options = { cwd: folder(), env: bareEnvironment({ TERM: 'xterm', ...env }) };
      execFile('script', ['-qfc', command, '/dev/null'], options, (_error, out) => resolve(out)).stdin?.end();
    });
    expect(shown).toContain('\\u001b[8mif (level !== "user\\u202e \\u2066// admins');
    expect(shown).not.toMatch(/\x1b\[8m|[\u202e\u2066\u2069]/);
  });
});

describe('a name with hidden characters', () => {
  it('is seen in a message', async () => {
    const { status, stderr } = await builtOrch(['docs', 'x', '-f', 'a\u202etxt.exe\u{e0041}']);
    expect(status).toBe(2);
    expect(stderr).toContain('a\\u202etxt.exe\\u{e0041}');
  });

  it('is seen in the error of a tool', async () => {
    const client = await connectInProcess({ env: { ORCH_REHEARSE: '1' } });
    const { content } = await call(client, 'delegate.docs', { input: 'x', files: ['a\u202etxt.exe'] });
    expect(JSON.stringify(content)).toContain('a\\\\u202etxt.exe');
  });
});
