/** Whatever moment a process is killed at: its change can be taken back, and it can be finished. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ProcessIdentity, thisProcess } from '../../../../src/adapters/system/process-identity.ts';
import type { BytesChange } from '../../../../src/engine/ports.ts';
import {
  accessUntil,
  dead,
  heldBy,
  journals,
  killedWhileApplying,
  writerIn,
} from '../../../helpers/killed.ts';
import { treeOf } from '../../../helpers/tree.ts';

const posix = process.platform !== 'win32';
const bytes = (...values: number[]) => Buffer.from([0xff, 0x00, 0x0a, 0xc3, ...values]);

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'orch-recovery-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function put(base: string, path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), content);
  chmodSync(join(base, path), mode);
}

/** Every kind of change, a folder that replaces a file included. */
const changes: BytesChange[] = [
  { kind: 'delete', path: 'place', before: 'a file\n', after: '' },
  { kind: 'delete', path: 'gone/b.bin', before: bytes(1), after: '' },
  { kind: 'modify', path: 'a.ts', before: 'old\n', after: 'new\n' },
  { kind: 'modify', path: 'image.bin', before: bytes(2), after: bytes(3) },
  { kind: 'modify', path: 'run.sh', before: 'echo\n', after: 'echo\n', mode: '100755' },
  { kind: 'modify', path: 'both.sh', before: 'one\n', after: 'two\n', mode: '100644' },
  { kind: 'create', path: 'place/deep/c.ts', before: '', after: 'c\n' },
  { kind: 'create', path: 'new/tool.sh', before: '', after: 'x\n', mode: '100755' },
  { kind: 'rename', path: 'moved/d.ts', oldPath: 'd.ts', before: 'd\n', after: 'D\n' },
];

function tree() {
  const [base, state] = [folder(), folder()];
  put(base, 'place', 'a file\n');
  put(base, 'gone/b.bin', bytes(1), 0o600);
  put(base, 'a.ts', 'old\n', 0o664);
  put(base, 'image.bin', bytes(2));
  put(base, 'run.sh', 'echo\n', 0o640);
  put(base, 'both.sh', 'one\n', 0o755);
  put(base, 'd.ts', 'd\n', 0o600);
  put(base, 'untouched.ts', 'x\n');
  return { base, state, writer: () => writerIn(base, state), before: treeOf(base) };
}

async function wholeChange() {
  const { base, writer } = tree();
  await writer().apply(base, changes);
  return treeOf(base);
}

/** A tree in which the change was killed after so many writes. */
async function killed(writes: number, half = false) {
  const one = tree();
  const unfinished = await killedWhileApplying(changes, { ...one, writes, half });
  expect(journals(one.state)).toHaveLength(1);
  return { ...one, unfinished };
}

/** Calls the action for every moment at which the change can be killed. */
async function atEveryMoment(action: (at: Awaited<ReturnType<typeof killed>>) => Promise<void>) {
  let moments = 0;
  for (let more = true; more; moments++) {
    const at = await killed(moments, true);
    await action(at);
    more = at.unfinished;
  }
  expect(moments).toBeGreaterThan(10);
}

