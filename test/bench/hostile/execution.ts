/** Execution: nothing that a repository names is run, by git or by `orch`, whatever the command. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Attack, firstOf, once, shown, staged, type Verdict } from './attack.ts';
import { call, serving } from './client.ts';
import { commitAll, git, put, type Ran, type Stage, type World } from './stage.ts';

export function execution(stage: Stage): Attack[] {
  return [...gitSettings(stage), ...layouts(stage), ...programsInReach(stage), ...ofOrch(stage)];
}

/** Programs that leave a mark named after them. */
class Trap {
  readonly #programs: string;
  readonly #marks: string;

  constructor(stage: Stage) {
    this.#programs = stage.scratch('programs');
    this.#marks = stage.scratch('marks');
  }

  text(name: string): string {
    return `#!/bin/sh\n: > '${this.#marks}/${name}'\ncat 2>/dev/null\nexit 0\n`;
  }

  program(name: string): string {
    const path = join(this.#programs, name);
    writeFileSync(path, this.text(name), { mode: 0o755 });
    return path;
  }

  /** Of JavaScript, for what Node would load. */
  script(name: string): string {
    return `require('node:fs').writeFileSync(${JSON.stringify(join(this.#marks, name))}, '');\n`;
  }

  marks(): string[] {
    return readdirSync(this.#marks);
  }
}

const answer = 'a.txt\n<<<<<<< SEARCH\ntwo\n=======\n2\n>>>>>>> REPLACE\n';
const patch =
  'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n';
const files = {
  'a.txt': 'one\ntwo\nthree\n',
  'b.md': 'text\n',
  'src/c.js': 'const c = 1;\n',
  '.gitignore': 'dist/\n',
  '.gitattributes': '* filter=x diff=x merge=x\n*.md filter=y diff=y ident\n*.js eol=crlf\n',
};

/** Every command that looks at a repository. The stage is reset by none: they are run one after the other. */
const commands: [string, (world: World, cwd: string) => Promise<Ran[]>][] = [
  [
    'route',
    async (world, cwd) => [await world.run(['route', '--explain', 'refactor', '-f', '**/*'], { cwd })],
  ],
  ['docs', async (world, cwd) => [await world.run(['docs', 'x', '-f', '*', '-o', 'out.md'], { cwd })]],
  ['diff', async (world, cwd) => [await world.run(['diff', 'x', '-f', '*.txt', '-f', '*.md'], { cwd })]],
  [
    'diff --from --check',
    async (world, cwd) => [
      await world.run(['diff', '--from', '-', '-f', '*.txt', '--check'], { cwd, stdin: answer }),
    ],
  ],
  [
    'patch apply --from',
    async (world, cwd) => [await world.run(['patch', 'apply', '--from', '-'], { cwd, stdin: patch })],
  ],
  ['tests', async (world, cwd) => [await world.run(['tests', 'x', '-f', '**/*.js', '-o', 't.js'], { cwd })]],
  ['doctor', async (world, cwd) => [await world.run(['doctor', '--timeout', '3'], { cwd })]],
  ['docs --changes', async (world, cwd) => [await world.run(['docs', 'x', '--changes'], { cwd })]],
  ['docs --staged', async (world, cwd) => [await world.run(['docs', 'x', '--staged'], { cwd })]],
  [
    'route --range',
    async (world, cwd) => [
      await world.run(['route', '--explain', 'docs', 'x', '--range', 'main...HEAD'], { cwd }),
    ],
  ],
  ['usage report', async (world, cwd) => [await world.run(['usage', 'report'], { cwd })]],
  [
    'serve',
    (world, cwd) =>
      serving(
        world,
        async (peer) => {
          const made = await call(peer, 'delegate.diff', { input: 'x', files: ['**/*.txt'] });
          const id = made.result?.structuredContent?.meta?.patch?.id;
          if (id) await call(peer, 'patch.apply', { patch_id: id });
          await call(peer, 'route.explain', { task: 'docs', input: 'x', files: ['**/*'] });
          return [];
        },
        { cwd },
      ),
  ],
];

/** `%` stands for a program that leaves a mark. */
const settings: Record<string, string> = {
  'core.fsmonitor': '%',
  'core.hooksPath': '%HOOKS',
  'core.sshCommand': '%',
  'core.gitProxy': '%',
  'core.pager': '%',
  'core.editor': '%',
  'core.askPass': '%',
  'core.alternateRefsCommand': '%',
  'sequence.editor': '%',
  'pager.log': '%',
  'pager.diff': '%',
  'pager.apply': '%',
  'pager.config': '%',
  'pager.ls-files': '%',
  'pager.check-ignore': '%',
  'pager.rev-parse': '%',
  'pager.cat-file': '%',
  'pager.status': '%',
  'pager.show': '%',
  'interactive.diffFilter': '%',
  'alias.apply': '!%',
  'alias.check-ignore': '!%',
  'alias.ls-files': '!%',
  'alias.log': '!%',
  'alias.cat-file': '!%',
  'alias.rev-parse': '!%',
  'alias.diff': '!%',
  'alias.config': '!%',
  'alias.status': '!%',
  'filter.x.clean': '%',
  'filter.x.smudge': '%',
  'filter.y.process': '%',
  'diff.external': '%',
  'diff.x.textconv': '%',
  'diff.y.textconv': '%',
  'diff.x.command': '%',
  'diff.tool': 'x',
  'difftool.x.cmd': '%',
  'mergetool.x.cmd': '%',
  'merge.tool': 'x',
  'merge.x.driver': '% %O %A %B',
  'gpg.program': '%',
  'gpg.openpgp.program': '%',
  'gpg.x509.program': '%',
  'gpg.ssh.program': '%',
  'gpg.ssh.defaultKeyCommand': '%',
  'log.showSignature': 'true',
  'commit.gpgSign': 'true',
  'user.signingKey': 'x',
  'credential.helper': '!%',
  'credential.https://example.org.helper': '%',
  'remote.origin.url': 'ext::%',
  'remote.origin.promisor': 'true',
  'remote.origin.uploadpack': '%',
  'remote.origin.receivepack': '%',
  'remote.origin.vcs': 'ext',
  'remote.origin.proxy': '%',
  'extensions.partialClone': 'origin',
  'protocol.ext.allow': 'always',
  'uploadpack.packObjectsHook': '%',
  'receive.procReceiveRefs': 'refs',
  'trailer.x.command': '%',
  'trailer.x.cmd': '%',
  'sendemail.sendmailCmd': '%',
  'sendemail.toCmd': '%',
  'sendemail.ccCmd': '%',
  'browser.x.cmd': '%',
  'help.browser': 'x',
  'man.x.cmd': '%',
  'instaweb.browser': '%',
  'web.browser': '%',
  'guitool.x.cmd': '%',
  'submodule.x.update': '!%',
  'submodule.recurse': 'true',
  'fetch.recurseSubmodules': 'true',
  'maintenance.auto': 'true',
  'core.notesRef': 'refs/notes/x',
  'notes.displayRef': '*',
  'tar.x.command': '%',
  'imap.tunnel': '%',
  'svn-remote.x.url': 'ext::%',
};

const hookNames = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'commit-msg'],
  ...['prepare-commit-msg', 'post-commit', 'pre-rebase', 'post-checkout', 'post-merge', 'pre-push', 'update'],
  ...['reference-transaction', 'pre-auto-gc', 'post-rewrite', 'sendemail-validate', 'post-index-change'],
  ...[
    'fsmonitor-watchman',
    'p4-pre-submit',
    'pre-receive',
    'post-receive',
    'post-update',
    'push-to-checkout',
  ],
];

