/** A change in git as it is read for a request: with real git, in every state that a repository can be in. */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { workspaceFiles } from '../../../../../src/adapters/workspace/find/files.ts';
import { differencesOf } from '../../../../../src/adapters/workspace/git/change/sides.ts';
import { findGit } from '../../../../../src/adapters/workspace/git/git.ts';
import { emitPatches } from '../../../../../src/core/patch/git/emit-patch.ts';
import type { ChangeScope } from '../../../../../src/core/tasks/request.ts';
import { folder, git, initialize, repository } from '../../../../helpers/orch.ts';

const uncommitted: ChangeScope = { kind: 'uncommitted' };
const staged: ChangeScope = { kind: 'staged' };
const range = (text: string): ChangeScope => ({ kind: 'range', range: text });

function read(cwd: string, scope: ChangeScope, place: { clientRoots?: string[]; home?: string } = {}) {
  const { clientRoots, ...home } = place;
  const roots = clientRoots && { clientRoots: () => clientRoots };
  const workspace = workspaceFiles({ cwd, roots: () => [], ...roots, ...home });
  return workspace.readChange(scope, new AbortController().signal);
}
/** `kind path`, or `rename from>to`. */
async function kinds(cwd: string, scope: ChangeScope): Promise<string[]> {
  const { changes } = await read(cwd, scope);
  return changes.map(({ kind, path, oldPath }) => `${kind} ${oldPath ? `${oldPath}>` : ''}${path}`);
}
const refusal = (cwd: string, scope: ChangeScope, place = {}) =>
  read(cwd, scope, place).then(
    ({ changes }) => expect.fail(JSON.stringify(changes)),
    (error: { code: string; message: string; hint: string }) => error,
  );
function put(top: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), content);
  }
}
const as = ['-c', 'user.name=t', '-c', 'user.email=t@localhost'];
const commit = (top: string, ...more: string[]) => git([...as, 'commit', '-qam', 'x', ...more], top);
const lines = (...changed: string[]) =>
  `${['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].join('\n')}\n${changed.join('\n')}\n`;