describe('a change that is killed at any moment', () => {
  it('is taken back by what writes there next', async () => {
    await atEveryMoment(async ({ base, state, writer, before }) => {
      await writer().recover(base);
      expect(treeOf(base)).toEqual(before);
      expect(journals(state)).toEqual([]);
      expect(await writer().recover(base)).toEqual([]);
    });
  });

  it('is finished on demand', async () => {
    const after = await wholeChange();
    await atEveryMoment(async ({ base, state, writer }) => {
      const { changes: finished, warnings } = await writer().resume();
      expect(treeOf(base)).toEqual(after);
      expect([finished.length, warnings, journals(state)]).toEqual([10, [], []]);
    });
  });

  it('is taken back although that was killed as well, at any moment', async () => {
    let moments = 0;
    for (let writes = 0, more = true; more; writes++) {
      const { base, state, writer, before } = await complete();
      const { access, done } = accessUntil(writes, { half: true });
      await writerIn(base, state, access)
        .recover(base)
        .catch(() => {});
      more = !done();
      moments++;
      await writer().recover(base);
      expect(treeOf(base)).toEqual(before);
      expect(journals(state)).toEqual([]);
    }
    expect(moments).toBeGreaterThan(10);
  });

  it('says what was put back, once', async () => {
    const { base, writer } = await killed(6);
    expect(await writer().waiting()).toMatch(
      new RegExp(
        `^a change of ${base} was interrupted \\(place, .*\\): orch patch apply --resume finishes it`,
      ),
    );
    expect(await writer().recover(base)).toEqual([
      expect.stringMatching(new RegExp(`^\\d files in ${base} were put back as they were before`)),
    ]);
    expect(await writer().waiting()).toBeUndefined();
  });

  it('is nothing to speak of when nothing had been written', async () => {
    const { base, writer, state } = await killed(0);
    expect(await writer().recover(base)).toEqual([]);
    expect(journals(state)).toEqual([]);
  });

  it.runIf(posix)('is on the disk for the user alone', async () => {
    const { state } = await killed(3);
    expect(statSync(join(state, 'journal')).mode & 0o777).toBe(0o700);
    expect(statSync(journals(state)[0]!).mode & 0o777).toBe(0o600);
  });
});

/** All was written, and only the journal is left. */
const complete = () => killed(1000);

describe('what somebody else has done since', () => {
  it('stays, and is named with the place of the old content', async () => {
    const { base, state, writer, before } = await complete();
    put(base, 'a.ts', 'by the user\n');
    rmSync(join(base, 'new/tool.sh'));
    put(base, 'moved/mine.ts', 'mine\n');
    put(base, 'gone/b.bin', 'again\n');
    const messages = await writer().recover(base);
    expect(treeOf(base)).toEqual({
      ...before,
      'a.ts': '644 by the user\n',
      'gone/b.bin': '644 again\n',
      'moved/': '755',
      'moved/mine.ts': '644 mine\n',
    });
    const [saved] = journals(state);
    expect(messages.at(-1)).toBe(
      `changed after a run in ${base} that was killed, so not restored: gone/b.bin, a.ts; the content before that run is in ${saved}`,
    );
    expect(readFileSync(join(saved!, 'a.ts'), 'utf8')).toBe('old\n');
    expect(readFileSync(join(saved!, 'gone/b.bin'))).toEqual(bytes(1));
    expect(await writer().recover(base)).toEqual([]);
    expect(await writer().waiting()).toBeUndefined();
  });

  it.runIf(posix)('stays where it is a mode that the change had set', async () => {
    const { base, writer } = await complete();
    chmodSync(join(base, 'run.sh'), 0o600);
    chmodSync(join(base, 'a.ts'), 0o600);
    await writer().recover(base);
    // What the change did not set is kept; the bytes come back.
    expect(treeOf(base)).toMatchObject({ 'run.sh': '600 echo\n', 'a.ts': '600 old\n' });
  });

  it('prevents a change from being finished, and nothing is done', async () => {
    const { base, state, writer } = await killed(4);
    put(base, 'run.sh', 'mine\n');
    put(base, 'place', 'mine\n');
    const now = treeOf(base);
    await expect(writer().resume()).rejects.toMatchObject({
      code: 'file-changed',
      message: expect.stringMatching(/place, run\.sh in .* hold neither .*; nothing was changed$/),
    });
    expect(treeOf(base)).toEqual(now);
    expect(journals(state)).toHaveLength(1);
  });

  it.runIf(posix)('cannot lead a recovery out of the tree through a link', async () => {
    const { base, state, writer } = await complete();
    const outside = folder();
    put(outside, 'd.ts', 'D\n');
    put(outside, 'tool.sh', 'x\n', 0o755);
    rmSync(join(base, 'moved'), { recursive: true });
    rmSync(join(base, 'new'), { recursive: true });
    symlinkSync(outside, join(base, 'moved'));
    symlinkSync(outside, join(base, 'new'));
    const there = treeOf(outside);
    const messages = await writer().recover(base);
    expect(messages.join()).toMatch(/so not restored: new\/tool\.sh, moved\/d\.ts$/);
    expect(treeOf(outside)).toEqual(there);
    expect(readFileSync(join(base, 'd.ts'), 'utf8')).toBe('d\n');
    expect(journals(state)).toEqual([]);
  });
});

