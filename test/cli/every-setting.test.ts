/** Every setting that git documents names a program that leaves a mark; no command of orch runs one. */
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { type GitCall, git as ourGit } from '../../src/adapters/workspace/git/git.ts';
import { uncommitted } from '../../src/adapters/workspace/git/uncommitted.ts';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { attributes, hostileConfig, plainGit, type Trap, trap } from '../helpers/foreign-repository.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, git, key, repository } from '../helpers/orch.ts';

const hookNames = `applypatch-msg pre-applypatch post-applypatch pre-commit post-commit pre-merge-commit
  prepare-commit-msg commit-msg pre-rebase post-checkout post-merge pre-push reference-transaction push-to-checkout
  pre-auto-gc post-rewrite sendemail-validate fsmonitor-watchman post-index-change`.split(/\s+/);

/** Section and key of each setting, as real git lists them; what a user would name is called x. */
async function everySetting(): Promise<[section: string, key: string][]> {
  const listed = (await git(['help', '--config'], folder())).split('\n');
  return (
    listed
      .map((line) => line.trim().replaceAll(/<[^>]*>|\*/g, 'x'))
      .filter((line) => /^[a-z][a-z0-9-]*(\.\S+)?\.[a-z][a-z0-9-]*$/i.test(line))
      // Their value is read as settings: hostileConfig and the condition below have those.
      .filter((name) => !/^include(if)?\./i.test(name))
      // With a wrong value of these, git by itself fails before it runs anything.
      .filter((name) => !/^core\.(bare|fsmonitorHookVersion)$/.test(name))
      .map((name) => {
        const [section, ...rest] = name.split('.');
        const last = rest.pop() as string;
        return [rest.length > 0 ? `[${section} "${rest.join('.')}"]` : `[${section}]`, last];
      })
  );
}