describe('what is not committed', () => {
  it('is what is staged, what is not, what is new and what is gone', async () => {
    const top = await repository({
      '.gitignore': '*.log\n',
      'both.ts': 'one\n',
      'dropped.ts': 'five\n',
      'gone.ts': 'two\n',
      'kept.ts': 'three\n',
      'staged.ts': 'four\n',
    });
    put(top, { 'both.ts': 'staged\n', 'staged.ts': '4\n', 'sub/added.ts': 'new\n' });
    await git(['add', '-A'], top);
    await git(['rm', '-q', '--cached', 'dropped.ts'], top);
    put(top, { 'both.ts': 'newest\n', 'untracked.ts': 'u\n', 'x.log': 'ignored\n' });
    rmSync(join(top, 'gone.ts'));
    expect(await kinds(top, uncommitted)).toEqual([
      'modify both.ts',
      'delete gone.ts',
      'modify staged.ts',
      'create sub/added.ts',
      'create untracked.ts',
    ]);
    const { changes } = await read(join(top, 'sub'), uncommitted);
    expect(emitPatches(changes)[0]).toBe(
      'diff --git a/both.ts b/both.ts\n--- a/both.ts\n+++ b/both.ts\n@@ -1 +1 @@\n-one\n+newest\n',
    );
    expect(await kinds(top, staged)).toEqual([
      'modify both.ts',
      'delete dropped.ts',
      'modify staged.ts',
      'create sub/added.ts',
    ]);
    expect((await read(top, staged)).changes[0]?.after).toBe('staged\n');
  });

  it('is none where only the time of a file, or its line ends by conversion, differ', async () => {
    const top = await repository({ 'a.ts': 'one\n', 'b.ts': 'one\n' });
    utimesSync(join(top, 'a.ts'), new Date(0), new Date(0));
    put(top, { 'b.ts': 'one\r\n' });
    expect(await refusal(top, uncommitted)).toMatchObject({
      code: 'input-empty',
      message: 'nothing has changed since the last commit',
      hint: 'for a change that is committed, give a range: --range HEAD~1..HEAD',
    });
    expect(await refusal(top, staged)).toMatchObject({ code: 'input-empty', message: 'nothing is staged' });
  });

  it('is seen in a file of the same size that was changed right after the index was written', async () => {
    const top = await repository({ 'a.ts': 'one\n' });
    put(top, { 'a.ts': 'two\n' });
    expect(await kinds(top, uncommitted)).toEqual(['modify a.ts']);
  });

  it('is everything before the first commit', async () => {
    const top = folder({ 'a.ts': 'one\n', 'b.ts': 'two\n' });
    initialize(top);
    await git(['add', 'a.ts'], top);
    expect(await kinds(top, uncommitted)).toEqual(['create a.ts', 'create b.ts']);
    expect(await kinds(top, staged)).toEqual(['create a.ts']);
  });

  it('shows a file with CRLF line by line, and its content as it is', async () => {
    const top = await repository({ 'a.txt': 'one\r\ntwo\r\n' });
    put(top, { 'a.txt': 'one\r\n2\r\n' });
    const { changes, currentFiles } = await read(top, uncommitted);
    expect(emitPatches(changes)[0]).toContain('@@ -1,2 +1,2 @@\n one\n-two\n+2\n');
    expect(await currentFiles()).toEqual([
      { path: 'a.txt', text: 'one\r\n2\r\n', mode: '100644', range: undefined },
    ]);
  });

  it('is what stands in the files of a merge conflict, which is said', async () => {
    const top = await repository({ 'a.ts': 'one\n' });
    await git(['checkout', '-qb', 'other'], top);
    put(top, { 'a.ts': 'other\n' });
    await commit(top);
    await git(['checkout', '-q', '-'], top);
    put(top, { 'a.ts': 'mine\n' });
    await commit(top);
    await git([...as, 'merge', '-q', 'other'], top).catch(() => {});
    const { changes, warnings } = await read(top, uncommitted);
    expect(changes[0]?.after).toContain('<<<<<<<');
    expect(warnings).toEqual(['the change has 1 file in a merge conflict (a.ts)']);
    expect(await refusal(top, staged)).toMatchObject({ code: 'input-empty' });
  });

  it('leaves alone what a sparse checkout does not show', async () => {
    const top = await repository({ 'a/x.ts': '1\n', 'b/y.ts': '1\n', 'c.ts': '1\n' });
    await git(['sparse-checkout', 'set', 'a'], top);
    put(top, { 'a/x.ts': 'changed\n' });
    expect(await kinds(top, uncommitted)).toEqual(['modify a/x.ts']);
  });

  it('is that of a linked worktree, with a detached HEAD', async () => {
    const top = await repository({ 'a.ts': 'one\n' });
    const linked = join(folder(), 'linked');
    await git(['worktree', 'add', '-q', '--detach', linked], top);
    put(linked, { 'a.ts': 'two\n' });
    expect(await kinds(linked, uncommitted)).toEqual(['modify a.ts']);
    expect(await refusal(top, uncommitted)).toMatchObject({ code: 'input-empty' });
  });
});

describe('a file that was moved', () => {
  it('is a rename, with what has changed in it besides', async () => {
    const top = await repository({ 'same.ts': lines('x'), 'edited.ts': lines('old'), 'other.ts': 'q\nr\n' });
    mkdirSync(join(top, 'to'));
    renameSync(join(top, 'same.ts'), join(top, 'to/same.ts'));
    rmSync(join(top, 'edited.ts'));
    put(top, { 'to/edited.ts': lines('new') });
    rmSync(join(top, 'other.ts'));
    put(top, { 'to/different.ts': 's\nt\n' });
    expect(await kinds(top, uncommitted)).toEqual([
      'delete other.ts',
      'create to/different.ts',
      'rename edited.ts>to/edited.ts',
      'rename same.ts>to/same.ts',
    ]);
    const { changes } = await read(top, uncommitted);
    expect(emitPatches(changes)[2]).toContain('rename from edited.ts\nrename to to/edited.ts\n');
    expect(emitPatches(changes)[2]).toContain('-old\n+new\n');
  });
});

