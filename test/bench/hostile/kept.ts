/** Attacks by way of what `orch` keeps (runs, patches, reminders) and what the user has it add (`rules`, own tasks). */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Attack, firstOf, shown, staged, type Verdict } from './attack.ts';
import { seed, seedKinds } from './seeds.ts';
import { changed, put, type Ran, type Stage, type World } from './stage.ts';
import { block } from './writing.ts';

export function kept(stage: Stage): Attack[] {
  return [
    ...runFiles(stage),
    ...runCodes(stage),
    ...runIds(stage),
    ...stateFolders(stage),
    ...storedPatches(stage),
    ...secrets(stage),
    ...partial(stage),
    ...rules(stage),
    ...ownTasks(stage),
  ];
}

const head = (changes: object = {}) => ({
  run_id: '0a1b2c3d',
  ts: '2026-11-27T00:00:00.000Z',
  status: 'done',
  task: 'docs',
  about: 'describe',
  rationale: 'r',
  model: 'm',
  latency_ms: 1,
  cost_usd: 0.1,
  error: null,
  attempts: [],
  ...changes,
});
const body = (changes: object = {}) => ({ result: 'text\n', answers: [], ...changes });
const runText = (first: unknown = head(), second: unknown = body()) =>
  `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`;

function runsOf(world: World): string {
  const folder = join(world.state, 'runs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A file in place of a kept run. */
const runBaits: [string, (path: string) => void][] = [
  ['empty', (path) => writeFileSync(path, '')],
  ['one-line', (path) => writeFileSync(path, `${JSON.stringify(head())}\n`)],
  ['torn', (path) => writeFileSync(path, runText().slice(0, -20))],
  ['nul', (path) => writeFileSync(path, '\0'.repeat(10_000))],
  ['not-utf-8', (path) => writeFileSync(path, Buffer.alloc(10_000, 0xff))],
  ['null', (path) => writeFileSync(path, 'null\nnull\n')],
  ['lists', (path) => writeFileSync(path, '[]\n[]\n')],
  ['strings', (path) => writeFileSync(path, '"a"\n"b"\n')],
  ['deep', (path) => writeFileSync(path, `${'['.repeat(1_000_000)}\n`)],
  ['deep-head', (path) => writeFileSync(path, `${'{"a":'.repeat(10_000)}\n{}\n`)],
  ['other-version', (path) => writeFileSync(path, runText(head({ status: 'paused', version: 9 })))],
  ['proto', (path) => writeFileSync(path, '{"__proto__":{"status":"done"}}\n{"__proto__":{"result":"x"}}\n')],
  ['numbers', (path) => writeFileSync(path, runText(head({ latency_ms: 1e308, cost_usd: -1e308 })))],
  ['cost-of-nonsense', (path) => writeFileSync(path, runText().replace('0.1', '1e999'))],
  ['many-attempts', (path) => writeFileSync(path, runText(head({ attempts: Array(200_000).fill({}) })))],
  [
    'many-answers',
    (path) => writeFileSync(path, runText(head(), body({ answers: Array(500_000).fill({}) }))),
  ],
  ['long-about', (path) => writeFileSync(path, runText(head({ about: 'x'.repeat(5_000_000) })))],
  ['long-line', (path) => writeFileSync(path, 'x'.repeat(40_000_000))],
  [
    'two-gigabytes',
    (path) => {
      writeFileSync(path, runText());
      execFileSync('truncate', ['-s', '2G', path]);
    },
  ],
  [
    '450-megabytes',
    (path) => {
      writeFileSync(path, runText());
      execFileSync('truncate', ['-s', '450M', path]);
    },
  ],
  ['fifo', (path) => execFileSync('mkfifo', [path])],
  ['zero', (path) => symlinkSync('/dev/zero', path)],
  ['folder', (path) => mkdirSync(path)],
  ['dangling', (path) => symlinkSync('nowhere', path)],
  ['loop', (path) => symlinkSync('0a1b2c3d.run', path)],
];

function runFiles(stage: Stage): Attack[] {
  return runBaits.flatMap(([name, make]) =>
    (['list', 'show', 'last', 'docs'] as const).map((how) => ({
      id: `hangs/kept-run/${name}/${how}`,
      tries: `a kept run that is ${name.replaceAll('-', ' ')}: ${how}`,
      async run() {
        const world = stage.world({});
        make(join(runsOf(world), '0a1b2c3d.run'));
        const args = {
          list: ['runs', 'list'],
          show: ['runs', 'show', '0a1b'],
          last: ['runs', 'show'],
          docs: ['docs', 'x'],
        }[how];
        const ran = await world.run(args);
        return firstOf(
          world.judge(ran),
          how !== 'show' && how !== 'last' && ran.stderr.length > 100_000
            ? `${ran.stderr.length} characters on stderr`
            : undefined,
          how === 'list' && ran.status !== 0 ? `one bad run hides all: ${shown(ran.stderr)}` : undefined,
          how === 'docs' && ran.status !== 0 ? `a call fails by it: ${shown(ran.stderr)}` : undefined,
        );
      },
    })),
  );
}

const codes = [
  '\u001b[2J',
  '\u001b]52;c;eA==\u0007',
  '\u009b2J',
  '\u202e',
  'safe\rowned',
  'a\u200bb',
  '\u0007',
];

function runCodes(stage: Stage): Attack[] {
  const places: [string, (code: string) => string, string[]][] = [
    ['about', (code) => runText(head({ about: code })), ['runs', 'list']],
    ['model', (code) => runText(head({ model: code })), ['runs', 'list']],
    ['task', (code) => runText(head({ task: code })), ['runs', 'list']],
    ['time', (code) => runText(head({ ts: code })), ['runs', 'list']],
    ['id', (code) => runText(head({ run_id: code })), ['runs', 'list']],
    ['error', (code) => runText(head({ error: { code, message: code } })), ['runs', 'show']],
    ['rationale', (code) => runText(head({ rationale: code, patch_id: code })), ['runs', 'show']],
    ['result', (code) => runText(head(), body({ result: code })), ['runs', 'show']],
    [
      'answer',
      (code) => runText(head(), body({ result: null, answers: [{ attempt: 1, text: code }] })),
      ['runs', 'show'],
    ],
  ];
  return places.flatMap(([place, make, args]) =>
    codes.map((code, at) => ({
      id: `text/kept-run/${place}/${at}`,
      tries: `${shown(code)} reaches the terminal by the ${place} of a kept run`,
      async run() {
        const world = stage.world({});
        writeFileSync(join(runsOf(world), '0a1b2c3d.run'), make(code));
        const ran = await world.run(args, { terminal: true, env: { NO_COLOR: '1', TERM: 'dumb' } });
        const bad = /[\u001b\u009b\u202e\u200b\u0007]|safe\rowned/.test(ran.stdout);
        return firstOf(world.judge(ran), bad ? `it was printed: ${shown(ran.stdout)}` : undefined);
      },
    })),
  );
}

function runIds(stage: Stage): Attack[] {
  const texts = [
    '../patches/x',
    '..',
    '.',
    '/',
    '-',
    '--',
    '--help=x',
    '-0a1b',
    '../../../../outside/secret',
    'OUT/secret',
    '*',
    '%2e%2e',
    'x'.repeat(100_000),
    '\u001b[2J',
    '\u202e',
    '0a1b2c3d.run',
    '.last-look',
    '0a1b2c3d\n',
    '__proto__',
    ' ',
  ];
  return texts.map((text, at) => ({
    id: `reading/run-id/${at}`,
    tries: `runs show ${shown(text, 40)}`,
    async run() {
      const world = stage.world({ outside: { 'secret.run': runText(head(), body({ result: 'canary' })) } });
      writeFileSync(join(runsOf(world), '0a1b2c3d.run'), runText());
      writeFileSync(join(runsOf(world), 'evil\u001b[2J.run'), runText());
      mkdirSync(join(world.state, 'patches'), { recursive: true });
      writeFileSync(join(world.state, 'patches', 'x.run'), runText(head(), body({ result: 'canary' })));
      const ran = await world.run(['runs', 'show', '--', text.replace('OUT', world.outside)]);
      const plain = await world.run(['runs', 'show', text.replace('OUT', world.outside)]);
      return firstOf(
        world.judge(ran, plain),
        (ran.stdout + plain.stdout).includes('canary') ? 'a file elsewhere was shown' : undefined,
        /[\u001b\u202e]/.test(ran.stderr + plain.stderr) ? 'an escape reached stderr' : undefined,
        ran.stderr.length > 200_000 ? `${ran.stderr.length} characters on stderr` : undefined,
      );
    },
  }));
}

/** The folders of the state as someone else has left them. */
function stateFolders(stage: Stage): Attack[] {
  const cases: [string, (folder: string, world: World) => void][] = [
    ['file', (folder) => writeFileSync(folder, '')],
    ['fifo', (folder) => execFileSync('mkfifo', [folder])],
    ['link-to-work', (folder, { work }) => symlinkSync(join(work, 'sub'), folder)],
    ['link-to-git', (folder, { work }) => symlinkSync(join(work, '.git'), folder)],
    ['dangling', (folder) => symlinkSync('nowhere', folder)],
    ['loop', (folder) => symlinkSync(folder, folder)],
    [
      'look-is-a-link',
      (folder, { outside }) => {
        mkdirSync(folder);
        symlinkSync(join(outside, 'keep.txt'), join(folder, '.last-look'));
      },
    ],
    [
      'look-is-a-fifo',
      (folder) => {
        mkdirSync(folder);
        execFileSync('mkfifo', [join(folder, '.last-look')]);
      },
    ],
    [
      'look-is-a-folder',
      (folder) => {
        mkdirSync(join(folder, '.last-look'), { recursive: true });
      },
    ],
    [
      'old-links',
      (folder, { outside }) => {
        mkdirSync(folder);
        for (let at = 0; at < 50; at++) symlinkSync(join(outside, 'keep.txt'), join(folder, `${at}.run`));
        utimesSync(join(outside, 'keep.txt'), 1, 1);
        writeFileSync(join(folder, '.last-look'), '');
        utimesSync(
          join(folder, '.last-look'),
          Date.now() / 1000 - 10 * 86_400,
          Date.now() / 1000 - 10 * 86_400,
        );
      },
    ],
    [
      'old-folders',
      (folder) => {
        mkdirSync(join(folder, '0a1b2c3d.run/inner'), { recursive: true });
        utimesSync(join(folder, '0a1b2c3d.run'), 1, 1);
        writeFileSync(join(folder, '.last-look'), '');
        utimesSync(
          join(folder, '.last-look'),
          Date.now() / 1000 - 10 * 86_400,
          Date.now() / 1000 - 10 * 86_400,
        );
      },
    ],
    [
      '30000-runs',
      (folder) => {
        mkdirSync(folder);
        writeFileSync(join(folder, '00000000.run'), runText());
        for (let at = 1; at < 30_000; at++)
          linkSync(join(folder, '00000000.run'), join(folder, `${at.toString(16).padStart(8, '0')}.run`));
      },
    ],
    [
      'beyond-the-limit',
      (folder, { work }) => {
        mkdirSync(folder);
        symlinkSync(join(work, 'a.txt'), join(folder, 'ffff0000.run'));
        for (let at = 0; at < 100; at++) {
          execFileSync('truncate', ['-s', '5M', join(folder, `${at.toString(16).padStart(8, 'f')}.run`)]);
        }
      },
    ],
  ];
  return cases.flatMap(([name, make]) =>
    (['runs', 'said', 'patches'] as const).map((folder) => ({
      id: `writing/state/${name}/${folder}`,
      tries: `${folder} of the state is ${name.replaceAll('-', ' ')}`,
      async run() {
        const files = { 'a.txt': 'one\n', 'sub/keep.txt': 'keep\n' };
        const world = stage.world({ files, outside: { 'keep.txt': 'keep\n' }, answer: '# Text\n\nbody\n' });
        mkdirSync(world.state, { recursive: true, mode: 0o700 });
        make(join(world.state, folder), world);
        const before = world.snapshot();
        const runs = [
          await world.run(['docs', 'x']),
          await world.run(['runs', 'list']),
          await world.run(['runs', 'show']),
          await world.run(['diff', '--from', '-', '-f', 'a.txt'], {
            stdin: block('a.txt', 'one\n', 'two\n'),
          }),
        ];
        // A link of the user's own to a folder is theirs to make: what was there must stay.
        const touched = changed(before, world.snapshot()).filter(
          (path) => before.has(path) && !/^work\/(\.git|sub)$/.test(path),
        );
        return firstOf(
          world.judge(...runs),
          touched.length > 0 ? `${touched[0]} is not as it was` : undefined,
          runs[0]!.stdout.includes('body') ? undefined : `the answer is lost: ${shown(runs[0]!.stderr)}`,
        );
      },
    })),
  );
}

/** A patch that somebody has put among those that are kept. */
function storedPatches(stage: Stage): Attack[] {
  type Change = Record<string, unknown>;
  const create = (path: string): Change => ({
    kind: 'create',
    path,
    before: '',
    after: 'owned\n',
    mode: '100644',
  });
  const paths = [
    '../outside/owned.txt',
    'sub/../../outside/owned.txt',
    '/OUT/owned.txt',
    '.git/hooks/post-checkout',
    '.GIT/config2',
    'git~1/owned',
    '.git /owned',
    'sub/.git/config',
    'link/owned.txt',
    'link-to-git/owned',
    'a.txt/owned',
    '',
    '.',
    '..',
    'sub/',
    'x\0y',
    '..\\outside\\owned.txt',
    'objects/../.git/owned',
  ];
  const cases: [string, (world: World) => object][] = [
    ...paths.map((path): [string, (world: World) => object] => [
      `create ${path || 'nothing'}`,
      ({ work, outside }) => ({ base: work, changes: [create(path.replace('OUT', outside.slice(1)))] }),
    ]),
    ['base-outside', ({ outside }) => ({ base: outside, changes: [create('owned.txt')] })],
    ['base-git', ({ work }) => ({ base: join(work, '.git'), changes: [create('owned.txt')] })],
    ['base-root', () => ({ base: '/', changes: [create('tmp/orch-owned.txt')] })],
    ['base-relative', () => ({ base: '../outside', changes: [create('owned.txt')] })],
    ['base-link', ({ work }) => ({ base: join(work, 'link'), changes: [create('owned.txt')] })],
    ['base-home', ({ home }) => ({ base: home, changes: [create('.profile')] })],
    [
      'delete-outside',
      ({ work }) => ({
        base: work,
        changes: [{ kind: 'delete', path: '../outside/keep.txt', before: 'keep\n', after: '' }],
      }),
    ],
    [
      'rename-from-outside',
      ({ work }) => ({
        base: work,
        changes: [
          {
            kind: 'rename',
            oldPath: '../outside/keep.txt',
            path: 'b.txt',
            before: 'keep\n',
            after: 'keep\n',
          },
        ],
      }),
    ],
    [
      'rename-from-git',
      ({ work }) => ({
        base: work,
        changes: [
          {
            kind: 'rename',
            oldPath: '.git/HEAD',
            path: 'b.txt',
            before: 'ref: refs/heads/main\n',
            after: 'x',
          },
        ],
      }),
    ],
    [
      'modify-through-link',
      ({ work }) => ({
        base: work,
        changes: [{ kind: 'modify', path: 'file-link.txt', before: 'keep\n', after: 'owned\n' }],
      }),
    ],
    ['not-a-patch', () => ({ base: 7, changes: {} })],
    ['deep', () => JSON.parse(`${'{"base":'.repeat(2000)}1${'}'.repeat(2000)}`)],
  ];
  return cases.flatMap(([name, make]) =>
    (['plain', 'partial'] as const).map((how) => ({
      id: `writing/stored-patch/${name}/${how}`,
      tries: `a patch that was put among the kept ones: ${shown(name)}`,
      async run() {
        const world = stage.world({
          files: {
            'a.txt': 'one\n',
            'sub/b.txt': 'x\n',
            link: { link: '../outside' },
            'link-to-git': { link: '.git' },
            'file-link.txt': { link: '../outside/keep.txt' },
          },
          outside: { 'keep.txt': 'keep\n' },
        });
        const id = randomUUID();
        const patch = make(world);
        const left = how === 'partial' ? { leftOut: [{ path: 'z.txt', why: '\u001b[2J' }] } : {};
        put(world.state, { [`patches/${id}.txt`]: JSON.stringify({ ...patch, ...left }) });
        const before = world.snapshot();
        const ran = await world.run(['patch', 'apply', id, ...(how === 'partial' ? ['--partial'] : [])]);
        const bad = changed(before, world.snapshot()).filter(
          (path) => /^(outside|home)/.test(path) || /\.git/i.test(path) || before.has(path),
        );
        const root = existsSync('/tmp/orch-owned.txt');
        if (root) rmSync('/tmp/orch-owned.txt');
        return firstOf(
          world.judge(ran),
          // A folder's own entry changes with what is in it; its hash does not.
          bad.length > 0 ? `${bad[0]} was written` : undefined,
          root ? 'it was written to /tmp' : undefined,
          ran.stderr.includes('\u001b') ? 'an escape reached stderr' : undefined,
        );
      },
    })),
  );
}

/** Secrets must not come to rest in what is kept of a run. */
function secrets(stage: Stage): Attack[] {
  return seedKinds
    .filter((_, at) => at % 3 === 0)
    .flatMap((kind) =>
      (['instruction', 'file', 'unusable', 'rules', 'change'] as const).map((how) => ({
        id: `reading/kept-secret/${kind}/${how}`,
        tries: `a ${kind} in the ${how} stays in a kept run or is sent`,
        async run() {
          const { line, secret } = seed(kind);
          const world = stage.world({
            files: { 'a.txt': 'one\n', ...(how === 'rules' ? { 'AGENTS.md': `${line}\n` } : {}) },
            policies: { rules: ['AGENTS.md'] },
            commit: how === 'change',
            // A server that repeats what it was sent.
            answer: ({ asked, say }) => say(`# Echo\n\n${asked.text.slice(0, 20_000)}\n`),
          });
          if (how === 'file' || how === 'change') put(world.work, { 'b.txt': `${line}\n` });
          const args: Record<typeof how, string[]> = {
            instruction: ['docs', `describe ${line.replaceAll('\n', ' ')}`],
            file: ['docs', 'x', '-f', 'b.txt'],
            unusable: ['diff', `x ${line.replaceAll('\n', ' ')}`, '-f', 'a.txt', '-m', 'chat'],
            rules: ['docs', 'x'],
            change: ['docs', 'x', '--changes'],
          };
          const ran = await world.run(args[how]);
          staged(world.asked.length > 0, ran.stderr);
          const folder = join(world.state, 'runs');
          const keptText = existsSync(folder)
            ? readdirSync(folder)
                .map((name) => readFileSync(join(folder, name), 'utf8'))
                .join('')
            : '';
          return firstOf(
            world.judge(ran),
            world.sent.includes(secret) ? 'it was sent' : undefined,
            keptText.includes(secret) ? 'it is in a kept run' : undefined,
          );
        },
      })),
    );
}

/** What changes between the answer of which a part is kept and the moment when that is applied. */
function partial(stage: Stage): Attack[] {
  const answer = `${block('a.txt', 'one\n', 'two\n')}${block('b.txt', 'not there\n', 'x\n')}${block('lib/c.txt', 'one\n', 'two\n')}`;
  const cases: [string, (world: World) => void, boolean][] = [
    ['nothing', () => {}, true],
    ['file-changed', ({ work }) => writeFileSync(join(work, 'a.txt'), 'mine\n'), false],
    ['file-gone', ({ work }) => rmSync(join(work, 'a.txt')), false],
    [
      'file-is-a-link',
      ({ work }) => {
        rmSync(join(work, 'a.txt'));
        symlinkSync('../outside/a.txt', join(work, 'a.txt'));
      },
      false,
    ],
    [
      'folder-is-a-link',
      ({ work }) => {
        rmSync(join(work, 'lib'), { recursive: true });
        symlinkSync('../outside', join(work, 'lib'));
      },
      false,
    ],
    [
      'folder-is-a-repository',
      ({ work }) => {
        rmSync(join(work, 'lib'), { recursive: true });
        symlinkSync('.git', join(work, 'lib'));
        put(work, { '.git/c.txt': 'one\n' });
      },
      false,
    ],
    ['last-changed', ({ work }) => writeFileSync(join(work, 'lib/c.txt'), 'mine\n'), false],
    [
      'file-is-a-fifo',
      ({ work }) => {
        rmSync(join(work, 'a.txt'));
        execFileSync('mkfifo', [join(work, 'a.txt')]);
      },
      false,
    ],
    [
      'file-is-a-folder',
      ({ work }) => {
        rmSync(join(work, 'a.txt'));
        mkdirSync(join(work, 'a.txt'));
      },
      false,
    ],
    [
      'hard-link',
      ({ work, outside }) => {
        rmSync(join(work, 'a.txt'));
        linkSync(join(outside, 'a.txt'), join(work, 'a.txt'));
      },
      true,
    ],
  ];
  return cases.map(([name, change, applies]) => ({
    id: `races/partial/${name}`,
    tries: `before a part of an answer is applied: ${name.replaceAll('-', ' ')}`,
    async run() {
      const files = { 'a.txt': 'one\n', 'b.txt': 'one\n', 'lib/c.txt': 'one\n' };
      const world = stage.world({ files, outside: { 'a.txt': 'one\n', 'c.txt': 'one\n' }, answer });
      const made = await world.run(
        ['diff', '--from', '-', '-f', 'a.txt', '-f', 'b.txt', '-f', 'lib/c.txt', '--json'],
        {
          stdin: answer,
        },
      );
      const id = /patch apply ([\w-]+) --partial/.exec(made.stderr + made.stdout)?.[1];
      staged(id, `no part is kept: ${made.stderr}`);
      change(world);
      const before = world.snapshot();
      const whole = await world.run(['patch', 'apply', id]);
      const unasked = changed(before, world.snapshot());
      const ran = await world.run(['patch', 'apply', id, '--partial']);
      const touched = changed(before, world.snapshot());
      return firstOf(
        world.judge(whole, ran),
        unasked.length > 0 ? `${unasked[0]} was written without --partial` : undefined,
        touched.some((path) => /^outside|\.git/.test(path)) ? `${touched[0]} was written` : undefined,
        !applies && touched.length > 0 ? `${touched.join(', ')} changed all the same` : undefined,
        applies && ran.status !== 0 ? `it was not applied: ${shown(ran.stderr)}` : undefined,
      );
    },
  }));
}

/** Files whose text goes with every request: what a repository can put in their place. */
function rules(stage: Stage): Attack[] {
  const mark = 'canary-of-the-rules';
  const cases: [string, string[], (world: World) => void][] = [
    [
      'link-outside',
      ['AGENTS.md'],
      ({ work }) => symlinkSync('../outside/secret.txt', join(work, 'AGENTS.md')),
    ],
    ['folder-link', ['docs/AGENTS.md'], ({ work }) => symlinkSync('../outside', join(work, 'docs'))],
    [
      'link-to-git',
      ['AGENTS.md'],
      ({ work }) => {
        put(work, { '.git/private': `${mark}\n` });
        symlinkSync('.git/private', join(work, 'AGENTS.md'));
      },
    ],
    ...['.env', 'id_rsa', 'conf/server.key', '.npmrc', 'credentials.json'].map(
      (name): [string, string[], (world: World) => void] => [
        `link-to-${name}`,
        ['AGENTS.md'],
        ({ work }) => {
          put(work, { [name]: `${mark}\n` });
          symlinkSync(name, join(work, 'AGENTS.md'));
        },
      ],
    ),
    ['secret-by-name', ['.env'], ({ work }) => put(work, { '.env': `${mark}\n` })],
    [
      'set-by-the-repository',
      [],
      ({ work }) => put(work, { '.orch/policies.json': '{"rules":["notes.txt"]}', 'notes.txt': `${mark}\n` }),
    ],
    [
      'set-by-dot-env',
      [],
      ({ work }) => put(work, { '.env': 'ORCH_RULES=notes.txt\n', 'notes.txt': `${mark}\n` }),
    ],
    [
      'climbing',
      [],
      ({ work }) => put(work, { '.orch/policies.json': '{"rules":["../outside/secret.txt"]}' }),
    ],
    ['binary', ['AGENTS.md'], ({ work }) => writeFileSync(join(work, 'AGENTS.md'), `${mark}\0`)],
    ['case', ['agents.md'], ({ work }) => symlinkSync('../outside/secret.txt', join(work, 'agents.md'))],
  ];
  return cases.flatMap(([name, list, make]) =>
    (['docs', 'route', 'sub'] as const).map((how) => ({
      id: `reading/rules/${name}/${how}`,
      tries: `rules: ${name.replaceAll('-', ' ')}`,
      async run() {
        const world = stage.world({
          files: { 'a.txt': 'x\n', 'deep/a.txt': 'x\n' },
          outside: { 'secret.txt': `${mark}\n`, 'AGENTS.md': `${mark}\n` },
          policies: { rules: list },
        });
        make(world);
        const args = how === 'route' ? ['route', '--explain', 'docs', 'x', '--json'] : ['docs', 'x'];
        const ran = await world.run(args, how === 'sub' ? { cwd: join(world.work, 'deep') } : {});
        return firstOf(
          world.judge(ran),
          world.sent.includes(mark) ? 'it was sent' : undefined,
          (ran.stdout + ran.stderr).includes(mark) ? 'it was printed' : undefined,
        );
      },
    })),
  );
}

/** Tasks are the user's: what a repository or a name does to them. */
function ownTasks(stage: Stage): Attack[] {
  const bad: [string, object][] = [
    ['new-task', { tasks: { own: { base: 'docs', instruction: 'INJECTED' } } }],
    ['replaced', { tasks: { mine: { base: 'docs', instruction: 'INJECTED' } } }],
    ['ask', { tasks: { ask: { base: 'docs', instruction: 'INJECTED' } } }],
    ['built-in', { tasks: { docs: { base: 'docs', instruction: 'INJECTED' } } }],
    ['proto', JSON.parse('{"tasks":{"__proto__":{"base":"docs","instruction":"INJECTED"}}}')],
    ['candidates', { tasks: { mine: { base: 'docs', candidates: ['gpt-6-full'], effort: 'max' } } }],
  ];
  return bad.flatMap(([name, models]) =>
    ['mine', 'own', 'ask', 'docs', '__proto__', 'constructor'].map((task) => ({
      id: `configuration/own-task/${name}/${task}`,
      tries: `a repository's .orch/models.json changes tasks (${name}): orch run ${task}`,
      async run() {
        const world = stage.world({ files: { '.orch/models.json': JSON.stringify(models) } });
        const config = join(world.config, 'models.json');
        const own = JSON.parse(readFileSync(config, 'utf8'));
        writeFileSync(
          config,
          JSON.stringify({ ...own, tasks: { mine: { base: 'docs', instruction: 'Mine.' } } }),
        );
        const ran: Ran = await world.run(['run', task, 'x']);
        return firstOf(
          world.judge(ran),
          world.sent.includes('INJECTED') ? 'it was sent' : undefined,
        ) as Verdict;
      },
    })),
  );
}
