import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchReplace, v4a, wholeFile } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { orch as builtOrch, folder, git, repository } from '../helpers/orch.ts';
import { treeOf } from '../helpers/tree.ts';

const before = 'one\ntwo\nthree\n';
const after = 'one\n2\nthree\n';
const change = searchReplace('a.txt', 'two', '2');
const text = (path = 'a.txt') =>
  `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n`;

/** A tree with one file, and the id of a patch of it. */
async function waiting(answer = change, files: Record<string, string> = { 'a.txt': before }) {
  const cwd = folder(files);
  const env = { XDG_STATE_HOME: folder() };
  const given = Object.keys(files).flatMap((name) => ['-f', name]);
  const { stdout } = await orch(['diff', '--from', '-', ...given, '--json'], { cwd, env, stdin: answer });
  const { id } = JSON.parse(stdout).meta.patch;
  expect(id).toEqual(expect.any(String));
  const apply = (...args: string[]) => orch(['patch', 'apply', ...args], { cwd, env });
  // In a process of its own.
  const applyAlone = () => builtOrch(['patch', 'apply', id], { cwd, env });
  return { cwd, env, id: id as string, apply, applyAlone };
}

const read = (cwd: string, name = 'a.txt') => readFileSync(join(cwd, name), 'utf8');