describe('what is left out', () => {
  it('is named, by the reason', async () => {
    const pointer = (id: string) => `version https://git-lfs.github.com/spec/v1\noid sha256:${id}\nsize 1\n`;
    const top = await repository({
      'a.ts': 'one\n',
      'big.txt': 'x\n',
      'data.bin': Buffer.from([0, 1]),
      'film.mp4': pointer('1'),
      id_rsa: 'one\n',
      'latin.txt': 'x\n',
      'enc.txt': 'x\n',
    });
    put(top, {
      '.gitattributes': 'enc.txt filter=secret\n',
      'a.ts': 'two\n',
      'big.txt': 'x'.repeat(1024 * 1024 + 1),
      'data.bin': Uint8Array.of(0, 2),
      'film.mp4': pointer('2'),
      id_rsa: 'two\n',
      'latin.txt': Uint8Array.of(0xe7),
      'enc.txt': 'y\n',
      '.env': 'A=1\n',
    });
    symlinkSync('a.ts', join(top, 'link.ts'));
    await git(['add', 'link.ts'], top);
    await git(['config', 'filter.secret.clean', 'cat'], top);
    const { changes, warnings } = await read(top, uncommitted);
    expect(changes.map(({ path }) => path)).toEqual(['.gitattributes', 'a.ts']);
    expect(warnings.sort()).toEqual([
      'the change was sent without 1 file beyond the limits (1 MB, 8 MB together) (big.txt)',
      'the change was sent without 1 file that is a link (link.ts)',
      'the change was sent without 2 files that are not text (data.bin, latin.txt)',
      'the change was sent without 2 files that git converts (LFS, filters, encodings) (enc.txt, film.mp4)',
      'the change was sent without 2 files whose names look secret (id_rsa, .env)',
    ]);
  });

  it.skipIf(process.platform === 'win32')(
    'cannot be told, and so nothing is sent, if git does not say what it converts',
    async () => {
      const top = await repository({ 'enc.txt': 'x\n' });
      put(top, { '.gitattributes': 'enc.txt filter=secret\n', 'enc.txt': 'in clear\n' });
      const script = `#!/bin/sh\ncase "$*" in *check-attr*) echo no >&2; exit 128;; esac\nexec '${findGit()}' "$@"\n`;
      const tools = folder({ git: script });
      chmodSync(join(tools, 'git'), 0o755);
      vi.stubEnv('PATH', `${tools}:${process.env.PATH}`);
      expect(await refusal(top, uncommitted)).toMatchObject({
        code: 'file-unreadable',
        message: `git cannot tell what has changed in ${top}: no`,
      });
      vi.unstubAllEnvs();
    },
  );

  it('is a submodule, and all there is may be left out', async () => {
    const inner = await repository({ 'i.ts': '1\n' });
    const top = await repository({ 'a.ts': '1\n' });
    await git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub'], top);
    await commit(top);
    await commit(join(top, 'sub'), '--allow-empty');
    await git(['add', 'sub'], top);
    expect(await refusal(top, staged)).toMatchObject({
      code: 'input-empty',
      message: 'nothing is staged but 1 file that is a submodule (sub)',
    });
  });

  it.skipIf(process.platform === 'win32')('is what is behind a link that replaces a folder', async () => {
    const outside = folder({ 'a.ts': 'outside\n' });
    const top = await repository({ 'sub/a.ts': 'one\n', 'b.ts': 'one\n' });
    rmSync(join(top, 'sub'), { recursive: true });
    symlinkSync(outside, join(top, 'sub'));
    const { changes, currentFiles } = await read(top, uncommitted);
    expect(JSON.stringify([changes, await currentFiles()])).not.toContain('outside');
    expect(changes).toMatchObject([{ kind: 'delete', path: 'sub/a.ts' }]);
  });

  it('is what a commit of a stranger puts into the folder of git or out of the repository', async () => {
    const top = await repository({ 'a.ts': '1\n' });
    const blob = (await git(['hash-object', '-w', '--stdin'], top, 'theirs\n')).trim();
    const tree = async (...rows: string[]) => (await git(['mktree'], top, `${rows.join('\n')}\n`)).trim();
    const inner = await tree(`100644 blob ${blob}\tconfig`, `100644 blob ${blob}\tb.ts`);
    const names = ['.git', '.GIT', '..', 'sub'].map((name) => `040000 tree ${inner}\t${name}`);
    const id = (await git([...as, 'commit-tree', '-m', 'x', await tree(...names)], top)).trim();
    const { changes, currentFiles, warnings } = await read(top, range(`HEAD..${id}`));
    expect(changes.map(({ path }) => path)).toEqual(['a.ts', 'sub/b.ts', 'sub/config']);
    expect((await currentFiles()).map(({ path }) => path)).toEqual(['a.ts']);
    expect(warnings).toEqual([
      'the change was sent without 6 files that no working tree may hold (../b.ts, ../config, .GIT/b.ts, …)',
    ]);
  });

  it('is, of the files as they are now, what git ignores though a commit holds it', async () => {
    const top = await repository({ '.gitignore': 'local.json\n', 'a.ts': '1\n' });
    const blob = (await git(['hash-object', '-w', '--stdin'], top, 'theirs\n')).trim();
    const tree = (await git(['mktree'], top, `100644 blob ${blob}\tlocal.json\n`)).trim();
    const id = (await git([...as, 'commit-tree', '-m', 'x', tree], top)).trim();
    put(top, { 'local.json': 'mine\n' });
    const { currentFiles } = await read(top, range(`HEAD..${id}`));
    expect((await currentFiles()).map(({ path }) => path)).toEqual(['.gitignore', 'a.ts']);
  });

  it('is, of the files as they are now, what git keeps in another form', async () => {
    const top = await repository({
      '.gitattributes': 'vault.txt filter=crypt\n',
      'vault.txt': 'cipher one\n',
    });
    put(top, { 'vault.txt': 'cipher two\n' });
    await commit(top);
    put(top, { 'vault.txt': 'plain\n' });
    const change = await read(top, range('HEAD~1..HEAD'));
    expect(change.changes).toMatchObject([{ after: 'cipher two\n' }]);
    expect(await change.currentFiles()).toEqual([]);
  });

  it('is what a client does not allow', async () => {
    const top = await repository({ 'open/a.ts': '1\n', 'closed/b.ts': '1\n' });
    put(top, { 'open/a.ts': '2\n', 'closed/b.ts': '2\n' });
    const { base, changes, warnings } = await read('/', uncommitted, { clientRoots: [join(top, 'open')] });
    expect([base, changes.map(({ path }) => path)]).toEqual([top, ['open/a.ts']]);
    expect(warnings).toEqual([
      'the change was sent without 1 file outside the allowed folders (closed/b.ts)',
    ]);
  });
});

