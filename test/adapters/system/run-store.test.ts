import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fileRunStore } from '../../../src/adapters/system/run-store.ts';
import { keptDays } from '../../../src/core/config/kept-days.ts';
import { folder } from '../../helpers/orch.ts';

const run = (text: string) => ({ head: `{"head":"${text}"}`, body: `{"body":"${text}"}` });
/** The sizes are added up for one of these and not for the other. */
const [sampled, other] = ['000a', '01a1'];

describe('the store of runs', () => {
  it('gives back what was saved last, and lists the newest first', async () => {
    const place = folder();
    const store = fileRunStore(place);
    expect([await store.ids(''), await store.load('ab'), await store.head('ab')]).toEqual([
      [],
      undefined,
      undefined,
    ]);
    for (const [at, id] of ['ab1', 'ab2', 'cd1'].entries()) {
      await store.save(id, run(id));
      utimesSync(join(place, `${id}.run`), 1000 + at, 1000 + at);
    }
    await store.save('ab1', run('again'));
    expect(await store.load('ab1')).toEqual(run('again'));
    expect(await store.head('cd1')).toBe(run('cd1').head);
    expect([await store.ids('ab'), await store.ids('')]).toEqual([
      ['ab1', 'ab2'],
      ['ab1', 'cd1', 'ab2'],
    ]);
  });

  it.each(['', '.', '..', '../x', 'a/b', 'a\0', 'x'.repeat(65)])('takes no id such as %j', async (id) => {
    const store = fileRunStore(join(folder(), 'runs'));
    await expect(store.save(id, run('x'))).rejects.toMatchObject({ code: 'record-failed' });
    expect([await store.load(id), await store.head(id)]).toEqual([undefined, undefined]);
  });

  it.runIf(process.platform !== 'win32')('shows none that is no file, or beyond all measure', async () => {
    const place = folder({ 'big.run': '' });
    symlinkSync('/dev/zero', join(place, 'zero.run'));
    truncateSync(join(place, 'big.run'), 2 ** 31);
    const store = fileRunStore(place);
    await expect(store.load('zero')).rejects.toThrow('is not a regular file');
    await expect(store.load('big')).rejects.toThrow('is larger than 64 MB');
  });

  it('leaves what was kept, and nothing half-written, when it cannot write', async () => {
    const place = folder();
    const store = fileRunStore(place);
    await store.save('ab', run('first'));
    // In the way of the file that is renamed when it is complete.
    mkdirSync(join(place, `ab.run.${process.pid}.tmp/x`), { recursive: true });
    await expect(store.save('ab', run('second'))).rejects.toMatchObject({ code: 'record-failed' });
    expect(await store.load('ab')).toEqual(run('first'));
  });

  it('removes runs after their days, and none because the clock has jumped', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const place = folder();
    const save = async (id: string) => {
      await fileRunStore(place).save(id, run(id));
      const now = new Date();
      utimesSync(join(place, `${id}.run`), now, now);
    };
    const pass = (days: number) => vi.setSystemTime(Date.now() + days * 24 * 3_600_000);
    await save('a1');
    pass(400);
    await save('a2');
    pass(-400);
    await save('a3');
    expect(await fileRunStore(place).ids('')).toHaveLength(3);
    pass(1.01);
    await save('a4');
    pass(keptDays + 1.01);
    await save('a5');
    pass(1.01);
    await save('a6');
    // The one that a wrong clock dated into the future goes when its time has come.
    expect((await fileRunStore(place).ids('')).sort()).toEqual(['a2', 'a5', 'a6']);
  });

  it('removes the oldest when they take too much, but not the newest, however large', async () => {
    const place = folder();
    const store = fileRunStore(place, 3000);
    const large = run('x'.repeat(500));
    for (const [at, id] of ['aa01', 'aa02', 'aa03'].entries()) {
      await store.save(id, large);
      utimesSync(join(place, `${id}.run`), 1000 + at, 1000 + at);
    }
    await store.save(other, large);
    expect(await store.ids('')).toHaveLength(4);
    await store.save(sampled, large);
    expect(await store.ids('')).toEqual(expect.arrayContaining([sampled, other]));
    expect(await store.ids('')).toHaveLength(2);
    await store.save('aa04', run('x'.repeat(200_000)));
    expect(await store.ids('')).toEqual(['aa04']);
  });

  it('survives another process that removes files, and files that are not its own', async () => {
    const place = folder();
    const store = fileRunStore(place, 100);
    mkdirSync(join(place, 'folder.run'));
    writeFileSync(join(place, 'note'), 'x'.repeat(200));
    await Promise.all([sampled, other].map((id) => fileRunStore(place, 100).save(id, run(id))));
    await store.save(sampled, run('last'));
    expect(readFileSync(join(place, `${sampled}.run`), 'utf8')).toBe(
      `${run('last').head}\n${run('last').body}\n`,
    );
    expect(readdirSync(place).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('says that it cannot be read, rather than that nothing was kept', async () => {
    const path = join(folder({ runs: 'a file' }), 'runs');
    await expect(fileRunStore(path).ids('')).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
