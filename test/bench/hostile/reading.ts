/** Reading: what a request must not hold, whatever names, links, roots and paths a stranger or a client gives. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Attack, firstOf, once, shown, staged, type Verdict } from './attack.ts';
import { call, serving } from './client.ts';
import { leaking } from './reading-leaks.ts';
import { placeholders } from './reading-placeholders.ts';
import { type FileSpec, put, type Stage, type World } from './stage.ts';

/** Files whose name says that they hold a secret. */
const secretNames = [
  ...['.env', '.env.local', '.env.production', '.env.development.local', 'prod.env', 'app.env', '.envrc'],
  ...['secrets.json', 'secrets.yaml', 'secrets.yml', 'secrets.toml', 'secrets.ini', 'secrets.env', 'secrets'],
  ...['credentials', 'credentials.json', 'credentials.yml', 'credentials.toml', 'credentials.ini'],
  ...['terraform.tfvars', 'prod.auto.tfvars', 'terraform.tfstate', 'terraform.tfstate.backup'],
  ...[
    'server.pem',
    'server.key',
    'putty.ppk',
    'vault.kdbx',
    'private.asc',
    'secret.gpg',
    'cert.p12',
    'cert.pfx',
  ],
  ...['store.jks', 'id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'id_ed25519_work', 'id_rsa.old', '.netrc'],
  ...['.pgpass', '.htpasswd', '.npmrc', '.yarnrc.yml', '.pypirc', 'kubeconfig', '.vault-token', 'auth.json'],
  ...['service-account.json', 'service-account-prod.json', '.git-credentials'],
  // Back-ups that editors and people leave.
  ...[
    '.env.bak',
    '.env~',
    '.env.old',
    'id_rsa.bak',
    'server.key.bak',
    '.npmrc~',
    'secrets.json.bak',
    '.netrc.old',
  ],
  ...['credentials.json.orig', '.env.swp', '#.env#', '.env copy', 'auth.json.save'],
  // Spellings that some file systems take for the same.
  ...['.ENV', '.Env.Local', 'ID_RSA', 'Secrets.JSON', 'SERVER.PEM', '.NPMRC', 'Credentials'],
];

/** Must be read all the same: a list that takes everything would be turned off. */
const harmless = [
  'readme.md',
  'src/cart.ts',
  '.env.example',
  'src/secrets.ts',
  'src/credentials.go',
  'keys.ts',
];

const canary = () => `canary-${randomBytes(9).toString('hex')}`;

export function reading(stage: Stage): Attack[] {
  return [
    ...names(stage),
    ...links(stage),
    ...gitFolders(stage),
    ...paths(stage),
    ...roots(stage),
    ...ignored(stage),
    ...leaking(stage),
    ...placeholders(stage),
  ];
}

/** One call per surface reads them all; each name is an attack. */
function names(stage: Stage): Attack[] {
  const marks = new Map(secretNames.map((name) => [name, canary()]));
  const good = new Map(harmless.map((name) => [name, canary()]));
  const depths = ['', 'deep/', 'deep/er/still/', '.config/', 'conf.d/'];
  const files: Record<string, FileSpec> = {};
  for (const [at, [name, mark]] of [...marks].entries())
    files[`${depths[at % depths.length]}${name}`] = `x=${mark}\n`;
  for (const [name, mark] of good) files[name] = `// ${mark}\n`;
  const surfaces: Record<string, () => Promise<World>> = {
    'a glob': once(async () => {
      const world = stage.world({ files });
      await world.run(['docs', 'describe', '-f', '**/*']);
      return world;
    }),
    'a glob under another root': once(async () => {
      const world = stage.world({ outside: files });
      await world.run(['docs', 'describe', '-f', join(world.outside, '**')], {
        env: { ORCH_ROOTS: world.outside },
      });
      return world;
    }),
    'a glob of a tool': once(async () => {
      const world = stage.world({ files });
      await serving(world, (peer) =>
        call(peer, 'delegate.docs', { input: 'describe', files: ['**/*', '**/.*'] }),
      );
      return world;
    }),
  };
  return Object.entries(surfaces).flatMap(([surface, ask]) => {
    const place = surface.replaceAll(' ', '-');
    const secret = secretNames.map((name) => ({
      id: `reading/name/${place}/${name}`,
      tries: `${name} sent because ${surface} matches it`,
      async run() {
        const { sent } = await ask();
        staged(sent.includes(good.get('src/cart.ts')!), 'src/cart.ts should have been sent');
        return sent.includes(marks.get(name)!) ? 'it was sent' : undefined;
      },
    }));
    const others = harmless.map((name) => ({
      id: `reading/not-secret/${place}/${name}`,
      tries: `${name} is held back, so that people turn the list off`,
      async run() {
        return (await ask()).sent.includes(good.get(name)!) ? undefined : 'it was not sent';
      },
    }));
    return [...secret, ...others];
  });
}

/** A link of a harmless name onto what must not be read. */
function links(stage: Stage): Attack[] {
  const cases: [string, Record<string, FileSpec>, string, string][] = [
    ['env-file', { 'notes.txt': { link: '.env' } }, '*.txt', '.env'],
    ['env-file-deep', { 'docs/a/notes.md': { link: '../../.env' } }, '**/*.md', '.env'],
    ['chain', { 'a.txt': { link: 'b.lnk' }, 'b.lnk': { link: '.env' } }, '*.txt', '.env'],
    ['key-file', { 'logo.svg': { link: 'conf/id_rsa' } }, '*.svg', 'conf/id_rsa'],
    ['git-config', { 'conf.txt': { link: '.git/config' } }, '*.txt', '.git/hostile'],
    ['git-folder', { public: { link: '.git' } }, 'public/*', '.git/hostile'],
    ['git-folder-deep', { 'a/b': { link: '../.git' } }, 'a/b/**', '.git/hostile'],
    ['git-folder-brace', { 'a/b': { link: '../.git' } }, 'a/{b,c}/hostile', '.git/hostile'],
    ['outside-file', { 'notes.txt': { link: '../outside/secret.txt' } }, '*.txt', '../outside/secret.txt'],
    ['outside-folder', { pub: { link: '../outside' } }, 'pub/*.txt', '../outside/secret.txt'],
    ['outside-star', { 'sub/pub': { link: '../../outside' } }, 'sub/*/*.txt', '../outside/secret.txt'],
    ['modules', { lib: { link: 'node_modules/x' } }, 'lib/*', 'node_modules/x/index.txt'],
    ['secret-folder', { lib: { link: 'private' } }, 'lib/.e*', 'private/.env'],
  ];
  return cases.flatMap(([name, files, pattern, target]) =>
    (['command', 'tool'] as const).map((surface) => ({
      id: `reading/link/${name}/${surface}`,
      tries: `a link disguises ${target}, asked for as ${pattern}`,
      async run() {
        const mark = canary();
        const world = stage.world({ files: { 'a.txt.keep': 'x' } });
        const where = join(world.work, target);
        mkdirSync(dirname(where), { recursive: true });
        writeFileSync(where, `${mark}\n`);
        put(world.work, files);
        if (name === 'git-config') writeFileSync(join(world.work, '.git/config'), `[core]\n\tx = ${mark}\n`);
        return ask(world, { pattern, mark, surface });
      },
    })),
  );
}

interface Question {
  pattern: string;
  mark: string;
  surface: 'command' | 'tool';
  env?: Record<string, string>;
  cwd?: string;
  /** Folders that the client names. */
  roots?: string[];
}

/** Asks for a pattern; achieved when the mark is sent or shown. */
async function ask(world: World, { pattern, mark, surface, env, cwd, roots }: Question): Promise<Verdict> {
  if (surface === 'command') {
    const ran = await world.run(['docs', 'describe', '-f', pattern], { env, cwd });
    return firstOf(world.judge(ran), sentOrShown(world, mark, ran.stdout + ran.stderr));
  }
  let said = '';
  await serving(
    world,
    async (peer) => {
      said = JSON.stringify(await call(peer, 'delegate.docs', { input: 'describe', files: [pattern] }));
    },
    { env, cwd, roots },
  );
  return sentOrShown(world, mark, said);
}

function sentOrShown(world: World, mark: string, output: string): Verdict {
  if (world.sent.includes(mark)) return 'its content was sent';
  return output.includes(mark) ? `its content was shown: ${shown(output)}` : undefined;
}

function gitFolders(stage: Stage): Attack[] {
  const inRoot: [string, string, string][] = [
    ['git-config', '.git/config', '**/*'],
    ['git-hidden-glob', '.git/logs/HEAD', '**/.*/**'],
    ['git-direct-glob', '.git/config', '.git/*'],
    ['git-bracket-glob', '.git/config', '.[g]it/*'],
    ['git-question-glob', '.git/config', '.g?t/*'],
    ['git-brace-glob', '.git/config', '{.git,x}/*'],
    ['modules', 'node_modules/x/index.txt', '**/*'],
    ['modules-direct', 'node_modules/x/index.txt', 'node_modules/**'],
    ['nested-git', 'sub/.git/config', '**/*'],
    ['nested-git-direct', 'sub/.git/config', 'sub/.git/*'],
    ['upper-case', '.GIT/config', '**/*'],
    ['nested-modules', 'packages/a/node_modules/x/index.txt', 'packages/a/node_modules/*/*'],
  ];
  return inRoot.flatMap(([name, file, pattern]) =>
    (['here', 'root', 'tool-root'] as const).map((place) => ({
      id: `reading/git-folder/${name}/${place}`,
      tries: `${file} by the glob ${pattern}${place === 'here' ? '' : ' under another root'}`,
      async run() {
        const mark = canary();
        const files = { 'a.md': 'plain\n', [file]: `${mark}\n` };
        if (place === 'here') {
          const world = stage.world({ files });
          return ask(world, { pattern, mark, surface: 'command' });
        }
        const world = stage.world({ outside: files });
        return ask(world, {
          pattern: join(world.outside, pattern),
          mark,
          surface: place === 'root' ? 'command' : 'tool',
          env: { ORCH_ROOTS: world.outside },
        });
      },
    })),
  );
}

/** Spellings of a file that lies outside, which hold `OUT` for its folder. */
const spellings: [string, string][] = [
  ['dot-dot', '../outside/secret.txt'],
  ['dot-dot-inside', 'sub/../../outside/secret.txt'],
  ['dot-slash', './../outside/secret.txt'],
  ['double-slash', '..//outside//secret.txt'],
  ['absolute', 'OUT/secret.txt'],
  ['absolute-double', '/OUT/secret.txt'],
  ['home', '~/secret.txt'],
  ['home-dot-dot', '~/../outside/secret.txt'],
  ['range', '../outside/secret.txt:1-1'],
  ['absolute-range', 'OUT/secret.txt:1'],
  ['fragment', '../outside/secret.txt#L1-L1'],
  ['at', '@../outside/secret.txt'],
  ['at-absolute', '@OUT/secret.txt'],
  ['file-url', 'file://OUT/secret.txt'],
  ['file-url-encoded', 'file://OUT/%73ecret.txt'],
  ['file-url-dots', 'file:///%2e%2e/%2e%2e/OUT/secret.txt'],
  ['percent', '%2e%2e/outside/secret.txt'],
  ['backslash', '..\\outside\\secret.txt'],
  ['glob', '../outside/*.txt'],
  ['glob-brace', '{..,x}/outside/*.txt'],
  ['glob-bracket', '[.][.]/outside/*.txt'],
  ['glob-extended', '@(..)/outside/*.txt'],
  ['glob-star-up', '**/../../outside/*.txt'],
  ['glob-sub-up', '*/../../outside/secret.*'],
  ['glob-absolute', 'OUT/*'],
  ['glob-root', '/**/secret.txt'],
  ['nul', 'a.txt\0../outside/secret.txt'],
  ['nul-end', '../outside/secret.txt\0.md'],
  ['environ', '/proc/self/environ'],
  ['environ-parent', '/proc/PPID/environ'],
  ['proc-cwd', '/proc/self/cwd/../outside/secret.txt'],
  ['proc-root', '/proc/self/rootOUT/secret.txt'],
  ['proc-fd', '/proc/self/fd/../cwd/../outside/secret.txt'],
  ['cmdline', '/proc/self/cmdline'],
  ['dev-fd', '/dev/fd/../../OUT/secret.txt'],
  ['passwd', '/etc/passwd'],
  ['unicode-slash', '..\u2215outside\u2215secret.txt'],
  ['full-width', '．．/outside/secret.txt'],
];

function paths(stage: Stage): Attack[] {
  return spellings.flatMap(([name, spelling]) =>
    (['command', 'tool'] as const)
      // An argument of a process cannot hold it.
      .filter((surface) => surface === 'tool' || !spelling.includes('\0'))
      .map((surface) => ({
        id: `reading/path/${name}/${surface}`,
        tries: `a file outside, spelt ${shown(spelling)}`,
        async run() {
          const mark = canary();
          const files = { 'sub/a.txt': 'plain\n', 'a.txt': 'plain\n' };
          const secret = { 'secret.txt': `${mark}\n` };
          const world = stage.world({ files, outside: secret, home: secret });
          const pattern = spelling.replace('OUT', world.outside).replace('PPID', String(process.pid));
          const given = { environ: world.stage.key, 'environ-parent': process.env.PATH!, passwd: 'root:x:' }[
            name
          ];
          if (name === 'cmdline') return ask(world, { pattern, mark: 'docs\0describe', surface });
          const verdict = await ask(world, { pattern, mark: given ?? mark, surface });
          // The key stands in nothing that was sent, in whatever form.
          return verdict ?? (world.sent.includes('OPENAI_API_KEY=') ? 'the environment was sent' : undefined);
        },
      })),
  );
}

function roots(stage: Stage): Attack[] {
  const clientRoots: [string, (world: World) => string[]][] = [
    ['slash', () => ['file:///']],
    ['slashes', () => ['file:////']],
    ['encoded', () => ['file:///%2F']],
    ['dots', () => ['file:///tmp/..']],
    ['proc-root', () => ['file:///proc/self/root']],
    ['home', ({ home }) => [`file://${home}`]],
    ['home-slash', ({ home }) => [`file://${home}/`]],
    ['home-dots', ({ home }) => [`file://${home}/x/..`]],
    ['above-home', ({ home }) => [`file://${dirname(home)}`]],
    [
      'link-to-slash',
      ({ top }) => {
        symlinkSync('/', join(top, 'all'));
        return [`file://${join(top, 'all')}`];
      },
    ],
    [
      'link-to-home',
      ({ top, home }) => {
        symlinkSync(home, join(top, 'house'));
        return [`file://${join(top, 'house')}`];
      },
    ],
    ['slash-and-own', ({ work }) => [`file://${work}`, 'file:///']],
  ];
  const byClient = clientRoots.map(([name, rootsOf]) => ({
    id: `reading/root/client-${name}`,
    tries: 'a client names the whole disk or the home folder as its root',
    async run() {
      const mark = canary();
      const world = stage.world({ files: { 'a.txt': 'x\n' }, home: { 'private/diary.txt': `${mark}\n` } });
      const pattern = join(world.home, 'private/diary.txt');
      return ask(world, { pattern, mark, surface: 'tool', roots: rootsOf(world) });
    },
  }));
  const byFolder: [
    string,
    (world: World) => { cwd: string; pattern: string; surface: 'command' | 'tool' },
  ][] = [
    ['serve-in-slash', ({ home }) => ({ cwd: '/', pattern: `${home}/private/diary.txt`, surface: 'tool' })],
    [
      'serve-in-slash-relative',
      ({ home }) => ({ cwd: '/', pattern: `.${home}/private/diary.txt`, surface: 'tool' }),
    ],
    ['serve-in-slash-glob', ({ home }) => ({ cwd: '/', pattern: `.${home}/private/*`, surface: 'tool' })],
    ['serve-in-home', ({ home }) => ({ cwd: home, pattern: 'private/diary.txt', surface: 'tool' })],
    ['serve-in-home-glob', ({ home }) => ({ cwd: home, pattern: 'private/*', surface: 'tool' })],
    [
      'home-repository',
      ({ home }) => ({ cwd: join(home, 'proj'), pattern: '../private/diary.txt', surface: 'command' }),
    ],
    [
      'home-repository-glob',
      ({ home }) => ({ cwd: join(home, 'proj'), pattern: '../private/*', surface: 'command' }),
    ],
    [
      'home-repository-serve',
      ({ home }) => ({ cwd: join(home, 'proj'), pattern: '../private/diary.txt', surface: 'tool' }),
    ],
  ];
  const folders = byFolder.map(([name, where]) => ({
    id: `reading/root/${name}`,
    tries: 'the working directory or a repository around it makes the disk or the home folder a root',
    async run() {
      const mark = canary();
      const home = {
        'private/diary.txt': `${mark}\n`,
        'proj/a.txt': 'x\n',
        '.git/HEAD': 'ref: refs/heads/main\n',
      };
      const world = stage.world({ home });
      return ask(world, { ...where(world), mark });
    },
  }));
  return [...byClient, ...folders];
}

function ignored(stage: Stage): Attack[] {
  const mine = { 'a.txt': 'x\n' };
  const cases: [string, Record<string, FileSpec>, string][] = [
    ['gitignore', { '.gitignore': 'build/\n', 'build/out.txt': 'MARK' }, '**/*.txt'],
    ['gitignore-deep', { 'x/.gitignore': '*.txt\n', 'x/y/out.txt': 'MARK' }, '**/*.txt'],
    ['info-exclude', { '.git/info/exclude': 'out.txt\n', 'out.txt': 'MARK' }, '*.txt'],
    [
      'excludes-file-of-repository',
      {
        '.git/config': '[core]\n\texcludesFile = /nonexistent\n',
        '.gitignore': 'out.txt\n',
        'out.txt': 'MARK',
      },
      '*.txt',
    ],
    [
      'case',
      { '.git/config': '[core]\n\tignoreCase = false\n', '.gitignore': 'out.txt\n', 'out.txt': 'MARK' },
      '*.txt',
    ],
    [
      'worktree-elsewhere',
      { '.git/config': '[core]\n\tworktree = /nonexistent\n', '.gitignore': 'out.txt\n', 'out.txt': 'MARK' },
      '*.txt',
    ],
    [
      'nested-repository',
      { '.gitignore': 'out.txt\n', 'in/.git/HEAD': 'broken', 'in/out.txt': 'MARK' },
      '**/*.txt',
    ],
    ['backslash-name', { '.gitignore': '*.txt\n!a.txt\n', 'od\\d.txt': 'MARK' }, '*.txt'],
    ['users-own', { 'out.txt': 'MARK' }, '*.txt'],
  ];
  const sent = cases.map(([name, files, pattern]) => ({
    id: `reading/ignored/${name}`,
    tries: `an ignored file is sent with the glob ${pattern}`,
    async run() {
      const mark = canary();
      const filled = Object.entries(files).map(([path, text]) => [path, String(text).replace('MARK', mark)]);
      const world = stage.world({
        files: { ...mine, ...Object.fromEntries(filled) },
        home: name === 'users-own' ? { '.config/git/ignore': 'out.txt\n' } : {},
        // Where git looks for the user's own list.
        env: name === 'users-own' ? { XDG_CONFIG_HOME: undefined } : {},
      });
      if (name === 'users-own') put(world.home, { '.config/orch/models.json': '{}' });
      return ask(world, { pattern, mark, surface: 'command' });
    },
  }));
  const untold: Attack[] = ['no-repository', 'no-git'].map((name) => ({
    id: `reading/ignored/untold-${name}`,
    tries: 'ignored files cannot be told, and nobody says so',
    async run() {
      const world = stage.world({
        files: { '.gitignore': 'out.txt\n', ...mine },
        repository: name === 'no-git',
      });
      const env = name === 'no-git' ? { PATH: world.temporary } : {};
      const ran = await world.run(['docs', 'describe', '-f', '*.txt', '--json'], { env });
      const json = ran.stdout + ran.stderr;
      return firstOf(
        world.judge(ran),
        /ignore/i.test(json)
          ? undefined
          : `status ${ran.status}, no word of ignored files: ${shown(ran.stderr)}`,
      );
    },
  }));
  const exact: Attack[] = ['.env', 'conf/server.key', '.npmrc', 'secrets.json', 'link.txt'].map((name) => ({
    id: `reading/exact/${name}`,
    tries: 'a secret file that is named exactly is sent without a warning',
    async run() {
      const world = stage.world({
        files: {
          '.env': 'A=1\n',
          'conf/server.key': 'x\n',
          '.npmrc': 'x\n',
          'secrets.json': '{}\n',
          'link.txt': { link: '.env' },
        },
      });
      const ran = await world.run(['docs', 'describe', '-f', name, '--json']);
      if (ran.status !== 0) return world.judge(ran);
      const { warnings } = JSON.parse(ran.stdout).meta;
      const warned = warnings.some((each: string) => each.includes(name) || each.includes('.env'));
      return warned ? undefined : `sent, with the warnings ${shown(JSON.stringify(warnings))}`;
    },
  }));
  return [...sent, ...untold, ...exact];
}
