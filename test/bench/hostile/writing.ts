/** Writing: nothing outside of the tree, nothing in `.git`, nothing that runs unasked, nothing that is lost. */
import { linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, firstOf, shown, staged, type Verdict } from './attack.ts';
import { call, serving } from './client.ts';
import { changed, type FileSpec, put, type Stage, type World } from './stage.ts';
import { outputs } from './writing-outputs.ts';

export function writing(stage: Stage): Attack[] {
  return [
    ...newFiles(stage),
    ...throughLinks(stage),
    ...afterwards(stage),
    ...oddPatches(stage),
    ...unasked(stage),
    ...outputs(stage),
  ];
}

export const block = (path: string, search: string, replace: string) =>
  `${path}\n\`\`\`\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n\`\`\`\n`;

const newFile = (path: string, text = 'owned\n', mode = '100644') => {
  const lines = text.trimEnd().split('\n');
  const name = (side: string) => (path.startsWith('"') ? `"${side}/${path.slice(1)}` : `${side}/${path}`);
  return [
    `diff --git ${name('a')} ${name('b')}`,
    `new file mode ${mode}`,
    '--- /dev/null',
    `+++ ${name('b')}`,
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((line) => `+${line}`),
    '',
  ].join('\n');
};

type Surface = 'patch' | 'answer' | 'whole-file' | 'v4a' | 'tool' | 'asked';

/** Brings an answer or a patch to where it would be written. */
async function write(world: World, surface: Surface, path: string, text = 'owned\n'): Promise<Verdict> {
  const plain = path.startsWith('"')
    ? JSON.parse(path.replace(/\\(\d{3})/g, (_, o) => String.fromCharCode(parseInt(o, 8))))
    : path;
  if (surface === 'patch') {
    return world.judge(await world.run(['patch', 'apply', '--from', '-'], { stdin: newFile(path, text) }));
  }
  if (surface === 'tool') {
    await serving(world, (peer) => call(peer, 'patch.apply', { patch: newFile(path, text) }));
    return undefined;
  }
  const answers = {
    answer: block(plain, '', text),
    'whole-file': `${plain}\n\`\`\`\n${text}\`\`\`\n`,
    v4a: `*** Begin Patch\n*** Add File: ${plain}\n${text.replace(/^(?=.)/gm, '+')}*** End Patch\n`,
    asked: block(plain, '', text),
  };
  if (surface === 'asked') {
    world.answer(answers.asked);
    return world.judge(await world.run(['diff', 'improve it', '-f', 'a.txt', '--apply']));
  }
  const { id, ran } = await world.keptPatch(answers[surface], ['a.txt']);
  if (id === undefined) return world.judge(ran);
  return world.judge(ran, await world.run(['patch', 'apply', id]));
}

/** What was changed beyond what may be. */
function harm(
  world: World,
  before: Map<string, string>,
  allowed: (path: string) => boolean = () => false,
): Verdict {
  const bad = changed(before, world.snapshot()).filter((path) => !allowed(path));
  return bad.length === 0 ? undefined : `changed ${bad.slice(0, 3).join(', ')}`;
}

/** Of the tree, and neither git's on any file system nor what steers `orch`. */
function isHarmless(path: string): boolean {
  const plain = path.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '');
  return /^work(\/|$)/.test(plain) && !/(^|\/)(\.git|git~\d|\.orch|\.env)/i.test(plain);
}