describe('what cannot be restored yet', () => {
  it.skipIf(!posix || process.getuid?.() === 0)('stays in the journal until it can be', async () => {
    const { base, state, writer, before } = await complete();
    chmodSync(join(base, 'gone'), 0o555);
    await expect(writer().recover(base)).rejects.toMatchObject({ code: 'write-failed' });
    expect(journals(state)).toHaveLength(1);
    chmodSync(join(base, 'gone'), 0o755);
    await writer().recover(base);
    expect(treeOf(base)).toEqual(before);
  });
});

describe('a tree', () => {
  it.runIf(posix)('is the same one through a link', async () => {
    const { base, writer, before } = await killed(5);
    const link = join(folder(), 'link');
    symlinkSync(base, link);
    await writer().recover(join(link, 'new/file.md'));
    expect(treeOf(base)).toEqual(before);
  });

  it('is known after it was moved', async () => {
    const { base, state, before } = await killed(5);
    const moved = `${base}-moved`;
    renameSync(base, moved);
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }));
    const writer = writerIn(moved, state);
    expect(await writer.waiting()).toContain(moved);
    await writer.recover(moved);
    expect(treeOf(moved)).toEqual(before);
  });

  it.runIf(posix)('is known after it was moved and its old path leads to it', async () => {
    const { base, state, before } = await killed(5);
    const moved = `${base}-moved`;
    renameSync(base, moved);
    symlinkSync(moved, base);
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }));
    await writerIn(base, state).recover(base);
    expect([treeOf(moved), journals(state)]).toEqual([before, []]);
  });

  it('is known after it was moved to one that runs below it', async () => {
    const { base, state, before } = await killed(5);
    const moved = `${base}-moved`;
    renameSync(base, moved);
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }));
    mkdirSync(base);
    mkdirSync(join(moved, 'below'));
    await writerIn(join(moved, 'below'), state).recover(join(moved, 'below', 'x.ts'));
    expect(treeOf(moved)).toEqual({ ...before, 'below/': '755' });
    expect(treeOf(base)).toEqual({});
    expect(journals(state)).toEqual([]);
  });

  describe('at the path of another one', () => {
    /** As after a new clone: the files that the change writes are there, or those from before it. */
    async function replaced(how: 'new' | 'old', holder = dead()) {
      const one = await killed(5);
      heldBy(holder, one.state);
      const moved = `${one.base}-moved`;
      const half = treeOf(one.base);
      renameSync(one.base, moved);
      onTestFinished(() => rmSync(moved, { recursive: true, force: true }));
      mkdirSync(one.base);
      put(one.base, 'a.ts', how === 'new' ? 'new\n' : 'old\n');
      put(one.base, 'd.ts', 'd\n');
      return { ...one, moved, half, now: treeOf(one.base) };
    }

    it.each(['new', 'old'] as const)('is not changed, whatever it holds: the %s content', async (how) => {
      const { base, state, writer, moved, before, now } = await replaced(how);
      expect(await writer().waiting()).toBeUndefined();
      const [message, ...more] = await writer().recover(base);
      const [file] = journals(state);
      expect(message).toContain(`another folder that was ${base} was interrupted`);
      expect(message).toContain(`delete ${file}`);
      expect([more, await writer().recover(base), treeOf(base)]).toEqual([[], [], now]);
      const change: BytesChange = { kind: 'modify', path: 'd.ts', before: 'd\n', after: 'y\n' };
      await writer().apply(base, [change]);
      await writerIn(moved, state).recover(moved);
      expect([treeOf(moved), journals(state)]).toEqual([before, []]);
    });

    it('is not where the change is finished', async () => {
      const { base, writer, state, moved, half, now } = await replaced('old');
      await expect(writer().resume()).rejects.toMatchObject({
        code: 'file-not-found',
        hint: expect.stringContaining('another folder'),
      });
      expect([treeOf(base), treeOf(moved)]).toEqual([now, half]);
      const { changes: finished } = await writerIn(moved, state).resume();
      expect(finished).toHaveLength(10);
      expect(treeOf(moved)).toEqual(await wholeChange());
    });

    it('is not changed by a journal of another machine', async () => {
      const { base, state, writer, now } = await replaced('new', { ...dead(), host: 'elsewhere' });
      const earlier = Date.now() / 1000 - 61;
      utimesSync(journals(state)[0]!, earlier, earlier);
      await writer().recover(base);
      expect(treeOf(base)).toEqual(now);
      expect(journals(state)).toHaveLength(1);
    });
  });

  it('that has gone concerns nobody', async () => {
    const { base, state } = await killed(5);
    rmSync(base, { recursive: true });
    const other = tree();
    const writer = writerIn(other.base, state);
    expect([await writer.recover(other.base), await writer.waiting()]).toEqual([[], undefined]);
    expect(journals(state)).toHaveLength(1);
  });

  it('is nothing to another one', async () => {
    const { base, state } = await killed(5);
    const now = treeOf(base);
    const other = tree();
    const writer = writerIn(other.base, state);
    await writer.recover(other.base);
    await writer.apply(other.base, changes);
    await expect(writer.resume()).rejects.toMatchObject({ code: 'file-not-found' });
    expect(treeOf(base)).toEqual(now);
  });

  it('is not changed while an interrupted change is waiting that came after the last look', async () => {
    const { base, writer } = await killed(5);
    const now = treeOf(base);
    const change: BytesChange = { kind: 'modify', path: 'untouched.ts', before: 'x\n', after: 'y\n' };
    await expect(writer().apply(base, [change])).rejects.toMatchObject({
      code: 'write-failed',
      hint: expect.stringContaining('run it again'),
    });
    expect(treeOf(base)).toEqual(now);
  });
});

