/** In a folder of a stranger's nothing is run that it names, and git is shown no key. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import {
  bareLayout,
  foreignRepository,
  hostileConfig,
  plainGit,
  type Trap,
  trap,
} from '../helpers/foreign-repository.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { orch as builtOrch, folder, git, key, provider, repository } from '../helpers/orch.ts';

const before = 'one\ntwo\nthree\n';
const after = 'one\n2\nthree\n';
const answer = searchReplace('a.txt', 'two', '2');
const patch = `diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n`;
const files = { 'a.txt': before, 'b.md': before, 'c.js': 'const c = 1;\n' };

/** Whether files may be written there: not where git takes the folder itself for a git folder. */
const layouts: [string, boolean, (hostile: Trap) => Promise<string>][] = [
  ['a repository', true, (hostile) => foreignRepository(files, { hostile })],
  [
    'a folder laid out like a bare repository',
    false,
    async (hostile) => folder({ ...files, ...bareLayout(hostileConfig(hostile)) }),
  ],
  [
    'a folder below one laid out like a bare repository',
    false,
    async (hostile) => {
      const top = folder(bareLayout(hostileConfig(hostile)));
      mkdirSync(join(top, 'sub'));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(top, 'sub', name), text);
      return join(top, 'sub');
    },
  ],
];

const env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };

const commands: [string, string[], string | undefined][] = [
  ['search', ['search', 'three'], undefined],
  ['route', ['route', 'refactor', '-f', '*.txt', '-f', '*.js'], undefined],
  ['diff --from', ['diff', '--from', '-', '-f', '*.txt'], answer],
  ['diff --from --apply', ['diff', '--from', '-', '-f', 'a.txt', '--apply'], answer],
  ['run refactor', ['run', 'refactor', 'x', '-f', '*.js', '--rehearse'], undefined],
  ['patch apply --from', ['patch', 'apply', '--from', '-'], patch],
];

describe.each(layouts)('in %s', (_name, writable, make) => {
  it.each(commands)('%s runs nothing that it names', async (_command, args, stdin) => {
    const hostile = trap();
    const cwd = await make(hostile);
    const { status, stderr } = await orch(args, { cwd, stdin, env });
    const done = writable || !args.some((word) => /apply$/.test(word));
    expect({ status, stderr, marks: hostile.marks() }).toMatchObject({ status: done ? 0 : 2, marks: [] });
  });

  it('a tool runs nothing that it names', async () => {
    const hostile = trap();
    const { env: provided } = await provider({ answer: { kind: 'text', text: answer } });
    const client = await connectInProcess({ env: provided, cwd: await make(hostile) });
    const result = await call(client, 'delegate.diff', { input: 'digits', files: ['*.txt'] });
    expect({ result, marks: hostile.marks() }).toMatchObject({
      result: { structuredContent: { meta: { patch: { checked_by: 'git' } } } },
      marks: [],
    });
    const applied = await call(client, 'patch.apply', { patch });
    expect({ applied, marks: hostile.marks() }).toMatchObject({
      applied: writable ? { structuredContent: { applied: true } } : { isError: true },
      marks: [],
    });
  });

  it('git by itself does run something: the trap works', async () => {
    const hostile = trap();
    const cwd = await make(hostile);
    await plainGit(['apply', '--check', '-'], cwd, patch);
    await plainGit(['check-ignore', 'a.txt'], cwd);
    expect(hostile.marks()).not.toEqual([]);
  });
});