function markName(key: string): string {
  return key.replace(/[^\w.-]/g, '_');
}

/** A configuration with all the settings, and the programs for them. */
function configOf(trap: Trap, names: readonly string[] = Object.keys(settings)): string {
  const hooks = trap.program('hooks-path-probe');
  const lines = names.map((name) => {
    const parts = name.split('.');
    const [section, key] = [parts[0], parts.at(-1)];
    const sub = parts.length > 2 ? ` "${parts.slice(1, -1).join('.')}"` : '';
    const hook = join(dirname(hooks), 'hooks');
    const value = settings[name]!.replace('%HOOKS', hook).replace(
      /^(!|ext::)?%(?![OAB])/,
      `$1${trap.program(markName(name))}`,
    );
    return `[${section}${sub}]\n\t${key} = ${value}\n`;
  });
  mkdirSync(join(dirname(hooks), 'hooks'), { recursive: true });
  for (const hook of hookNames) {
    writeFileSync(join(dirname(hooks), 'hooks', hook), trap.text('core.hooksPath'), { mode: 0o755 });
  }
  return `[core]\n\trepositoryformatversion = 1\n\tbare = false\n${lines.join('')}`;
}

function hostileHooks(world: World, trap: Trap, folder = join(world.work, '.git/hooks')): void {
  mkdirSync(folder, { recursive: true });
  for (const hook of hookNames) writeFileSync(join(folder, hook), trap.text(`hook-${hook}`), { mode: 0o755 });
}