/** Where a new file must not get. `OUT` stands for the folder outside. */
const targets: [string, string][] = [
  ['hook', '.git/hooks/post-checkout'],
  ['git-config', '.git/config'],
  ['git-head', '.git/HEAD'],
  ['git-info', '.git/info/attributes'],
  ['git-modules', '.git/modules/x/config'],
  ['upper-git', '.GIT/hooks/post-checkout'],
  ['mixed-git', '.giT/config'],
  ['git-space', '.git /config'],
  ['git-dot', '.git./config'],
  ['git-dots', '.git . ./config'],
  ['git-short', 'git~1/config'],
  ['git-short-upper', 'GIT~1/config'],
  ['git-stream', '.git::$INDEX_ALLOCATION/config'],
  ['git-stream-short', '.git:x/config'],
  ['git-hfs-zwnj', '.g\u200cit/config'],
  ['git-hfs-zwj', '.git\u200d/config'],
  ['git-hfs-rlo', '.gi\u202et/config'],
  ['git-hfs-bom', '\ufeff.git/config'],
  ['git-hfs-inhibit', '.g\u206ait/config'],
  ['nested-git', 'sub/.git/hooks/post-checkout'],
  ['nested-git-file', 'sub/.git'],
  ['dot-git', './.git/config'],
  ['double-slash', '.git//config'],
  ['inner-dot', 'x/./../.git/config'],
  ['back-slash-git', '.git\\config'],
  ['octal', '"\\056git/hooks/post-checkout"'],
  ['octal-dots', '"\\056\\056/outside/x"'],
  ['octal-slash', '"..\\057outside\\057x"'],
  ['dot-dot', '../outside/x'],
  ['dot-dot-deep', 'sub/../../outside/x'],
  ['dot-dot-many', '../../../../../../../../OUT/x'],
  ['absolute', 'OUT/x'],
  ['absolute-double', '/OUT/x'],
  ['home', '~/x'],
  ['back-slash-up', '..\\outside\\x'],
  ['drive', 'C:/outside/x'],
  ['drive-back', 'C:\\..\\outside\\x'],
  ['file-url', 'file://OUT/x'],
  ['orch-policies', '.orch/policies.json'],
  ['orch-models', '.orch/models.json'],
  ['orch-new', '.orch/other.json'],
  ['orch-case', '.Orch/policies.json'],
  ['orch-deep', 'sub/.orch/policies.json'],
  ['env', '.env'],
  ['env-local', '.env.local'],
  ['env-deep', 'sub/.env'],
  ['env-case', '.ENV'],
];

function newFiles(stage: Stage): Attack[] {
  const surfaces: Surface[] = ['patch', 'answer', 'tool'];
  const others: Surface[] = ['whole-file', 'v4a', 'asked'];
  return targets.flatMap(([name, target], at) =>
    [...surfaces, others[at % others.length]!].map((surface) => ({
      id: `writing/new-file/${name}/${surface}`,
      tries: `a new file ${shown(target)}`,
      async run() {
        const files = { 'a.txt': 'one\n', 'sub/b.txt': 'x\n' };
        const world = stage.world({ files, outside: { keep: 'x\n' } });
        const before = world.snapshot();
        const path = target.replace('OUT', world.outside);
        const verdict = await write(world, surface, path);
        return firstOf(verdict, harm(world, before, isHarmless));
      },
    })),
  );
}

interface LinkCase {
  name: string;
  /** Put into the tree before anything is asked. */
  files: Record<string, FileSpec>;
  /** The file that is written. */
  path: string;
  /** Its content before, where there is one. */
  before?: string;
}

const linkCases: LinkCase[] = [
  { name: 'folder-to-outside', files: { lib: { link: '../outside' } }, path: 'lib/x.txt' },
  { name: 'folder-to-hooks', files: { lib: { link: '.git/hooks' } }, path: 'lib/post-checkout' },
  { name: 'folder-to-git', files: { lib: { link: '.git' } }, path: 'lib/hooks/pre-commit' },
  {
    name: 'folder-to-git-deep',
    files: { 'p/q/lib': { link: '../../.git/info' } },
    path: 'p/q/lib/attributes',
  },
  { name: 'folder-to-home', files: { lib: { link: '../home' } }, path: 'lib/.bashrc' },
  { name: 'folder-absolute', files: { lib: { link: 'OUT' } }, path: 'lib/x.txt' },
  { name: 'folder-chain', files: { lib: { link: 'mid' }, mid: { link: '../outside' } }, path: 'lib/x.txt' },
  { name: 'folder-dangling', files: { lib: { link: '../outside/new' } }, path: 'lib/x.txt' },
  { name: 'folder-loop', files: { lib: { link: 'lib' } }, path: 'lib/x.txt' },
  {
    name: 'folder-nested-git',
    files: { 'sub/.git/HEAD': 'x', lib: { link: 'sub/.git' } },
    path: 'lib/config',
  },
  { name: 'folder-to-proc', files: { lib: { link: '/proc/self/cwd/../outside' } }, path: 'lib/x.txt' },
  {
    name: 'file-to-outside',
    files: { 'f.txt': { link: '../outside/keep.txt' } },
    path: 'f.txt',
    before: 'keep\n',
  },
  {
    name: 'file-to-git-config',
    files: { 'f.txt': { link: '.git/keep.txt' } },
    path: 'f.txt',
    before: 'keep\n',
  },
  { name: 'file-absolute', files: { 'f.txt': { link: 'OUT/keep.txt' } }, path: 'f.txt', before: 'keep\n' },
  {
    name: 'file-chain',
    files: { 'f.txt': { link: 'g.txt' }, 'g.txt': { link: '../outside/keep.txt' } },
    path: 'f.txt',
    before: 'keep\n',
  },
  { name: 'file-dangling', files: { 'f.txt': { link: '../outside/new.txt' } }, path: 'f.txt' },
  { name: 'file-dangling-hook', files: { 'f.txt': { link: '.git/hooks/post-merge' } }, path: 'f.txt' },
  {
    name: 'file-in-linked-folder',
    files: { lib: { link: '../outside' } },
    path: 'lib/keep.txt',
    before: 'keep\n',
  },
];

