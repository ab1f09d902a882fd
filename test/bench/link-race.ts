/**
 * Links that come and go while a patch is written: `npm run bench:links [-- races [orch.js]]`. Other processes swap a
 * folder for a link to `.git/hooks`, one to a folder outside, and a file for a link to a file there, as fast as they
 * can, while `patch apply <id>` writes. Nothing may get outside or into `.git`. Exits with 1 when something does.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const races = Number(process.argv[2] ?? 1000);
const bin = resolve(process.argv[3] ?? 'bin/orch.js');
const files = 3;

const top = realpathSync(mkdtempSync(join(tmpdir(), 'orch-links-')));
const work = join(top, 'work');
const outside = join(top, 'outside');
const env = {
  PATH: process.env.PATH ?? '',
  HOME: top,
  XDG_STATE_HOME: join(top, 'state'),
  ORCH_USAGE_CSV: 'off',
};

/** Renames in turn: the real one away, the link there, the link away, the real one back. */
const swapper = `
  const { renameSync } = require('node:fs');
  const [real, link, aside] = process.argv.slice(1);
  process.stdout.write('ready');
  const step = (from, to) => { try { renameSync(from, to); } catch {} };
  for (;;) { step(real, aside); step(link, real); step(real, link); step(aside, real); }
`;

interface Kind {
  name: string;
  /** What is swapped, and where the link leads. */
  real: string;
  target: string;
  isFolder: boolean;
}

const kinds: Kind[] = [
  { name: 'folder for a link to .git/hooks', real: 'src', target: '.git/hooks', isFolder: true },
  { name: 'folder for a link to the outside', real: 'src', target: '../outside', isFolder: true },
  { name: 'upper folder for a link to the outside', real: 'pkg', target: '../outside', isFolder: true },
  {
    name: 'file for a link to the outside',
    real: 'src/f0.txt',
    target: '../../outside/f0.txt',
    isFolder: false,
  },
];

const folderOf = ({ real }: Kind) => (real === 'pkg' ? 'pkg/src' : 'src');

function lay(kind: Kind): void {
  for (const folder of [work, outside]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  execFileSync('git', ['init', '-q', work], { env });
  rmSync(join(work, '.git/hooks'), { recursive: true, force: true });
  const folder = folderOf(kind);
  for (const each of [join(work, folder), join(work, '.git/hooks/src'), join(outside, 'src')]) {
    mkdirSync(each, { recursive: true });
  }
  // The same content in both, so that the check before the write is passed by chance.
  for (let at = 0; at < files; at++) {
    for (const each of [join(work, folder), join(work, '.git/hooks'), outside, join(outside, 'src')]) {
      writeFileSync(join(each, `f${at}.txt`), 'old\n');
    }
  }
  symlinkSync(kind.target, join(work, `${kind.real}.link`));
}

function escaped(): string | undefined {
  for (const folder of [join(work, '.git/hooks'), outside, join(outside, 'src')]) {
    for (const name of readdirSync(folder)) {
      if (
        name !== 'src' &&
        (!/^f\d+\.txt$/.test(name) || readFileSync(join(folder, name), 'utf8') !== 'old\n')
      ) {
        return join(folder, name);
      }
    }
  }
  return undefined;
}

function keptPatch(kind: Kind): string {
  const names = Array.from({ length: files }, (_, at) => `${folderOf(kind)}/f${at}.txt`);
  const answer = names
    .map((name) => `${name}\n\`\`\`\n<<<<<<< SEARCH\nold\n=======\nowned\n>>>>>>> REPLACE\n\`\`\`\n`)
    .join('\n');
  const args = [bin, 'diff', '--from', '-', '--json', ...names.flatMap((name) => ['-f', name])];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: work,
    env,
    input: answer,
    encoding: 'utf8',
  });
  const id = stdout === '' ? undefined : JSON.parse(stdout).meta?.patch?.id;
  if (typeof id !== 'string') throw new Error(`no patch: ${stdout}${stderr}`);
  return id;
}

async function apply(id: string): Promise<number | null> {
  const child = spawn(process.execPath, [bin, 'patch', 'apply', id], { cwd: work, env, stdio: 'ignore' });
  const [status] = await once(child, 'close');
  return status as number | null;
}

async function swapping(kind: Kind): Promise<ChildProcess> {
  const paths = [kind.real, `${kind.real}.link`, `${kind.real}.aside`].map((path) => join(work, path));
  const child = spawn(process.execPath, ['-e', swapper, ...paths], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child;
}

let total = 0;
for (const kind of kinds) {
  let out = 0;
  let applied = 0;
  let example: string | undefined;
  lay(kind);
  const id = keptPatch(kind);
  const share = Math.ceil(races / kinds.length);
  for (let race = 0; race < share; race++) {
    lay(kind);
    const swapper = await swapping(kind);
    try {
      if ((await apply(id)) === 0) applied++;
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'close');
    }
    const found = escaped();
    if (found === undefined) continue;
    out++;
    example ??= found;
  }
  total += out;
  const seen = example === undefined ? '' : `, e.g. ${example}`;
  process.stdout.write(
    `${kind.name}: ${out} of ${share} got out${seen}; ${applied} applied, the others refused\n`,
  );
}
rmSync(top, { recursive: true, force: true });
process.exitCode = total === 0 ? 0 : 1;