/** A repository with history, an index whose times are stale, and signatures to be checked. */
function foreign(stage: Stage): World {
  const world = stage.world({ files, answer });
  commitAll(world.work);
  put(world.work, { 'a.txt': files['a.txt'], 'new.txt': 'new\n' });
  return world;
}

/** All settings at once, one process per command: each pair is an attack of its own, told apart by its mark. */
function gitSettings(stage: Stage): Attack[] {
  const staging = commands.map(([command, act]) => ({
    command,
    marks: once(async () => {
      const world = foreign(stage);
      const trap = new Trap(stage);
      hostileHooks(world, trap);
      writeFileSync(join(world.work, '.git/config'), configOf(trap));
      const runs = await act(world, world.work);
      const verdict = world.judge(...runs);
      return { marks: trap.marks(), verdict };
    }),
  }));
  const names = [...Object.keys(settings), ...hookNames.map((hook) => `hook-${hook}`)];
  const perName = names.map((name) => ({
    id: `execution/git/${name}`,
    tries: `git runs what ${name} names in a repository, in one of ${commands.length} commands`,
    async run(): Promise<Verdict> {
      const by: string[] = [];
      for (const { command, marks } of staging) {
        if ((await marks()).marks.includes(markName(name))) by.push(command);
      }
      return by.length === 0 ? undefined : `run by ${by.join(', ')}`;
    },
  }));
  const perCommand = staging.map(({ command, marks }) => ({
    id: `execution/command/${command.replaceAll(' ', '-')}`,
    tries: `${command} in a repository whose settings all name programs`,
    async run() {
      const { marks: found, verdict } = await marks();
      return firstOf(verdict, found.length > 0 ? `ran ${found.join(', ')}` : undefined);
    },
  }));
  const control: Attack = {
    id: 'execution/control/plain-git',
    tries: 'a trap that catches nothing: plain git must run something',
    async run() {
      const world = foreign(stage);
      const trap = new Trap(stage);
      hostileHooks(world, trap);
      writeFileSync(join(world.work, '.git/config'), configOf(trap));
      for (const args of [['status'], ['diff'], ['log', '-1']]) plainGit(world, args);
      staged(trap.marks().length >= 2, `plain git ran only ${trap.marks().join(', ')}`);
      return undefined;
    },
  };
  return [control, ...perName, ...perCommand];
}

function plainGit(world: World, args: string[]): void {
  try {
    execFileSync('git', args, { cwd: world.work, env: world.environment(), stdio: 'ignore' });
  } catch {
    // Whatever came of it.
  }
}

type Layout = (world: World, trap: Trap) => string;