describe('orch patch apply', () => {
  it('writes the patch of an earlier result, in another process, and says what', async () => {
    const { cwd, applyAlone } = await waiting();
    expect(read(cwd)).toBe(before);
    const { status, stdout, stderr } = await applyAlone();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ a\.txt \| 2 \+-\n/);
    expect(read(cwd)).toBe(after);
  });

  it('writes it from another folder: a patch knows where it belongs', async () => {
    const { cwd, env, id } = await waiting();
    const elsewhere = folder();
    const { status, stderr } = await orch(['patch', 'apply', id], {
      cwd: elsewhere,
      env: { ...env, ORCH_ROOTS: cwd },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(read(cwd)).toBe(after);
    expect(treeOf(elsewhere)).toEqual({});
  });

  it('does not write outside of the roots', async () => {
    const { cwd, env, id } = await waiting();
    const { status, stderr } = await orch(['patch', 'apply', id], { cwd: folder(), env });
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('outside') });
    expect(read(cwd)).toBe(before);
  });

  it('writes it once by several processes at a time, and leaves no lock', async () => {
    const { cwd, env, applyAlone } = await waiting();
    const results = await Promise.all([1, 2, 3].map(applyAlone));
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(results.filter(({ stdout }) => stdout.startsWith(' a.txt |'))).toHaveLength(1);
    expect(read(cwd)).toBe(after);
    expect(readdirSync(join(env.XDG_STATE_HOME, 'orch/locks'))).toEqual([]);
  });

  it('writes it once: the second time there is nothing to do', async () => {
    const { cwd, id, apply } = await waiting();
    await apply(id);
    const tree = treeOf(cwd);
    const { status, stdout } = await apply(id, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      applied: false,
      files: [],
      warnings: [expect.stringContaining('nothing to do')],
    });
    expect(treeOf(cwd)).toEqual(tree);
  });

  it('is done as well when files are created, moved, deleted and made executable', async () => {
    const answer = v4a(
      '*** Add File: new/c.txt',
      '+c',
      '*** Delete File: d.txt',
      '*** Update File: a.txt',
      '*** Move to: moved.txt',
      '@@',
      ' one',
      '-two',
      '+2',
      ' three',
    );
    const { cwd, id, apply } = await waiting(answer, { 'a.txt': before, 'd.txt': 'd\n' });
    expect((await apply(id)).status).toBe(0);
    expect(await apply(id)).toMatchObject({ status: 0, stderr: expect.stringContaining('nothing to do') });
    writeFileSync(join(cwd, 'a.txt'), before);
    expect(await apply(id)).toMatchObject({ status: 2 });
    rmSync(join(cwd, 'a.txt'));
    rmSync(join(cwd, 'new/c.txt'));
    expect(await apply(id)).toMatchObject({ status: 2 });
  });

  const several = `${change}${searchReplace('b.txt', 'two', '2')}${v4a('*** Add File: new/c.txt', '+c', '*** Delete File: d.txt')}`;
  it.each<[string, (cwd: string) => void, RegExp]>([
    ['has changed', (cwd) => writeFileSync(join(cwd, 'b.txt'), `${before}four\n`), /b\.txt has changed/],
    ['was deleted', (cwd) => rmSync(join(cwd, 'b.txt')), /b\.txt was deleted/],
    [
      'has become a folder',
      (cwd) => {
        rmSync(join(cwd, 'b.txt'));
        mkdirSync(join(cwd, 'b.txt'));
      },
      /b\.txt has changed/,
    ],
    [
      'is in the place of a new one',
      (cwd) => {
        mkdirSync(join(cwd, 'new'));
        writeFileSync(join(cwd, 'new/c.txt'), 'mine');
      },
      /new\/c\.txt already exists/,
    ],
    ['is in the place of a new folder', (cwd) => writeFileSync(join(cwd, 'new'), 'mine'), /c\.txt/],
    [
      'is one that was to be deleted and has changed',
      (cwd) => writeFileSync(join(cwd, 'd.txt'), 'x'),
      /d\.txt/,
    ],
  ])('writes nothing when a file %s meanwhile', async (_name, meanwhile, words) => {
    const { cwd, id, apply } = await waiting(several, { 'a.txt': before, 'b.txt': before, 'd.txt': 'd\n' });
    meanwhile(cwd);
    const tree = treeOf(cwd);
    const { status, stderr } = await apply(id);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(words) });
    expect(treeOf(cwd)).toEqual(tree);
  });

  it('writes all of it when nothing has changed', async () => {
    const { cwd, id, apply } = await waiting(several, { 'a.txt': before, 'b.txt': before, 'd.txt': 'd\n' });
    expect((await apply(id)).status).toBe(0);
    expect(treeOf(cwd)).toEqual({
      'a.txt': `644 ${after}`,
      'b.txt': `644 ${after}`,
      'new/': '755',
      'new/c.txt': '644 c\n',
    });
  });

  it('does not write through a folder that has become a link out of the roots', async () => {
    const { cwd, id, apply } = await waiting(searchReplace('sub/a.txt', 'two', '2'), { 'sub/a.txt': before });
    const outside = folder({ 'a.txt': before });
    rmSync(join(cwd, 'sub'), { recursive: true });
    symlinkSync(outside, join(cwd, 'sub'));
    expect((await apply(id)).status).toBe(2);
    expect(read(outside)).toBe(before);
  });

  it.each([
    ['an id that was never given', 'b7f7c0de-0000-4000-8000-000000000000', 'file-not-found', 2],
    ['a path in the place of an id', '../../etc/passwd', 'file-not-found', 2],
    ['an empty id', '', 'usage', 2],
  ])('refuses %s', async (_name, id, code, status) => {
    const result = await orch(['patch', 'apply', id, '--json'], { env: { XDG_STATE_HOME: folder() } });
    expect(result.status).toBe(status);
    expect(JSON.parse(result.stdout).error.code).toBe(code);
  });

  it('does not fail like a bug on a stored patch that is damaged', async () => {
    const { cwd, env, id, apply } = await waiting();
    const stored = join(env.XDG_STATE_HOME, 'orch/patches', `${id}.txt`);
    for (const damage of ['{"base": "/", "chan', '{"base": 5}', '']) {
      writeFileSync(stored, damage);
      const { status, stdout } = await apply(id, '--json');
      expect({ status, code: JSON.parse(stdout).error.code }).toEqual({ status: 2, code: 'file-unreadable' });
    }
    expect(read(cwd)).toBe(before);
  });

  it('says of a text without a patch what makes one of an answer', async () => {
    const { cwd, env } = await waiting();
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], { cwd, env, stdin: change });
    expect({ status, stderr }).toEqual({
      status: 5,
      stderr: expect.stringMatching(/holds no patch that git can read; .*\nhint: .*orch diff --from/),
    });
  });

  it('does not depend on a configuration that is invalid', async () => {
    const { cwd, env, id } = await waiting();
    const ORCH_CONF = folder({ 'models.json': '{bad' });
    const { status, stderr } = await orch(['patch', 'apply', id], { cwd, env: { ...env, ORCH_CONF } });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(read(cwd)).toBe(after);
  });

  it('takes the beginning of an id, and says when that is of several', async () => {
    const { cwd, env, id, apply } = await waiting();
    const state = join(env.XDG_STATE_HOME, 'orch');
    const other = `${id.slice(0, 8)}-0000-4000-8000-000000000000`;
    writeFileSync(join(state, `patches/${other}.txt`), '{}');
    const short = id.slice(0, 8);
    const several = await apply(short);
    expect(several.status).toBe(2);
    expect(several.stderr).toContain(`2 runs and patches begin with ${short}`);
    for (const one of [id, other]) expect(several.stderr).toContain(`patch ${one}`);
    rmSync(join(state, `patches/${other}.txt`));
    expect((await apply(short)).status).toBe(0);
    expect(read(cwd)).toBe(after);
    expect((await apply('0'.repeat(40))).stderr).toContain('no patch and no run with id 0000');
  });

  it('has the command for an answer that was given in its summary', async () => {
    const cwd = folder({ 'a.txt': before });
    const env = { XDG_STATE_HOME: folder() };
    const { stderr } = await orch(['diff', '--from', '-', '-f', 'a.txt'], { cwd, env, stdin: change });
    const [, command = ''] = /^patch: orch (patch apply [0-9a-f]{8})$/m.exec(stderr) ?? [];
    expect((await orch(command.split(' '), { cwd, env })).status).toBe(0);
    expect(read(cwd)).toBe(after);
  });

  it('wants an id or a patch, and not both', async () => {
    for (const args of [[], ['some-id', '--from', '-']]) {
      const { status, stderr } = await orch(['patch', 'apply', ...args], { stdin: text() });
      expect({ status, stderr }).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('either a patch id or a patch'),
      });
    }
  });
});