function edit(path: string, before: string | undefined): { answer: string; patch: string } {
  if (before === undefined) return { answer: block(path, '', 'owned\n'), patch: newFile(path) };
  const header = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;
  return { answer: block(path, before, 'owned\n'), patch: `${header}@@ -1 +1 @@\n-${before}+owned\n` };
}

function throughLinks(stage: Stage): Attack[] {
  return linkCases.flatMap(({ name, files, path, before: text }) =>
    (['kept', 'from', 'tool', 'apply'] as const).map((surface) => ({
      id: `writing/link/${name}/${surface}`,
      tries: `a write to ${path} goes through a link that is in the tree`,
      async run() {
        const keep = { 'keep.txt': 'keep\n' };
        const world = stage.world({ files: { 'a.txt': 'one\n', ...keep }, outside: keep });
        put(world.work, { '.git/keep.txt': 'keep\n', ...linked(files, world) });
        const before = world.snapshot();
        const { answer, patch } = edit(path, text);
        return firstOf(
          await deliver(world, surface, { answer, patch, path, text }),
          harm(world, before, (each) => each === 'work/f.txt'),
        );
      },
    })),
  );
}

function linked(files: Record<string, FileSpec>, world: World): Record<string, FileSpec> {
  return Object.fromEntries(
    Object.entries(files).map(([name, spec]) => [
      name,
      typeof spec === 'object' && 'link' in spec ? { link: spec.link.replace('OUT', world.outside) } : spec,
    ]),
  );
}

async function deliver(
  world: World,
  surface: 'kept' | 'from' | 'tool' | 'apply',
  { answer, patch, path, text }: { answer: string; patch: string; path: string; text: string | undefined },
): Promise<Verdict> {
  const given = text === undefined ? ['a.txt'] : ['a.txt', path];
  const flags = given.flatMap((file) => ['-f', file]);
  if (surface === 'from')
    return world.judge(await world.run(['patch', 'apply', '--from', '-'], { stdin: patch }));
  if (surface === 'apply') {
    return world.judge(await world.run(['diff', '--from', '-', ...flags, '--apply'], { stdin: answer }));
  }
  if (surface === 'kept') {
    const { id, ran } = await world.keptPatch(answer, given);
    return id === undefined ? world.judge(ran) : world.judge(ran, await world.run(['patch', 'apply', id]));
  }
  world.answer(answer);
  await serving(world, async (peer) => {
    const made = await call(peer, 'delegate.diff', { input: 'x', files: given });
    const id = made.result?.structuredContent?.meta?.patch?.id;
    await call(peer, 'patch.apply', id === undefined ? { patch } : { patch_id: id });
  });
  return undefined;
}