/** Ways to have git believe a stranger's configuration; each gives the folder to work in. */
const layoutTable: Record<string, Layout> = {
  include: (world, trap) => {
    put(world.work, { '.git/more': configOf(trap), '.git/config': '[include]\n\tpath = more\n' });
    return world.work;
  },
  'include-if': (world, trap) => {
    put(world.work, {
      '.git/more': configOf(trap),
      '.git/config': '[includeIf "gitdir:**"]\n\tpath = more\n',
    });
    return world.work;
  },
  'include-from-tree': (world, trap) => {
    put(world.work, { 'conf.inc': configOf(trap), '.git/config': '[include]\n\tpath = ../conf.inc\n' });
    return world.work;
  },
  'worktree-config': (world, trap) => {
    put(world.work, {
      '.git/config': '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n',
      '.git/config.worktree': configOf(trap),
    });
    return world.work;
  },
  'attributes-in-git': (world, trap) => {
    put(world.work, { '.git/config': configOf(trap), '.git/info/attributes': '* filter=y diff=x merge=x\n' });
    return world.work;
  },
  'attributes-file': (world, trap) => {
    put(world.work, { 'attr.txt': '* filter=x\n' });
    writeFileSync(
      join(world.work, '.git/config'),
      `${configOf(trap)}[core]\n\tattributesFile = ${join(world.work, 'attr.txt')}\n`,
    );
    return world.work;
  },
  'bare-layout': (world, trap) => {
    renameSync(join(world.work, '.git'), join(world.work, 'was-git'));
    for (const name of ['HEAD', 'objects', 'refs'])
      renameSync(join(world.work, 'was-git', name), join(world.work, name));
    put(world.work, { config: configOf(trap), 'info/attributes': '* filter=x diff=x\n' });
    hostileHooks(world, trap, join(world.work, 'hooks'));
    return world.work;
  },
  'bare-layout-above': (world, trap) => {
    const cwd = layoutTable['bare-layout']!(world, trap);
    put(cwd, { 'inner/a.txt': files['a.txt'], 'inner/b.md': 'x\n', 'inner/c.js': 'x\n' });
    return join(cwd, 'inner');
  },
  'bare-below': (world, trap) => {
    put(world.work, {
      'fix/HEAD': 'ref: refs/heads/main\n',
      'fix/config': `${configOf(trap)}[core]\n\tworktree = ..\n`,
      'fix/objects/x': '',
      'fix/refs/x': '',
      'fix/a.txt': files['a.txt'],
    });
    return join(world.work, 'fix');
  },
  'git-file': (world, trap) => {
    renameSync(join(world.work, '.git'), join(world.work, 'vendor'));
    put(world.work, { 'vendor/config': configOf(trap) });
    writeFileSync(join(world.work, '.git'), 'gitdir: vendor\n');
    return world.work;
  },
  'git-file-absolute': (world, trap) => {
    renameSync(join(world.work, '.git'), join(world.outside, 'gitdir'));
    put(world.outside, { 'gitdir/config': configOf(trap) });
    writeFileSync(join(world.work, '.git'), `gitdir: ${join(world.outside, 'gitdir')}\n`);
    return world.work;
  },
  'git-link': (world, trap) => {
    renameSync(join(world.work, '.git'), join(world.work, 'vendor'));
    put(world.work, { 'vendor/config': configOf(trap), '.git': { link: 'vendor' } });
    return world.work;
  },
  'common-dir': (world, trap) => {
    put(world.work, {
      'vendor/config': configOf(trap),
      'vendor/objects/x': '',
      'vendor/refs/x': '',
      '.git/commondir': '../vendor\n',
    });
    return world.work;
  },
  alternates: (world, trap) => {
    put(world.work, {
      '.git/config': configOf(trap),
      '.git/objects/info/alternates': '../../vendor\n',
      'vendor/x': '',
    });
    return world.work;
  },
  'nested-repository': (world, trap) => {
    put(world.work, {
      'sub/a.txt': files['a.txt'],
      'sub/.gitattributes': files['.gitattributes'],
      'sub/b.md': 'x\n',
    });
    git(join(world.work, 'sub'), 'init', '-q');
    put(world.work, { 'sub/.git/config': configOf(trap) });
    return join(world.work, 'sub');
  },
  'nested-seen-from-above': (world, trap) => {
    layoutTable['nested-repository']!(world, trap);
    return world.work;
  },
  submodule: (world, trap) => {
    layoutTable['nested-repository']!(world, trap);
    put(world.work, {
      '.gitmodules': '[submodule "../../x"]\n\tpath = sub\n\turl = ext::sh\n\tupdate = !sh\n',
    });
    return world.work;
  },
  'sparse-partial': (world, trap) => {
    git(world.work, 'config', 'core.sparseCheckout', 'true');
    put(world.work, { '.git/config': configOf(trap), '.git/info/sparse-checkout': '/*\n' });
    rmSync(join(world.work, '.git/objects'), { recursive: true });
    put(world.work, { '.git/objects/info/x': '', '.git/objects/pack/x': '' });
    return world.work;
  },
  'split-index-and-untracked-cache': (world, trap) => {
    writeFileSync(
      join(world.work, '.git/config'),
      `${configOf(trap)}[core]\n\tsplitIndex = true\n\tuntrackedCache = true\n[index]\n\tthreads = true\n`,
    );
    return world.work;
  },
};

