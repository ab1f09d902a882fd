/** Where results, the ledger and the log are written: through links, into `.git`, over what would be lost. */
import { chmodSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, firstOf, shown, staged } from './attack.ts';
import { changed, type FileSpec, git, put, type Stage } from './stage.ts';

export function outputs(stage: Stage): Attack[] {
  return [...linkedOutputs(stage), ...overwrites(stage), ...stateFolders(stage)];
}

function linkedOutputs(stage: Stage): Attack[] {
  const links: [string, Record<string, FileSpec>, string][] = [
    ['file-outside', { 'out.md': { link: '../outside/keep' } }, 'out.md'],
    ['file-outside-absolute', { 'out.md': { link: 'OUT/keep' } }, 'out.md'],
    ['file-dangling', { 'out.md': { link: '../outside/new' } }, 'out.md'],
    ['file-chain', { 'out.md': { link: 'mid' }, mid: { link: '../outside/keep' } }, 'out.md'],
    ['file-hook', { 'out.md': { link: '.git/hooks/post-checkout' } }, 'out.md'],
    ['file-git-config', { 'out.md': { link: '.git/config' } }, 'out.md'],
    ['file-home', { 'out.md': { link: '../home/.bashrc' } }, 'out.md'],
    ['folder-outside', { logs: { link: '../outside' } }, 'logs/new'],
    ['folder-outside-existing', { logs: { link: '../outside' } }, 'logs/keep'],
    ['folder-git', { logs: { link: '.git/hooks' } }, 'logs/post-merge'],
    ['folder-chain', { logs: { link: 'mid' }, mid: { link: '../outside' } }, 'logs/new'],
    ['folder-deep', { 'a/b': { link: '../../outside' } }, 'a/b/new'],
    ['folder-dangling', { logs: { link: '../outside/new' } }, 'logs/x'],
    ['in-git', {}, '.git/hooks/post-checkout'],
    ['in-git-config', {}, '.git/config'],
    ['in-nested-git', { 'sub/.git/HEAD': 'x' }, 'sub/.git/config'],
  ];
  const writers: [string, (path: string) => { args: string[]; env?: Record<string, string> }][] = [
    ['docs', (path) => ({ args: ['docs', 'describe', '-f', 'a.txt', '-o', path] })],
    ['tests', (path) => ({ args: ['tests', 'test', '-f', 'a.txt', '-o', path, '--verify', 'true'] })],
    ['report', (path) => ({ args: ['usage', 'report', '-o', path] })],
    [
      'ledger',
      (path) => ({ args: ['docs', 'describe', '-f', 'a.txt'], env: { ORCH_USAGE_CSV: `./${path}` } }),
    ],
    [
      'log',
      (path) => ({
        args: ['docs', 'describe', '-f', 'a.txt'],
        env: { ORCH_LOG_FILE: path, ORCH_LOG_LEVEL: 'debug' },
      }),
    ],
  ];
  return links.flatMap(([name, files, path]) =>
    writers.map(([writer, how]) => ({
      id: `writing/output/${name}/${writer}`,
      tries: `${writer} writes to ${path}: ${name.replaceAll('-', ' ')}`,
      async run() {
        const world = stage.world({
          files: { 'a.txt': 'one\n' },
          outside: { keep: 'keep\n' },
          home: { '.bashrc': '# mine\n' },
          answer: '# Title\n\nowned\n',
        });
        const spelt = Object.entries(files).map(([each, spec]): [string, FileSpec] => [
          each,
          typeof spec === 'object' && 'link' in spec
            ? { link: spec.link.replace('OUT', world.outside) }
            : spec,
        ]);
        put(world.work, Object.fromEntries(spelt));
        const before = world.snapshot();
        const { args, env } = how(path);
        const ran = await world.run(args, { env });
        // A link that is replaced by a file of the tree does no harm.
        const bad = changed(before, world.snapshot()).filter(
          (each) => !['work', 'work/out.md', 'work/mid'].includes(each) || isLinkNow(join(world.top, each)),
        );
        return firstOf(
          world.judge(ran),
          bad.length > 0 ? `changed ${bad.slice(0, 3).join(', ')}` : undefined,
        );
      },
    })),
  );
}

function isLinkNow(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}