/** What appears between the diff and its writing. */
function afterwards(stage: Stage): Attack[] {
  const cases: [string, string, (world: World) => void][] = [
    [
      'new-folder-becomes-link-to-hooks',
      'lib/post-checkout',
      ({ work }) => symlinkSync('.git/hooks', join(work, 'lib')),
    ],
    [
      'new-folder-becomes-link-outside',
      'lib/x.txt',
      ({ work }) => symlinkSync('../outside', join(work, 'lib')),
    ],
    ['folder-becomes-link-outside', 'sub/x.txt', ({ work }) => swap(work, 'sub', '../outside')],
    ['folder-becomes-link-to-git', 'sub/config', ({ work }) => swap(work, 'sub', '.git')],
    ['deep-folder-becomes-link', 'deep/er/x.txt', ({ work }) => swap(work, 'deep/er', '../../outside')],
    ['upper-folder-becomes-link', 'deep/er/x.txt', ({ work }) => swap(work, 'deep', '../outside')],
    ['new-file-becomes-link', 'x.txt', ({ work }) => symlinkSync('../outside/new.txt', join(work, 'x.txt'))],
    [
      'new-file-becomes-hook',
      'x.txt',
      ({ work }) => symlinkSync('.git/hooks/post-merge', join(work, 'x.txt')),
    ],
  ];
  const appear = cases.flatMap(([name, path, act]) =>
    (['command', 'tool'] as const).map((surface) => ({
      id: `writing/afterwards/${name}/${surface}`,
      tries: `after the diff, ${name.replaceAll('-', ' ')}`,
      async run() {
        const files = { 'a.txt': 'one\n', 'sub/b.txt': 'x\n', 'deep/er/b.txt': 'x\n' };
        const world = stage.world({ files, outside: { keep: 'x\n', 'er/keep': 'x' } });
        const { id, ran } = await world.keptPatch(block(path, '', 'owned\n'), ['a.txt']);
        staged(id, `no patch was kept: ${ran.stderr}`);
        act(world);
        const before = world.snapshot();
        const verdict =
          surface === 'command'
            ? world.judge(await world.run(['patch', 'apply', id]))
            : await serving(world, (peer) => call(peer, 'patch.apply', { patch_id: id })).then(
                () => undefined,
              );
        return firstOf(
          verdict,
          harm(world, before, (each) => each === 'work/x.txt'),
        );
      },
    })),
  );
  const lost: [string, (world: World) => void][] = [
    ['file-changed', ({ work }) => writeFileSync(join(work, 'a.txt'), 'mine\n')],
    [
      'file-replaced-by-folder',
      ({ work }) => {
        rmSync(join(work, 'a.txt'));
        mkdirSync(join(work, 'a.txt'));
      },
    ],
    ['file-replaced-by-link', ({ work }) => swap(work, 'a.txt', '../outside/keep')],
    ['file-deleted', ({ work }) => rmSync(join(work, 'a.txt'))],
    ['new-file-exists', ({ work }) => writeFileSync(join(work, 'n.txt'), 'mine\n')],
    ['new-file-is-folder', ({ work }) => mkdirSync(join(work, 'n.txt'))],
    ['new-file-is-dangling', ({ work }) => symlinkSync('nowhere', join(work, 'n.txt'))],
  ];
  const change = lost.map(([name, act]) => ({
    id: `writing/afterwards/${name}`,
    tries: 'work that was done after the diff is overwritten',
    async run() {
      const world = stage.world({ files: { 'a.txt': 'one\n' }, outside: { keep: 'one\n' } });
      const answer = block('a.txt', 'one\n', 'owned\n') + block('n.txt', '', 'owned\n');
      const { id, ran } = await world.keptPatch(answer, ['a.txt']);
      staged(id, `no patch was kept: ${ran.stderr}`);
      act(world);
      const before = world.snapshot();
      const applied = await world.run(['patch', 'apply', id]);
      return firstOf(
        world.judge(applied),
        applied.status === 0 ? 'it was applied' : undefined,
        harm(world, before),
      );
    },
  }));
  return [...appear, ...change];
}

function swap(work: string, path: string, target: string): void {
  rmSync(join(work, path), { recursive: true });
  symlinkSync(target, join(work, path));
}

const git = (path: string, ...lines: string[]) => [`diff --git a/${path} b/${path}`, ...lines, ''].join('\n');