/** One after the other in one world, so that one command's traces are the next one's bait. */
async function everyCommand(world: World, cwd: string): Promise<Ran[]> {
  const runs: Ran[] = [];
  for (const [, act] of commands.filter(([name]) => !['tests', 'usage report', 'docs'].includes(name))) {
    runs.push(...(await act(world, cwd)));
  }
  return runs;
}

function layouts(stage: Stage): Attack[] {
  return Object.entries(layoutTable).map(([name, make]) => ({
    id: `execution/layout/${name}`,
    tries: `git takes its settings from a stranger by way of ${name.replaceAll('-', ' ')}`,
    async run() {
      const world = foreign(stage);
      const trap = new Trap(stage);
      const cwd = make(world, trap);
      const runs = await everyCommand(world, cwd);
      const marks = trap.marks();
      return firstOf(marks.length > 0 ? `ran ${marks.join(', ')}` : undefined, world.judge(...runs));
    },
  }));
}

/** Programs and modules of the repository's own that lie where something might look for them. */
function programsInReach(stage: Stage): Attack[] {
  const names = ['git', 'sh', 'node', 'cat', 'env', 'gpg', 'ssh', 'less'];
  const paths: [string, (world: World, trap: Trap) => Record<string, string>][] = [
    ['dot-in-path', () => ({ PATH: `.:${process.env.PATH}` })],
    ['empty-in-path', () => ({ PATH: `:${process.env.PATH}` })],
    ['relative-in-path', () => ({ PATH: `bin:${process.env.PATH}` })],
    ['modules-bin-in-path', ({ work }) => ({ PATH: `${work}/node_modules/.bin:${process.env.PATH}` })],
    [
      'linked-path',
      ({ top, work }) => {
        put(top, { tools: { link: join(work, 'bin') } });
        return { PATH: `${join(top, 'tools')}:${process.env.PATH}` };
      },
    ],
    ['git-dir-in-environment', ({ work }) => ({ GIT_DIR: join(work, 'evil'), GIT_WORK_TREE: work })],
  ];
  const inPath = paths.map(([name, env]) => ({
    id: `execution/path/${name}`,
    tries: `a program of the repository is run by its place: ${name.replaceAll('-', ' ')}`,
    async run() {
      const world = foreign(stage);
      const trap = new Trap(stage);
      for (const folder of ['', 'bin/', 'node_modules/.bin/']) {
        for (const each of names)
          put(world.work, {
            [`${folder}${each}`]: { text: trap.text(`${folder}${each}`.replaceAll('/', '_')), mode: 0o755 },
          });
      }
      put(world.work, {
        'evil/config': configOf(trap),
        'evil/HEAD': 'ref: refs/heads/main\n',
        'evil/objects/x': '',
        'evil/refs/x': '',
      });
      for (const [key, value] of Object.entries(env(world, trap))) world.env[key] = value;
      const runs: Ran[] = [];
      for (const [command, act] of commands) {
        if (['route', 'diff --from --check', 'patch apply --from'].includes(command))
          runs.push(...(await act(world, world.work)));
      }
      const marks = trap.marks();
      return firstOf(marks.length > 0 ? `ran ${marks.join(', ')}` : undefined, world.judge(...runs));
    },
  }));
  const dotEnv = [
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'PATH',
    'GIT_SSH_COMMAND',
    'GIT_EXTERNAL_DIFF',
    'GIT_CONFIG_PARAMETERS',
    'GIT_EXEC_PATH',
    'PAGER',
    'EDITOR',
    'BASH_ENV',
    'SHELL',
  ];
  const byDotEnv = dotEnv.map((variable) => ({
    id: `execution/dot-env/${variable}`,
    tries: `.env sets ${variable} to a program`,
    async run() {
      const world = foreign(stage);
      const trap = new Trap(stage);
      put(world.work, { 'evil.js': trap.script('evil.js'), git: { text: trap.text('git'), mode: 0o755 } });
      const program = trap.program('program');
      const values: Record<string, string> = {
        NODE_OPTIONS: '--require ./evil.js',
        PATH: '.',
        GIT_CONFIG_PARAMETERS: `'core.fsmonitor=${program}'`,
        GIT_EXEC_PATH: world.work,
      };
      put(world.work, { '.env': `${variable}=${values[variable] ?? program}\n` });
      const ran = [
        await world.run(['tests', 'x', '-f', 'a.txt', '-o', 't.js', '--verify', 'true']),
        await world.run(['diff', '--from', '-', '-f', '*.txt'], { stdin: answer }),
      ];
      return firstOf(
        trap.marks().length > 0 ? `ran ${trap.marks().join(', ')}` : undefined,
        world.judge(...ran),
      );
    },
  }));
  return [...inPath, ...byDotEnv];
}