describe('orch patch apply --from', () => {
  it('has nothing to do when there is no patch, as where nothing needs to change', async () => {
    const cwd = folder({ 'a.txt': before, 'no.patch': '' });
    for (const from of ['-', 'no.patch']) {
      const { status, stdout, stderr } = await orch(['patch', 'apply', '--from', from], { cwd, stdin: '' });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
      expect(stderr).toBe('warning: nothing to apply: the patch is empty\n');
    }
  });

  it.each([
    ['a repository', repository],
    ['a plain folder', async (files: Record<string, string>) => folder(files)],
  ])('writes a patch that comes as text in %s', async (_name, make) => {
    const cwd = await make({ 'a.txt': before });
    const { status, stdout } = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin: text() });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^ a\.txt \|\s+2 \+-$/m) });
    expect(read(cwd)).toBe(after);
  });

  it('takes paths from the top of the repository, wherever it is called', async () => {
    const cwd = await repository({ 'sub/a.txt': before });
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], {
      cwd: join(cwd, 'sub'),
      stdin: text('sub/a.txt'),
      env: { ORCH_ROOTS: cwd },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(read(cwd, 'sub/a.txt')).toBe(after);
  });

  it.each<[string, string, number, RegExp]>([
    ['does not fit', text().replace('-two', '-zwei'), 5, /git rejects the patch/],
    ['is cut', text().slice(0, -12), 5, /git rejects the patch/],
    ['is no patch', 'Just some words.\n', 5, /the text holds no patch/],
    ['is blank', '  \n', 5, /the text holds no patch/],
    ['leads out', text('../../../../../../../tmp/x.txt'), 5, /git rejects the patch/],
    [
      'makes a link',
      'diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n',
      2,
      /link/,
    ],
    [
      'makes a submodule beside another change',
      `${text()}diff --git a/m b/m\nnew file mode \v160000\n--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+Subproject commit 0123456789012345678901234567890123456789\n`,
      2,
      /submodule/,
    ],
    ['has no prefixes', text().replaceAll(/ [ab]\/a/g, ' src/a'), 2, /git apply -p0/],
    ['is too deep', text(`${'d/'.repeat(100)}a.txt`), 2, /100 levels deep/],
    [
      'unpacks to too much',
      'diff --git a/x b/x\nnew file mode 100644\nindex 0000000..1234567\nGIT binary patch\nliteral 314572800\nzc$\n',
      2,
      /32 MB/,
    ],
    [
      'puts a file in the place of a folder',
      'diff --git a/del/g b/del/g\ndeleted file mode 100644\n--- a/del/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-d\ndiff --git a/del b/del\nnew file mode 100644\n--- /dev/null\n+++ b/del\n@@ -0,0 +1 @@\n+x\n',
      2,
      /del is a folder/,
    ],
    [
      'copies what belongs to git',
      'diff --git a/.git/config b/x.txt\nsimilarity index 100%\ncopy from .git/config\ncopy to x.txt\n',
      2,
      /\.git\/config belongs to git/,
    ],
    [
      'fits one file and not the other',
      `${text()}${text('b.txt').replace('-two', '-zwei')}`,
      5,
      /git rejects the patch/,
    ],
  ])('changes nothing by a patch that %s', async (_name, patch, status, words) => {
    const cwd = folder({ 'a.txt': before, 'b.txt': before, 'del/g': 'd\n' });
    const tree = treeOf(cwd);
    const result = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin: patch });
    expect(result).toEqual({ status, stdout: '', stderr: expect.stringMatching(words) });
    expect(treeOf(cwd)).toEqual(tree);
  });

  it('writes whatever git makes of it: bytes, new files, deletions, renames, copies and modes', async () => {
    const bytes = (...values: number[]) => Buffer.from([0, 1, 2, 255, ...values]);
    const files = {
      'latin.txt': Buffer.from('caf\xe9\none\n', 'latin1'),
      'image.bin': bytes(1),
      'old name.txt': 'moved\n',
      'copied.txt': before,
      'gone/deep.txt': 'x\n',
      'run.sh': 'echo 1\n',
      'private.txt': 'one\n',
    };
    const cwd = await repository(files);
    const tree = treeOf(cwd);
    rmSync(join(cwd, 'gone'), { recursive: true });
    renameSync(join(cwd, 'old name.txt'), join(cwd, 'new näme.txt'));
    writeFileSync(join(cwd, 'latin.txt'), Buffer.from('caf\xe9\ntwo\n', 'latin1'));
    writeFileSync(join(cwd, 'image.bin'), bytes(2, 0, 3));
    writeFileSync(join(cwd, 'fresh.bin'), bytes());
    writeFileSync(join(cwd, 'empty'), '');
    writeFileSync(join(cwd, 'private.txt'), 'two\n');
    writeFileSync(join(cwd, 'copied.txt'), after);
    writeFileSync(join(cwd, 'copy.txt'), before);
    chmodSync(join(cwd, 'run.sh'), 0o755);
    const wanted = treeOf(cwd);
    await git(['add', '-A'], cwd);
    // Latin-1 bytes would not outlive the pipe of a test as text.
    const patch = join(folder(), 'patch');
    const diff = ['diff', '--cached', '--binary', '-M', '-C', '--find-copies-harder', `--output=${patch}`];
    await git([...diff, '--', '.', ':!latin.txt'], cwd);
    await git(['reset', '-q', '--hard'], cwd);
    expect(treeOf(cwd)).toEqual(tree);
    const { status, stderr } = await orch(['patch', 'apply', '--from', patch], { cwd });
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^warning: .*run\.sh.*\n$/),
    });
    const written = treeOf(cwd);
    // git would take the folder away that is empty now.
    delete written['gone/'];
    expect(written).toEqual({ ...wanted, 'latin.txt': tree['latin.txt'] });
  });

  it('does not copy a file with a secret name by a header that says nothing of it', async () => {
    const cwd = folder({ 'key.pem': before });
    const stdin = text('key.pem') + text('key.pem').replaceAll('b/key.pem', 'b/p.txt').replace('-two', '-2');
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('copies key.pem') });
    expect(readdirSync(cwd)).not.toContain('p.txt');
  });

  it('writes nothing in the folder that .git names instead', async () => {
    const cwd = folder({ 'a.txt': before });
    await git(['init', '-q', '--separate-git-dir=data', '.'], cwd);
    const hook =
      'diff --git a/data/hooks/post-checkout b/data/hooks/post-checkout\nnew file mode 100755\n--- /dev/null\n+++ b/data/hooks/post-checkout\n@@ -0,0 +1 @@\n+x\n';
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin: hook });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('.git folder') });
    expect(existsSync(join(cwd, 'data/hooks/post-checkout'))).toBe(false);
  });

  it('makes no folder one that git takes for its own', async () => {
    const names = ['docs/HEAD', 'docs/config', 'docs/objects/x', 'docs/refs/x'];
    const { cwd, apply, id } = await waiting(names.map((name) => wholeFile(name, 'x\n')).join('\n') + change);
    const { status, stderr } = await apply(id);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('.git folder') });
    expect(treeOf(cwd)).toEqual({ 'a.txt': expect.stringContaining(before) });
  });

  it.runIf(process.platform !== 'win32')('keeps the mode and the foreign bytes of a file', async () => {
    const cwd = folder({ 'a.txt': Buffer.from(`${before}a\nb\nc\ncaf\xe9\n`, 'latin1') });
    chmodSync(join(cwd, 'a.txt'), 0o640);
    const longer = text().replace('+1,3', '+1,6').replace('-1,3', '-1,6').concat(' a\n b\n c\n');
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin: longer });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(treeOf(cwd)).toEqual({ 'a.txt': `640 ${after}a\nb\nc\ncaf\xe9\n` });
  });

  it.each<[string, string]>([
    [
      'deletes',
      'deleted file mode 120000\n--- a/l\n+++ /dev/null\n@@ -1 +0,0 @@\n-a.txt\n\\ No newline at end of file\n',
    ],
    ['moves', 'similarity index 100%\nrename from l\nrename to m\n'],
  ])('does not touch links: a patch that %s one', async (_name, rest) => {
    const cwd = folder({ 'a.txt': before });
    symlinkSync('a.txt', join(cwd, 'l'));
    const tree = treeOf(cwd);
    const to = rest.includes('rename') ? 'm' : 'l';
    const stdin = `diff --git a/l b/${to}\n${rest}`;
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/link/) });
    expect(treeOf(cwd)).toEqual(tree);
  });

  it('tries it on the bytes of the tree, with the line ends that they have', async () => {
    const cwd = await repository({ 'a.txt': before, '.gitattributes': '*.txt text eol=crlf\n' });
    const { status } = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin: text() });
    expect(status).toBe(0);
    expect(read(cwd)).toBe(after);
  });

  it('refuses a file name that is not UTF-8: it would write nothing and call it applied', async () => {
    const cwd = await repository({ 'a.txt': before });
    const { status, stderr } = await orch(['patch', 'apply', '--from', '-'], {
      cwd,
      stdin:
        'diff --git "a/caf\\351.txt" "b/caf\\351.txt"\nnew file mode 100644\n--- /dev/null\n+++ "b/caf\\351.txt"\n@@ -0,0 +1 @@\n+x\n',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('is not valid UTF-8; nothing was changed');
  });

  it('says that it needs git where there is none', async () => {
    const cwd = folder({ 'a.txt': before });
    const result = await builtOrch(['patch', 'apply', '--from', '-'], {
      cwd,
      stdin: text(),
      env: { PATH: folder() },
    });
    expect(result).toMatchObject({ status: 2, stderr: expect.stringContaining('git is not installed') });
    expect(read(cwd)).toBe(before);
  });
});

