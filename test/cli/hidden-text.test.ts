/** Text that shows as nothing, or turns other text around, is seen on a terminal and warned of in an answer. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { startProgress } from '../../src/cli/progress.ts';
import { renderDecision } from '../../src/cli/render/decision.ts';
import type { IOStreams } from '../../src/cli/streams/streams.ts';
import { printable } from '../../src/core/text/hidden.ts';
import type { DecisionOutput } from '../../src/operations/route-explain.ts';
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

describe('a colour from outside', () => {
  const red = '\x1b[31m';

  it('is escaped in a message, as hidden characters are, and its own colours stay', async () => {
    const { status, stderr } = await builtOrch(['docs', 'x', '-f', `a${red}error: \u202etxt.exe\u{e0041}`], {
      env: { FORCE_COLOR: '1' },
    });
    expect(status).toBe(2);
    expect(stderr).toContain(`${red}error:\x1b[39m a\\u001b[31merror: \\u202etxt.exe\\u{e0041}`);
  });

  it('is escaped in a decision and in the answer on its way, whose own colours stay', async () => {
    const written: string[] = [];
    const streams = {
      errStyle: new Chalk({ level: 1 }),
      err: (text: string) => written.push(printable(text)),
      errStyled: (text: string) => written.push(text),
      shown: printable,
    } as unknown as IOStreams;
    const progress = await startProgress({
      streams,
      sign: undefined,
      preview: true,
      untilText: true,
      showDecision: false,
    });
    progress.onEvent({ kind: 'text', delta: `x${red}y` });
    expect(written.join('')).toBe('\x1b[2mx\\u001b[31my\x1b[22m');

    const decision = {
      rationale: `r${red}`,
      rule: 'forced',
      size: 1,
      language: `l${red}`,
      ceiling_usd: null,
      selected: null,
      fallbacks: [],
      rejected: [{ alias: `a${red}`, model: `m${red}`, reason: `why${red}` }],
      rules: [{ path: `r${red}`, tokens: 1 }],
      budgets: [{ name: `b${red}`, limit_usd: 1, left_usd: 1 }],
      warnings: [`w${red}`],
    } as unknown as DecisionOutput;
    const text = renderDecision(decision, new Chalk({ level: 1 }));
    expect(text).not.toContain(red);
    expect(text).toContain('\x1b[1mr\\u001b[31m\x1b[22m');
  });

  it('is not recorded', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: 'x\n' } });
    const csv = join(folder(), 'usage.csv');
    const args = ['run', 'docs', 'x'];
    const { status, stderr } = await orch(args, {
      env: { ...env, ORCH_USAGE_CSV: csv, ORCH_PROJECT: `p${red}` },
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const recorded = readFileSync(csv, 'utf8');
    expect(recorded).toContain('\\u001b[31m');
    expect(recorded).not.toContain('\x1b');
  });
});

describe('a name with hidden characters', () => {
  // In a message: with the colours, above.
  it('is seen in the error of a tool', async () => {
    const client = await connectInProcess({ env: { ORCH_REHEARSE: '1' } });
    const { content } = await call(client, 'delegate.docs', { input: 'x', files: ['a\u202etxt.exe'] });
    expect(JSON.stringify(content)).toContain('a\\\\u202etxt.exe');
  });
});