/** What git does not accept as a value it names, so that the rest can be tried. */
async function acceptedSettings(top: string, hostile: Trap): Promise<number> {
  let lines = (await everySetting()).map(
    ([section, name]) =>
      `${section}\n\t${name} = ${hostile.program(`setting-${section}${name}`.replaceAll(/["[\] ]/g, ''))}\n`,
  );
  const { signal } = new AbortController();
  const asked: GitCall[] = [
    ['check-ignore', top, '/dev/null'],
    ['index-entries', top, 'a.txt'],
    ['head-entry', top, 'a.txt'],
    ['conversions', top],
    ['repository-excludes', top],
  ];
  const included = folder({ config: `[core]\n\tfsmonitor = ${hostile.program('included-if')}\n` });
  const start = `${hostileConfig(hostile)}[includeIf "gitdir:**"]\n\tpath = ${included}/config\n`;
  for (const question of asked) {
    for (;;) {
      writeFileSync(join(top, '.git/config'), start + lines.join(''));
      const { status, stderr } = await ourGit(question, { signal, input: join(top, 'a.txt') });
      if (status === 0 || status === 1) break;
      // Git says either which value it does not take or of which key.
      const value = /\/setting-[^\s':]+/.exec(stderr)?.[0];
      const name = /'([a-z0-9.-]+)'/i.exec(stderr)?.[1]?.split('.').at(-1);
      const faulty = value ? `${value}\n` : `\t${name} = `;
      const fewer = lines.filter((line) => !line.toLowerCase().includes(faulty.toLowerCase()));
      if (fewer.length === lines.length) throw new Error(`cannot be cured: ${stderr}`);
      lines = fewer;
    }
  }
  return lines.length;
}

it.skipIf(process.platform === 'win32')(
  'no command runs what any setting, hook or attribute names',
  async () => {
    const hostile = trap();
    const files = {
      'a.txt': 'one\ntwo\nthree\n',
      'b.md': 'one\n',
      'c.js': 'export const c = () => 1;\n',
      'ignored.txt': 'x\n',
      '.gitignore': 'ignored.txt\n',
      '.gitattributes': `${attributes}*.txt text eol=lf ident working-tree-encoding=UTF-8\n`,
      '.gitmodules': `[submodule "s"]\n\tpath = s\n\turl = ext::${hostile.program('submodule')}\n\tupdate = !${hostile.program('update')}\n`,
    };
    const cwd = await repository(files);
    expect(await acceptedSettings(cwd, hostile)).toBeGreaterThan(300);
    copyFileSync(join(cwd, '.git/config'), join(cwd, '.git/config.worktree'));
    appendFileSync(join(cwd, '.git/config'), '[extensions]\n\tworktreeConfig = true\n');
    writeFileSync(join(cwd, '.git/info/attributes'), attributes);
    mkdirSync(join(cwd, '.git/objects/info'), { recursive: true });
    writeFileSync(join(cwd, '.git/objects/info/alternates'), `${dirname(hostile.program('x'))}\n`);
    for (const name of hookNames) {
      writeFileSync(join(cwd, '.git/hooks', name), readFileSync(hostile.program(`hooks/${name}`)));
      chmodSync(join(cwd, '.git/hooks', name), 0o755);
    }
    expect(hostile.marks()).toEqual([]);

    const env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
    const answer = searchReplace('a.txt', 'two', '2');
    const patch = (from: string, to: string) =>
      `diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-${from}\n+${to}\n three\n`;
    const kept = await orch(['diff', '--from', '-', '-f', '*.txt', '--json'], { cwd, stdin: answer, env });
    const { id } = JSON.parse(kept.stdout).meta.patch;
    const commands: [args: string[], stdin?: string][] = [
      [['patch', 'apply', id]],
      [['diff', '--from', '-', '-f', '**/*', '--check'], searchReplace('b.md', 'one', '1')],
      [['patch', 'apply', '--from', '-'], patch('2', 'two')],
      [['diff', '--from', '-', '-f', 'a.txt', '--apply'], answer],
      [['route', 'refactor', '-f', '**/*.txt', '--explain']],
      [['run', 'refactor', 'x', '-f', '*.js', '--rehearse', '-o', 'out.patch']],
      [['diff', 'x', '-f', 'ignored.txt', '--rehearse']],
      [['tests', 'x', '-f', 'c.js', '--rehearse', '-o', 'c.test.js', '--verify', 'true']],
      [['docs', 'x', '-f', '*', '--rehearse', '-o', 'b.md', '--force']],
      [['usage', 'report']],
      [['doctor']],
    ];
    for (const [args, stdin] of commands) {
      const { status, stderr } = await orch(args, { cwd, stdin, env });
      const expected = args[0] === 'doctor' ? expect.any(Number) : 0;
      expect({ args, status, stderr, marks: hostile.marks() }).toEqual({
        args,
        status: expected,
        stderr: expect.any(String),
        marks: [],
      });
    }
    const { signal } = new AbortController();
    expect(await uncommitted(join(cwd, 'a.txt'), signal)).toMatchObject({ state: 'undecidable' });
    const client = await connectInProcess({ cwd, env: { ...env, ORCH_REHEARSE: '1' } });
    for (const [tool, input] of [
      ['delegate.diff', { input: 'x', files: ['*.js'] }],
      ['delegate.run', { task: 'docs', input: 'x', files: ['**/*.md'] }],
      ['route.explain', { task: 'refactor', files: ['*'] }],
      ['usage.report', {}],
      ['patch.apply', { patch: patch('2', 'two') }],
    ] as const) {
      const result = await call(client, tool, input);
      expect({ tool, result, marks: hostile.marks() }).not.toMatchObject({ result: { isError: true } });
      expect(hostile.marks()).toEqual([]);
    }

    // The trap works: git by itself does run some of them.
    await plainGit(['--work-tree=.', 'check-ignore', 'a.txt'], cwd);
    await plainGit(['--work-tree=.', 'ls-files', '-m'], cwd);
    expect(hostile.marks()).not.toEqual([]);
  },
  60_000,
);