describe('a range', () => {
  it('is the change between two commits, or since two branches went apart', async () => {
    const top = await repository({ 'a.ts': lines('1'), 'b.ts': '1\n' });
    await git(['branch', '-m', 'main'], top);
    await git(['checkout', '-qb', 'work'], top);
    put(top, { 'b.ts': '2\n', 'new.ts': 'n\n' });
    await git(['add', '-A'], top);
    await commit(top);
    await git(['checkout', '-q', 'main'], top);
    await git(['mv', 'a.ts', 'moved.ts'], top);
    await commit(top);
    put(top, { 'b.ts': 'not committed\n' });
    expect(await kinds(top, range('main..work'))).toEqual([
      'rename moved.ts>a.ts',
      'modify b.ts',
      'create new.ts',
    ]);
    expect(await kinds(top, range('main...work'))).toEqual(['modify b.ts', 'create new.ts']);
    expect(await kinds(top, range('HEAD~1..'))).toEqual(['rename a.ts>moved.ts']);
    expect(await kinds(top, range('..work'))).toEqual(await kinds(top, range('main..work')));
    expect(await (await read(top, range('main..work'))).currentFiles()).toMatchObject([
      { path: 'b.ts', text: 'not committed\n' },
    ]);
  });

  it.each([
    ['nowhere..HEAD', /nowhere\.\.HEAD: git knows no commit nowhere/, /git branch --all/],
    ['HEAD~7..HEAD', /git knows no commit HEAD~7/, /shallow clone/],
    ['HEAD', /HEAD is not a range of commits/, /such as main\.\.HEAD/],
    ['..', /\.\. is not a range/, /such as/],
    ['--output=x..HEAD', /is not a range/, /such as/],
    ['HEAD..--output=x', /is not a range/, /such as/],
    ['a b..c', /is not a range/, /such as/],
    ['HEAD....HEAD', /is not a range/, /such as/],
  ])('that is none is refused: %s', async (text, message, hint) => {
    const top = await repository({ 'a.ts': '1\n' });
    const error = await refusal(top, range(text));
    expect(error.code).toBe('usage');
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  it('is not longer than any name', async () => {
    // In the shape for which the pattern of a range would need the square of its length.
    const { code, message } = await refusal(folder({ '.git/HEAD': '' }), range(`${'a..'.repeat(50_000)} `));
    expect([code, message]).toEqual(['usage', 'a range of 150001 characters is not a range of commits']);
  });

  it('without a difference is said to be empty', async () => {
    expect(await refusal(await repository({ 'a.ts': '1\n' }), range('HEAD..HEAD'))).toMatchObject({
      code: 'input-empty',
      message: 'nothing differs in HEAD..HEAD',
    });
  });
});

describe('outside of a repository', () => {
  it('there is no change, nor where the home folder is one', async () => {
    const cwd = folder({ 'a.ts': '1\n' });
    expect(await refusal(cwd, uncommitted)).toMatchObject({
      code: 'usage',
      message: `${cwd} is in no git repository, so there is no uncommitted change`,
    });
    const home = await repository({ 'work/a.ts': '1\n' });
    expect(await refusal(join(home, 'work'), staged, { home })).toMatchObject({ code: 'usage' });
  });
});

describe('in the order of the change', () => {
  it('what tools write stands first, where it is the first to be cut', async () => {
    const top = await repository({ 'z.ts': '1\n' });
    put(top, { 'z.ts': '2\n', 'package-lock.json': '{}\n', 'a.ts': '1\n', 'b/yarn.lock': 'x\n' });
    expect(await kinds(top, uncommitted)).toEqual([
      'create b/yarn.lock',
      'create package-lock.json',
      'create a.ts',
      'modify z.ts',
    ]);
  });

  it('then snapshots and white space, then documents and tests', async () => {
    const top = await repository({ 'a.ts': 'if (a) {\nb();\n}\n' });
    put(top, {
      'a.ts': 'if (a) {\n  b();\n}\n',
      'b.ts': '1\n',
      'docs/c.md': '1\n',
      'd.test.ts': '1\n',
      'dist/e.js': '1\n',
      'f.snap': '1\n',
    });
    expect(await kinds(top, uncommitted)).toEqual([
      'create dist/e.js',
      'modify a.ts',
      'create f.snap',
      'create d.test.ts',
      'create docs/c.md',
      'create b.ts',
    ]);
  });
});

describe('a change beyond all measure', () => {
  it('is not held in the memory', async () => {
    const top = await repository({ 'a.ts': '1\n' });
    put(top, { 'new.ts': 'one\n' });
    const options = { repository: top, signal: new AbortController().signal, mostBytes: 99 };
    const [difference] = await differencesOf(uncommitted, options);
    put(top, { 'new.ts': 'later\n' });
    expect(String((difference!.after as { read(): Buffer }).read())).toBe('later\n');
  });

  it('is read up to 8 MB; the rest is named', async () => {
    const top = folder();
    initialize(top);
    for (let number = 10; number < 20; number++) put(top, { [`${number}.txt`]: 'x'.repeat(1024 * 1024) });
    const { changes, warnings } = await read(top, uncommitted);
    expect(changes).toHaveLength(8);
    expect(warnings).toEqual([
      'the change was sent without 2 files beyond the limits (1 MB, 8 MB together) (18.txt, 19.txt)',
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('a git folder that leads into another repository', () => {
  const secret = 'private\n';
  async function evil(place: (top: string, theirs: string) => void | Promise<void>) {
    const theirs = await repository({ 'private.txt': secret });
    const top = await repository({ 'a.ts': '1\n' });
    put(top, { 'a.ts': '2\n' });
    await place(top, join(theirs, '.git'));
    return top;
  }
  const link = (top: string, theirs: string, ...names: string[]) => {
    for (const name of names) {
      rmSync(join(top, '.git', name), { recursive: true, force: true });
      symlinkSync(join(theirs, name), join(top, '.git', name));
    }
  };
  const alternates = (top: string, theirs: string) =>
    put(top, { '.git/objects/info/alternates': `${theirs}/objects\n` });
  const replaceGit = (top: string, replace: (path: string) => void) => {
    rmSync(join(top, '.git'), { recursive: true });
    replace(join(top, '.git'));
  };
  it.each<[string, (top: string, theirs: string) => void | Promise<void>]>([
    ['a file', (top, theirs) => replaceGit(top, (path) => writeFileSync(path, `gitdir: ${theirs}\n`))],
    ['a link', (top, theirs) => replaceGit(top, (path) => symlinkSync(theirs, path))],
    ['what worktrees share', (top, theirs) => put(top, { '.git/commondir': `${theirs}\n` })],
    ['linked objects and refs', (top, theirs) => link(top, theirs, 'objects', 'refs')],
    [
      'a linked index',
      (top, theirs) => {
        link(top, theirs, 'index');
        alternates(top, theirs);
      },
    ],
    [
      'a linked branch',
      async (top, theirs) => {
        const branch = (await git(['symbolic-ref', 'HEAD'], top)).trim();
        link(top, theirs, branch);
        alternates(top, theirs);
      },
    ],
  ])('by %s is not followed', async (_by, place) => {
    const top = await evil(place);
    for (const scope of [uncommitted, staged, range('HEAD~0..HEAD')]) {
      const { code, message } = await refusal(top, scope);
      expect([code, message]).toEqual(['file-forbidden', expect.stringContaining('another repository')]);
    }
  });

  it('by a link in place of whatever may name a version is not followed', async () => {
    const top = await evil(() => {});
    for (const name of ['logs', 'ORIG_HEAD', 'info/x', 'worktrees/w/HEAD', 'refs/heads/config']) {
      const path = join(top, '.git', name);
      rmSync(path, { recursive: true, force: true });
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(folder({ x: '' }), path);
      expect((await refusal(top, uncommitted)).message).toContain(`${path} leads into another repository`);
      rmSync(path);
    }
    symlinkSync(folder(), join(top, '.git/lfs'));
    expect(await kinds(top, uncommitted)).toEqual(['modify a.ts']);
  });

  it('may be that of a submodule or a worktree, which leads back', async () => {
    const inner = await repository({ 'i.ts': '1\n' });
    const outer = await repository({ 'a.ts': '1\n' });
    await git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub'], outer);
    put(outer, { 'sub/i.ts': '2\n' });
    expect(await kinds(join(outer, 'sub'), uncommitted)).toEqual(['modify i.ts']);
    const linked = join(folder(), 'linked');
    await git(['worktree', 'add', '-q', linked], join(outer, 'sub'));
    put(linked, { 'i.ts': '3\n' });
    expect(await kinds(linked, uncommitted)).toEqual(['modify i.ts']);
  });
});