describe('a journal', () => {
  it.each<[string, (file: string) => void]>([
    ['cut', (file) => writeFileSync(file, readFileSync(file).subarray(0, -1))],
    ['longer', (file) => appendFileSync(file, 'x')],
    ['empty', (file) => writeFileSync(file, '')],
    ['other bytes', (file) => writeFileSync(file, readFileSync(file).fill(0, -1 + statSync(file).size))],
    [
      'without the identity of its tree',
      (file) => writeFileSync(file, readFileSync(file, 'latin1').replace('"folder":', '"x":'), 'latin1'),
    ],
    [
      'without a header',
      (file) => writeFileSync(file, readFileSync(file).subarray(readFileSync(file).indexOf('\n'))),
    ],
  ])('that is damaged (%s) changes nothing and is set aside', async (_how, damage) => {
    const { base, state, writer } = await killed(5);
    const [file] = journals(state);
    damage(file!);
    const now = treeOf(base);
    expect(await writer().waiting()).toContain('damaged journal');
    const [message] = await writer().recover(base);
    expect(treeOf(base)).toEqual(now);
    const [aside] = journals(state);
    expect(message).toContain(aside);
    expect(aside).toMatch(/\.damaged$/);
    expect([await writer().recover(base), await writer().waiting()]).toEqual([[], undefined]);
  });

  it('that leads out of the tree is damaged, whoever has written it', async () => {
    const { createHash } = await import('node:crypto');
    const { base, state, writer } = await killed(0);
    const [file] = journals(state);
    const outside = folder();
    put(outside, 'a.ts', 'new\n');
    const content = readFileSync(file!, 'latin1');
    const [header, ...rest] = content.split('\n');
    const body = rest.join('\n').replace('"a.ts"', JSON.stringify(`../${outside.split('/').at(-1)}/a.ts`));
    const sum = createHash('sha256').update(Buffer.from(body, 'latin1')).digest('hex');
    writeFileSync(
      file!,
      Buffer.from(`${JSON.stringify({ ...JSON.parse(header!), sum })}\n${body}`, 'latin1'),
    );
    await writer().recover(base);
    expect(readFileSync(join(outside, 'a.ts'), 'utf8')).toBe('new\n');
    expect(journals(state)[0]).toMatch(/\.damaged$/);
  });

  it('that was never finished is removed by the next change, which it does not hinder', async () => {
    const { base, state, writer } = await killed(0);
    const [file] = journals(state);
    renameSync(file!, file!.replace(/\.journal$/, '.tmp'));
    await writer().apply(base, changes);
    expect(journals(state)).toEqual([]);
  });
});