/** Patches that do more than they show. */
function oddPatches(stage: Stage): Attack[] {
  const one = ['--- a/a.txt', '+++ b/a.txt', '@@ -1 +1 @@', '-one', '+two'];
  const patches: [string, string][] = [
    ['symlink', newFile('l', '../outside', '120000')],
    ['symlink-then-through', newFile('l', '../outside', '120000') + newFile('l/x.txt')],
    ['symlink-to-git-then-through', newFile('l', '.git/hooks', '120000') + newFile('l/post-checkout')],
    ['symlink-absolute', newFile('l', '/etc', '120000')],
    ['file-becomes-symlink', git('a.txt', 'old mode 100644', 'new mode 120000')],
    [
      'type-change',
      `${git('a.txt', 'deleted file mode 100644', '--- a/a.txt', '+++ /dev/null', '@@ -1 +0,0 @@', '-one')}${newFile('a.txt', '../outside/keep', '120000')}`,
    ],
    ['submodule', newFile('m', `Subproject commit ${'a'.repeat(40)}`, '160000')],
    [
      'gitmodules',
      newFile('.gitmodules', '[submodule "../../x"]\n\tpath = m\n\turl = ext::sh\n') +
        newFile('m', `Subproject commit ${'a'.repeat(40)}`, '160000'),
    ],
    ['setuid', newFile('s', 'x\n', '104755')],
    ['world-writable', newFile('s', 'x\n', '100777')],
    ['device-mode', newFile('s', 'x\n', '020666')],
    [
      'delete-git-config',
      git('.git/config', 'deleted file mode 100644', '--- a/.git/config', '+++ /dev/null'),
    ],
    [
      'delete-head',
      git(
        '.git/HEAD',
        'deleted file mode 100644',
        '--- a/.git/HEAD',
        '+++ /dev/null',
        '@@ -1 +0,0 @@',
        '-ref: refs/heads/main',
      ),
    ],
    [
      'delete-outside',
      git(
        '../outside/keep',
        'deleted file mode 100644',
        '--- a/../outside/keep',
        '+++ /dev/null',
        '@@ -1 +0,0 @@',
        '-keep',
      ),
    ],
    [
      'rename-into-git',
      `diff --git a/a.txt b/.git/hooks/post-checkout\nsimilarity index 100%\nrename from a.txt\nrename to .git/hooks/post-checkout\n`,
    ],
    [
      'rename-outside',
      'diff --git a/a.txt b/../outside/a.txt\nsimilarity index 100%\nrename from a.txt\nrename to ../outside/a.txt\n',
    ],
    [
      'rename-from-outside',
      'diff --git a/../outside/keep b/stolen.txt\nsimilarity index 100%\nrename from ../outside/keep\nrename to stolen.txt\n',
    ],
    [
      'copy-from-outside',
      'diff --git a/../outside/keep b/stolen.txt\nsimilarity index 100%\ncopy from ../outside/keep\ncopy to stolen.txt\n',
    ],
    [
      'copy-from-git',
      'diff --git a/.git/config b/stolen.txt\nsimilarity index 100%\ncopy from .git/config\ncopy to stolen.txt\n',
    ],
    [
      'rename-env',
      'diff --git a/.env.sample b/.env\nsimilarity index 100%\nrename from .env.sample\nrename to .env\n',
    ],
    [
      'rename-into-orch',
      'diff --git a/a.txt b/.orch/policies.json\nsimilarity index 100%\nrename from a.txt\nrename to .orch/policies.json\n',
    ],
    [
      'headers-disagree',
      `diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/../outside/keep\n@@ -1 +1 @@\n-one\n+two\n`,
    ],
    ['old-name-outside', `--- ../outside/keep\n+++ a.txt\n@@ -1 +1 @@\n-keep\n+two\n`],
    ['traditional-outside', `--- ../outside/keep\n+++ ../outside/keep\n@@ -1 +1 @@\n-keep\n+owned\n`],
    [
      'traditional-git',
      `--- .git/HEAD\n+++ .git/HEAD\n@@ -1 +1 @@\n-ref: refs/heads/main\n+ref: refs/heads/evil\n`,
    ],
    ['traditional-absolute', `--- OUT/keep\n+++ OUT/keep\n@@ -1 +1 @@\n-keep\n+owned\n`],
    [
      'timestamped-name',
      `--- ../outside/keep\t2026-01-01\n+++ ../outside/keep\t2026-01-02\n@@ -1 +1 @@\n-keep\n+owned\n`,
    ],
    [
      'binary-hook',
      `diff --git a/.git/hooks/x b/.git/hooks/x\nnew file mode 100755\nindex 0000000..257cc56\nGIT binary patch\nliteral 4\nLcmYdfOi9VfE2;nh0|b%)\n\nliteral 0\nHcmV?d00001\n\n`,
    ],
    [
      'binary-outside',
      `diff --git a/../outside/b b/../outside/b\nnew file mode 100755\nindex 0000000..257cc56\nGIT binary patch\nliteral 4\nLcmYdfOi9VfE2;nh0|b%)\n\nliteral 0\nHcmV?d00001\n\n`,
    ],
    ['second-file-bad', `${git('a.txt', ...one)}${newFile('.git/hooks/post-checkout')}`],
    ['second-file-outside', `${git('a.txt', ...one)}${newFile('../outside/x')}`],
    [
      'second-file-does-not-fit',
      `${git('a.txt', ...one)}${git('b.txt', '--- a/b.txt', '+++ b/b.txt', '@@ -1 +1 @@', '-not there', '+x')}`,
    ],
    ['case-twins', newFile('Dir/x.txt') + newFile('dir', '../outside', '120000')],
    ['file-below-file', newFile('a.txt/x')],
    ['nul-in-name', newFile('a\0b')],
    ['newline-in-name', newFile('"x\\n.git/hooks/y"')],
    ['mail-with-trailer', `From: x\nSubject: y\n\n${newFile('.git/hooks/x')}`],
  ];
  return patches.flatMap(([name, patch]) =>
    (['command', 'tool'] as const)
      .filter((surface) => surface === 'command' || name.length % 2 === 0)
      .map((surface) => ({
        id: `writing/patch/${name}/${surface}`,
        tries: `a patch: ${name.replaceAll('-', ' ')}`,
        async run() {
          const files = { 'a.txt': 'one\n', 'b.txt': 'b\n', '.env.sample': 'A=1\n' };
          const world = stage.world({ files, outside: { keep: 'keep\n' } });
          linkSync(join(world.outside, 'keep'), join(world.work, 'hard'));
          const before = world.snapshot();
          const text = patch.replaceAll('OUT', world.outside);
          if (surface === 'tool') await serving(world, (peer) => call(peer, 'patch.apply', { patch: text }));
          const ran =
            surface === 'command'
              ? await world.run(['patch', 'apply', '--from', '-'], { stdin: text })
              : undefined;
          return firstOf(ran && world.judge(ran), harm(world, before, harmlessAfter(name)), modes(world));
        },
      })),
  );
}