/** What `orch` itself might load or run. */
function ofOrch(stage: Stage): Attack[] {
  const bait: [string, (trap: Trap) => Record<string, string | { text: string; mode: number }>][] = [
    [
      'config-module',
      (trap) =>
        Object.fromEntries(
          ['.orch/index.js', '.orch/policies.js', '.orch/models.cjs', 'orch.config.js', '.orchrc.js'].map(
            (name) => [name, trap.script(name.replaceAll('/', '_'))],
          ),
        ),
    ],
    [
      'shadowing-packages',
      (trap) =>
        Object.fromEntries(
          [
            'openai',
            'commander',
            'zod',
            'undici',
            'chalk',
            'ora',
            'diff',
            'tinyglobby',
            '@secretlint/core',
          ].flatMap((name) => [
            [`node_modules/${name}/index.js`, trap.script(`package-${name.replaceAll('/', '_')}`)],
            [`node_modules/${name}/package.json`, '{"main":"index.js"}'],
          ]),
        ),
    ],
    [
      'package-scripts',
      (trap) => ({
        'package.json': JSON.stringify({
          scripts: {
            test: trap.program('npm-test'),
            pretest: trap.program('npm-pretest'),
            prepare: trap.program('npm-prepare'),
          },
        }),
      }),
    ],
    [
      'test-configuration',
      (trap) => ({
        'vitest.config.js': trap.script('vitest.config.js'),
        'jest.config.js': trap.script('jest.config.js'),
        'conftest.py': `open(${JSON.stringify('x')}, 'w')\n`,
        'babel.config.js': trap.script('babel.config.js'),
      }),
    ],
    [
      'tsconfig-and-loaders',
      (trap) => ({
        '.node-version': 'x',
        '.npmrc': `node-options=--require ./evil.js\nscript-shell=${trap.program('script-shell')}\n`,
        'evil.js': trap.script('npmrc-evil'),
      }),
    ],
    [
      'git-hooks-of-tools',
      (trap) => ({
        '.husky/post-checkout': { text: trap.text('husky'), mode: 0o755 },
        '.envrc': trap.text('envrc'),
      }),
    ],
  ];
  const loaded = bait.map(([name, make]) => ({
    id: `execution/orch/${name}`,
    tries: `orch loads or runs ${name.replaceAll('-', ' ')} of a repository`,
    async run() {
      const world = foreign(stage);
      const trap = new Trap(stage);
      put(world.work, make(trap));
      const runs = await everyCommand(world, world.work);
      runs.push(await world.run(['tests', 'x', '-f', 'a.txt', '-o', 't.js']));
      return firstOf(
        trap.marks().length > 0 ? `ran ${trap.marks().join(', ')}` : undefined,
        world.judge(...runs),
      );
    },
  }));
  const spoken = [
    '$(touch MARK)',
    '`touch MARK`',
    '; touch MARK',
    '| touch MARK',
    '&& touch MARK',
    "'; touch MARK; '",
    '\ntouch MARK\n',
  ];
  const names = spoken.map((text, at) => ({
    id: `execution/shell/${at}`,
    tries: `a file name is run by a shell: ${shown(text)}`,
    async run() {
      const world = stage.world({ answer: 'test();\n' });
      const mark = 'owned';
      const name = `${text.replace('MARK', mark)}.js`;
      put(world.work, { [name]: 'const a = 1;\n', 'a.js': 'const a = 1;\n' });
      const runs = [
        await world.run(['tests', 'x', '-f', name, '-o', `t${name}`, '--verify', 'cat {}']),
        await world.run([
          'tests',
          'x',
          '-f',
          'a.js',
          '-o',
          name.replace('.js', '.test.js'),
          '--verify',
          'true {}',
        ]),
        await world.run(['docs', 'x', '-f', name]),
        await world.run(['patch', 'apply', '--from', name]),
      ];
      const found = readdirSync(world.work).includes(mark);
      return firstOf(found ? 'a shell ran it' : undefined, world.judge(...runs));
    },
  }));
  const verify: Attack[] = (['key', 'base-url', 'custom-headers'] as const).map((what) => ({
    id: `execution/verify/${what}`,
    tries: `the --verify command is given the user's ${what}`,
    async run() {
      const world = stage.world({
        files: { 'a.js': 'x\n' },
        answer: 'test();\n',
        env: { OPENAI_CUSTOM_HEADERS: 'X-Token: hush-hush-hush' },
      });
      const file = join(world.top, 'seen');
      const verify = ['--verify', `env > '${file}'`, '--sandbox', 'off'];
      await world.run(['tests', 'x', '-f', 'a.js', '-o', 't.js', ...verify]);
      const seen = readFileSync(file, 'utf8');
      const secret = { key: stage.key, 'base-url': world.url, 'custom-headers': 'hush-hush' }[what];
      return what !== 'base-url' && seen.includes(secret) ? 'it was in its environment' : undefined;
    },
  }));
  const cache: Attack = {
    id: 'execution/orch/compiled-code-of-others',
    tries: 'compiled code is read from a cache folder that others can write to',
    async run() {
      const world = foreign(stage);
      const folder = join(world.top, 'cache', 'orch');
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o777);
      chmodSync(dirname(folder), 0o777);
      world.env.XDG_CACHE_HOME = dirname(folder);
      const ran = [await world.run(['route', 'docs', 'x']), await world.run(['route', 'docs', 'x'])];
      const left = readdirSync(folder);
      return firstOf(world.judge(...ran), left.length > 0 ? `it keeps ${left.join(', ')} there` : undefined);
    },
  };
  return [...loaded, ...names, ...verify.filter(({ id }) => !id.endsWith('base-url')), cache];
}