describe('what others run or obey', () => {
  const created = (path: string, mode = '100644') =>
    `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;

  it.each(['.orch/models.json', '.env', 'sub/.env.local'])('%s is not written unasked', async (path) => {
    const cwd = folder({ 'a.txt': before });
    const patch = join(folder({ 'x.patch': created(path) }), 'x.patch');
    const { status, stderr } = await orch(['patch', 'apply', '--from', patch], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain(path);
    expect(stderr).toContain('git apply');
    expect(treeOf(cwd)).toEqual(treeOf(folder({ 'a.txt': before })));
  });

  it('is named when it is written', async () => {
    const cwd = folder({ 'a.txt': before });
    const patch = join(folder({ 'x.patch': created('.husky/pre-commit', '100755') }), 'x.patch');
    const { status, stderr } = await orch(['patch', 'apply', '--from', patch], { cwd });
    expect(status).toBe(0);
    expect(stderr).toMatch(/without being asked.*\.husky\/pre-commit \(git hooks\)/);
  });

  it('is named with the patch and again when that is applied', async () => {
    const { apply, id, cwd } = await waiting(`${change}\n.envrc\n\`\`\`\nx\n\`\`\`\n`);
    const { status, stderr } = await apply(id);
    expect({ status, written: read(cwd, '.envrc') }).toEqual({ status: 0, written: 'x\n' });
    expect(stderr).toContain('.envrc (direnv or mise)');
  });
});

it.runIf(process.platform !== 'win32')(
  'folders that others can write to are named, with the cure',
  async () => {
    const { apply, id, env } = await waiting();
    chmodSync(join(env.XDG_STATE_HOME, 'orch', 'patches'), 0o777);
    const { status, stderr } = await apply(id);
    expect(status).toBe(0);
    expect(stderr).toContain(`chmod 700 ${join(env.XDG_STATE_HOME, 'orch', 'patches')}`);
    expect(stderr.split('chmod')).toHaveLength(2);
  },
);