/** New files of the tree with an ordinary name do no harm, nor does the change of a.txt where the patch is whole. */
function harmlessAfter(name: string): (path: string) => boolean {
  const plain: Record<string, string[]> = {
    setuid: ['work/s'],
    'world-writable': ['work/s'],
    'device-mode': ['work/s'],
    'traditional-absolute': [],
    'newline-in-name': ['work/x\n.git', 'work/x\n.git/hooks', 'work/x\n.git/hooks/y'],
    'headers-disagree': ['work/a.txt'],
    'old-name-outside': ['work/a.txt'],
  };
  return (path) => path === 'work' || (plain[name] ?? []).includes(path);
}

function modes(world: World): Verdict {
  const bad = [...world.snapshot()].find(
    ([, what]) => /^[4-7]\d{3} /.test(what) || /^\d*[2367] [0-9a-f]{40}/.test(what),
  );
  return bad && `${bad[0]} has the mode ${bad[1].split(' ')[0]}`;
}

/** New files that other tools run without being asked to are named in a warning. */
const runByOthers = [
  ...[
    '.husky/pre-commit',
    '.vscode/tasks.json',
    '.vscode/settings.json',
    '.mcp.json',
    '.claude/settings.json',
  ],
  ...[
    '.cursor/mcp.json',
    '.envrc',
    '.github/workflows/ci.yml',
    '.npmrc',
    'conftest.py',
    'Makefile',
    'package.json',
  ],
  ...[
    '.gitlab-ci.yml',
    '.pre-commit-config.yaml',
    '.gitattributes',
    'setup.py',
    'binding.gyp',
    '.yarnrc.yml',
  ],
  ...['sub/conftest.py', '.devcontainer/devcontainer.json', '.idea/workspace.xml', 'build.rs', 'Rakefile'],
  ...['AGENTS.md', 'CLAUDE.md', '.codex/config.toml', '.circleci/config.yml', 'Jenkinsfile', '.gitmodules'],
];

function unasked(stage: Stage): Attack[] {
  return runByOthers.map((path, at) => ({
    id: `writing/unasked/${path}`,
    tries: `${path}, which other tools run or obey, is written without a warning`,
    async run() {
      const world = stage.world({ files: { 'a.txt': 'one\n' } });
      const content = path.endsWith('package.json') ? '{"scripts":{"postinstall":"owned"}}\n' : 'owned\n';
      const answer = block('a.txt', 'one\n', 'two\n') + block(path, '', content);
      const ran =
        at % 2 === 0
          ? await world.run(['diff', '--from', '-', '-f', 'a.txt', '--apply', '--json'], { stdin: answer })
          : await world.run(['patch', 'apply', '--from', '-', '--json'], { stdin: newFile(path, content) });
      const verdict = world.judge(ran);
      if (verdict !== undefined || ran.status !== 0) return verdict;
      staged(readFileSync(join(world.work, path), 'utf8') === content, 'the file is not there');
      const json = JSON.parse(ran.stdout);
      const warnings = JSON.stringify([json.warnings, json.meta?.warnings]) + ran.stderr;
      return warnings.includes(path) ? undefined : `written; warnings: ${shown(warnings)}`;
    },
  }));
}