describe('a process that may be at work', () => {
  const elsewhere = (): ProcessIdentity => ({ ...dead(), host: `not-${hostname()}` });

  it.each<[string, () => ProcessIdentity]>([
    ['this one', thisProcess],
    ['one on another machine', elsewhere],
  ])('keeps its journal: %s', async (_name, holder) => {
    const { base, state, writer } = await killed(5);
    heldBy(holder(), state);
    const now = treeOf(base);
    expect([await writer().recover(base), await writer().waiting()]).toEqual([[], undefined]);
    await expect(writer().resume()).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(writer().apply(base, changes.slice(2, 3))).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining('another orch process is at work on a.ts'),
    });
    expect(treeOf(base)).toEqual(now);
    expect(journals(state)).toHaveLength(1);
  });

  it('on another machine is done after a minute, as its lock was free', async () => {
    const { base, state, writer, before } = await killed(5);
    heldBy(elsewhere(), state);
    const earlier = Date.now() / 1000 - 61;
    utimesSync(journals(state)[0]!, earlier, earlier);
    await writer().recover(base);
    expect(treeOf(base)).toEqual(before);
  });

  it.runIf(process.platform === 'linux')('is not the one that has its number now', async () => {
    const { base, state, writer, before } = await killed(5);
    heldBy({ ...thisProcess(), started: '1' }, state);
    await writer().recover(base);
    expect(treeOf(base)).toEqual(before);
  });
});

describe('where nothing can be saved', () => {
  it('nothing is changed, and that is told beforehand', async () => {
    const { base, state, writer, before } = tree();
    writeFileSync(join(state, 'journal'), 'a file in the way');
    const error = { code: 'write-failed', message: expect.stringContaining('nothing was changed') };
    await expect(writer().assertPossible()).rejects.toMatchObject(error);
    await expect(writer().apply(base, changes)).rejects.toMatchObject(error);
    expect(treeOf(base)).toEqual(before);
  });
});

it('a change of a living process keeps others away from its files alone', async () => {
  const { base, state, writer } = await killed(20);
  heldBy(thisProcess(), state);
  const change = (path: string, before: string): BytesChange => ({
    kind: 'modify',
    path,
    before,
    after: 'y\n',
  });
  await expect(writer().recover('a.ts')).rejects.toMatchObject({ code: 'write-failed' });
  await expect(writer().apply(base, [change('a.ts', 'new\n')])).rejects.toMatchObject({
    code: 'write-failed',
  });
  expect(await writer().recover('untouched.ts')).toEqual([]);
  await writer().apply(base, [change('untouched.ts', 'x\n')]);
  expect(readFileSync(join(base, 'untouched.ts'), 'utf8')).toBe('y\n');
  expect(journals(state)).toHaveLength(1);
});