/** Without `--force`. */
function overwrites(stage: Stage): Attack[] {
  const cases: [string, string[], string][] = [
    ['input', ['docs', 'x', '-f', 'a.txt', '-o', 'a.txt'], 'a.txt'],
    ['input-other-spelling', ['docs', 'x', '-f', 'a.txt', '-o', './sub/../a.txt'], 'a.txt'],
    ['input-by-glob', ['docs', 'x', '-f', '*.txt', '-o', 'b.txt'], 'b.txt'],
    ['input-through-link', ['docs', 'x', '-f', 'a.txt', '-o', 'same.lnk'], 'a.txt'],
    ['input-with-range', ['docs', 'x', '-f', 'a.txt:1-1', '-o', 'a.txt'], 'a.txt'],
    ['input-of-diff', ['diff', 'x', '-f', 'a.txt', '-o', 'a.txt'], 'a.txt'],
    ['input-of-tests', ['tests', 'x', '-f', 'a.txt', '-o', 'a.txt'], 'a.txt'],
    ['input-of-verified-tests', ['tests', 'x', '-f', 'a.txt', '-o', 'a.txt', '--verify', 'true'], 'a.txt'],
    ['answer-file', ['diff', '--from', 'answer.md', '-f', 'a.txt', '-o', 'answer.md'], 'answer.md'],
    ['changed', ['docs', 'x', '-f', 'a.txt', '-o', 'changed.md'], 'changed.md'],
    ['changed-tests', ['tests', 'x', '-f', 'a.txt', '-o', 'changed.md', '--verify', 'true'], 'changed.md'],
    ['changed-code', ['run', 'code_generate', 'x', '-o', 'changed.md'], 'changed.md'],
    ['changed-report', ['usage', 'report', '-o', 'changed.md'], 'changed.md'],
    ['staged', ['docs', 'x', '-f', 'a.txt', '-o', 'staged.md'], 'staged.md'],
    ['untracked', ['docs', 'x', '-f', 'a.txt', '-o', 'untracked.md'], 'untracked.md'],
    ['ignored', ['docs', 'x', '-f', 'a.txt', '-o', 'ignored.md'], 'ignored.md'],
    ['changed-through-link', ['docs', 'x', '-f', 'a.txt', '-o', 'changed.lnk'], 'changed.md'],
  ];
  return cases.map(([name, args, lost]) => ({
    id: `writing/overwrite/${name}`,
    tries: `orch ${args.join(' ')} overwrites what cannot be had back`,
    async run() {
      const answer =
        args[0] === 'diff' ? 'a.txt\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n' : '# owned\n';
      const files = {
        'a.txt': 'one\n',
        'b.txt': 'b\n',
        'changed.md': 'old\n',
        'staged.md': 'old\n',
        '.gitignore': 'ignored.md\n',
        'sub/x': 'x',
      };
      const world = stage.world({ files, commit: true, answer });
      world.put({
        'changed.md': 'my own work\n',
        'staged.md': 'my own work\n',
        'untracked.md': 'my own work\n',
        'ignored.md': 'my own work\n',
        'answer.md': answer,
        'same.lnk': { link: 'a.txt' },
        'changed.lnk': { link: 'changed.md' },
      });
      git(world.work, 'add', 'staged.md');
      const was = readFileSync(join(world.work, lost), 'utf8');
      const ran = await world.run(args);
      const is = readFileSync(join(world.work, lost), 'utf8');
      return firstOf(world.judge(ran), is === was ? undefined : `${lost} is now ${shown(is)}`);
    },
  }));
}

/** Folders of the user's that others can write to, or that are not what they seem. */
function stateFolders(stage: Stage): Attack[] {
  const open: Attack[] = ['state', 'patches', 'config'].map((which) => ({
    id: `writing/state/${which}-open-to-others`,
    tries: `the ${which} folder is writable by everyone, and nobody says so`,
    async run() {
      const world = stage.world({ files: { 'a.txt': 'one\n' } });
      const folder = { state: world.state, patches: join(world.state, 'patches'), config: world.config }[
        which
      ]!;
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o777);
      const ran = await world.run(['diff', '--from', '-', '-f', 'a.txt', '--json'], {
        stdin: 'a.txt\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n',
      });
      const doctor = await world.run(['doctor', '--timeout', '5']);
      const said = ran.stdout + ran.stderr + doctor.stdout + doctor.stderr;
      return /write|permission|chmod|777/i.test(said.replaceAll('write-failed', ''))
        ? undefined
        : 'nothing was said';
    },
  }));
  const idTricks: [string, string][] = [
    ['dot-dot', '../../../outside/evil'],
    ['absolute', '/etc/passwd'],
    ['suffix', '../evil'],
    ['glob', '*'],
    ['nul', 'x%00y'],
    ['option', '--from=../outside/evil.txt'],
  ];
  const ids: Attack[] = idTricks.map(([name, id]) => ({
    id: `writing/patch-id/${name}`,
    tries: `a patch id that is a path: ${id}`,
    async run() {
      const evil = JSON.stringify({
        base: 'BASE',
        changes: [{ kind: 'create', path: 'owned.txt', before: '', after: 'owned\n' }],
      });
      const world = stage.world({ files: { 'a.txt': 'one\n' } });
      for (const folder of [world.outside, join(world.top, 'state'), world.state]) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'evil.txt'), evil.replace('BASE', world.work));
      }
      const before = world.snapshot();
      const ran = await world.run(['patch', 'apply', id]);
      const bad = changed(before, world.snapshot());
      return firstOf(world.judge(ran), bad.length > 0 ? `changed ${bad.join(', ')}` : undefined);
    },
  }));
  const linkedState: Attack = {
    id: 'writing/control/linked-state-folder',
    tries: 'a linked state folder, -o /dev/stdout and process substitution stop working',
    async run() {
      const world = stage.world({ files: { 'a.txt': 'one\n' }, answer: '# Title\n' });
      mkdirSync(join(world.top, 'elsewhere'));
      mkdirSync(join(world.top, 'state'), { recursive: true });
      symlinkSync('../elsewhere', world.state);
      const ran = await world.run(['docs', 'x', '-f', 'a.txt', '-o', '/dev/stdout'], { piped: true });
      staged(world.asked.length === 1, `nothing was asked: ${ran.stderr}`);
      return firstOf(
        world.judge(ran),
        ran.stdout.includes('# Title') ? undefined : `got ${shown(ran.stdout + ran.stderr)}`,
      );
    },
  };
  return [...open, ...ids, linkedState];
}