describe('a change in a repository', () => {
  it.each([
    ['--changes', ['a.txt', 'new.txt']],
    ['--staged', ['b.md']],
    ['--range', ['c.js']],
  ])('is read without running what the repository names: %s', async (flag, shown) => {
    const hostile = trap();
    const cwd = await repository({ ...files, '.gitattributes': '* diff=x merge=x\n' });
    writeFileSync(join(cwd, 'c.js'), 'const c = 2;\n');
    await git(['-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '-qam', 'x'], cwd);
    writeFileSync(join(cwd, 'b.md'), after);
    await git(['add', 'b.md'], cwd);
    for (const name of ['a.txt', 'new.txt']) writeFileSync(join(cwd, name), after);
    writeFileSync(join(cwd, '.git/config'), hostileConfig(hostile));
    const { env: provided, server } = await provider();
    const scope = flag === '--range' ? [flag, 'HEAD~1..HEAD'] : [flag];
    const { status, stderr } = await orch(['docs', 'x', '-f', '.', ...scope], { cwd, env: provided });
    expect({ status, stderr, marks: hostile.marks() }).toMatchObject({ status: 0, marks: [] });
    const [request] = server.requests;
    for (const name of shown) expect(JSON.stringify(request)).toContain(`diff --git a/${name}`);
    await plainGit(['diff'], cwd);
    expect(hostile.marks()).not.toEqual([]);
  });
});

describe('an answer', () => {
  it('that edits files named like those of a bare repository runs nothing', async () => {
    const hostile = trap();
    const layout = bareLayout(hostileConfig(hostile));
    const cwd = await repository({ ...layout, 'a.txt': before });
    const edits: [string, string][] = [
      ['HEAD', 'ref: refs/heads/main'],
      ['config', '[gpg]'],
      ['objects/x', 'x'],
      ['refs/x', 'x'],
      ['info/attributes', '*.md filter=y'],
    ];
    const stdin = [...edits.map(([name, line]) => searchReplace(name, line, `${line}\n`)), answer].join('');
    const given = [...edits.map(([name]) => name), 'a.txt'].flatMap((name) => ['-f', name]);
    const { status, stderr } = await orch(['diff', '--from', '-', ...given, '--apply'], { cwd, stdin, env });
    expect({ status, stderr, marks: hostile.marks() }).toMatchObject({ status: 0, marks: [] });
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe(after);
  });
});

describe('a partial clone', () => {
  it('that lacks what its index stands for fetches nothing', async () => {
    const hostile = trap();
    const transport = hostile.program('transport');
    writeFileSync(transport, readFileSync(transport, 'utf8').replace('exec cat', 'exit 1'));
    const cwd = await repository({ ...files, 'deep/er/x.txt': 'x\n' });
    await git(['sparse-checkout', 'set', '--cone', '--sparse-index'], cwd);
    const tree = (await git(['rev-parse', 'HEAD:deep'], cwd)).trim();
    rmSync(join(cwd, '.git/objects', tree.slice(0, 2), tree.slice(2)));
    const settings = {
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.promisor': 'true',
      'remote.origin.url': `ext::${transport}`,
      'protocol.ext.allow': 'always',
    };
    for (const [name, value] of Object.entries(settings)) await git(['config', name, value], cwd);
    const { stdout } = await orch(['route', 'refactor', '-f', '*.txt', '--json'], { cwd, env });
    expect({ stdout, marks: hostile.marks() }).toEqual({ stdout: expect.stringContaining('{'), marks: [] });
    await plainGit(['check-ignore', 'a.txt'], cwd);
    expect(hostile.marks()).toEqual(['transport']);
  });
});

describe('git', () => {
  /** Every command finds and starts git in the same way. These two ask it about files and patches, and write. */
  const inProcesses = commands.filter(([name]) => name === 'route' || name === 'diff --from --apply');

  it('is not taken from a relative folder of PATH, nor from one of the repository, as npx names it', async () => {
    const hostile = trap();
    // Each leaves a mark of its own.
    const programs = Object.fromEntries(
      ['git', 'bin/git', 'node_modules/.bin/git'].map((name) => [
        name,
        readFileSync(hostile.program(name), 'utf8'),
      ]),
    );
    for (const [, args, stdin] of inProcesses) {
      const cwd = await repository({ ...files, ...programs });
      for (const name of Object.keys(programs)) chmodSync(join(cwd, name), 0o755);
      const path = ['.', '', 'bin', join(cwd, 'node_modules/.bin'), process.env.PATH].join(delimiter);
      const { status } = await builtOrch(args, { cwd, stdin, env: { ...env, PATH: path } });
      expect({ status, marks: hostile.marks() }).toEqual({ status: 0, marks: [] });
    }
  });

  it('sees no variable but its own', async () => {
    const seen = join(folder(), 'seen');
    const tools = folder({ git: `#!/bin/sh\nenv >> '${seen}'\nPATH='${process.env.PATH}' exec git "$@"\n` });
    chmodSync(join(tools, 'git'), 0o755);
    for (const [, args, stdin] of inProcesses) {
      const cwd = await repository(files);
      const { status } = await builtOrch(args, {
        cwd,
        stdin,
        env: {
          ...env,
          OPENAI_CUSTOM_HEADERS: `X-Key: ${key}`,
          MY_OWN: key,
          GIT_DIR: '/nowhere',
          PATH: `${tools}${delimiter}${process.env.PATH}`,
        },
      });
      expect(status).toBe(0);
    }
    const lines = readFileSync(seen, 'utf8');
    expect(lines).not.toContain(key);
    const names = new Set(lines.split('\n').map((line) => line.replace(/=.*/, '')));
    // The first five are the shell's own.
    const known = /^(|_|PWD|OLDPWD|SHLVL|PATH|HOME|XDG_CONFIG_HOME|LC_ALL|GIT_[A-Z_]+)$/;
    expect([...names].filter((name) => !known.test(name))).toEqual([]);
    expect(lines).not.toContain('GIT_DIR=/nowhere\n');
  });
});
