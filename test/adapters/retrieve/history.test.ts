/** Past commits, from real git. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readHistory } from '../../../src/adapters/retrieve/history.ts';
import { type IndexStore, noStore } from '../../../src/adapters/retrieve/index-store.ts';
import { folder, git, repository } from '../../helpers/orch.ts';

const { signal } = new AbortController();
const author = ['-c', 'user.name=t', '-c', 'user.email=t@localhost'];

function memoryStore(): IndexStore & { kept: Map<string, Uint8Array>; saves: number } {
  const store = {
    kept: new Map<string, Uint8Array>(),
    saves: 0,
    load: (name: string) => store.kept.get(name),
    save: (name: string, bytes: Uint8Array) => {
      store.saves++;
      store.kept.set(name, bytes);
      return undefined;
    },
  };
  return store;
}

async function commit(top: string, name: string, message: string): Promise<void> {
  writeFileSync(join(top, name), `${message}\n`);
  await git(['add', '-A'], top);
  await git([...author, 'commit', '-qm', message], top);
}

it('are given with the files that they changed, the newest first', async () => {
  const top = await repository({ 'a.ts': 'a', 'sub/b.ts': 'b' });
  await commit(top, 'odd\nname.ts', 'second: ünï\n\nbody');
  await git([...author, 'commit', '-q', '--allow-empty', '-m', 'empty'], top);
  await commit(top, 'sub/b.ts', 'third');
  expect(await readHistory(top, noStore, signal)).toEqual([
    { subject: 'third', paths: ['sub/b.ts'] },
    { subject: 'second: ünï', paths: ['odd\nname.ts'] },
    { subject: 'first', paths: ['a.ts', 'sub/b.ts'] },
  ]);
  expect(await readHistory(join(top, 'sub'), noStore, signal)).toEqual([
    { subject: 'third', paths: ['b.ts'] },
    { subject: 'first', paths: ['b.ts'] },
  ]);
});

it('are kept until there is another commit, and read again where they are damaged', async () => {
  const top = await repository({ 'a.ts': 'a' });
  const store = memoryStore();
  const first = await readHistory(top, store, signal);
  expect(await readHistory(top, store, signal)).toEqual(first);
  expect(store.saves).toBe(1);
  store.kept.set('history', store.kept.get('history')!.slice(0, -5));
  expect(await readHistory(top, store, signal)).toEqual(first);
  expect(store.saves).toBe(2);
  const head = new TextDecoder().decode(store.kept.get('history')).split('\n', 1)[0];
  for (const odd of ['null', '{}', '[1]', '[{"subject":"a"}]', '[{"subject":1,"paths":[]}]']) {
    store.kept.set('history', new TextEncoder().encode(`${head}\n${odd}`));
    expect(await readHistory(top, store, signal)).toEqual(first);
  }
  await commit(top, 'b.ts', 'second');
  expect(await readHistory(top, store, signal)).toHaveLength(2);
  expect(store.saves).toBe(8);
});

it('are not asked for again at once where git gave no answer', async () => {
  const top = await repository({ 'a.ts': 'a' });
  await commit(top, 'b.ts', 'second');
  const store = memoryStore();
  const first = (await git(['rev-list', '--max-parents=0', 'HEAD'], top)).trim();
  const object = join(top, '.git/objects', first.slice(0, 2), first.slice(2));
  const bytes = readFileSync(object);
  // The list of commits needs it, the name of the last one does not.
  rmSync(object);
  expect(await readHistory(top, store, signal)).toEqual([]);
  writeFileSync(object, bytes);
  expect(await readHistory(top, store, signal)).toEqual([]);
  const [head] = new TextDecoder().decode(store.kept.get('history')).split('\n', 1);
  const twoHoursAgo = JSON.stringify({ unansweredAt: Date.now() - 7_200_000 });
  store.kept.set('history', new TextEncoder().encode(`${head}\n${twoHoursAgo}`));
  expect(await readHistory(top, store, signal)).toHaveLength(2);
});

it('are none without a repository, a commit or a git that answers', async () => {
  expect(await readHistory(folder(), noStore, signal)).toEqual([]);
  const broken = await repository({ 'a.ts': 'a' });
  writeFileSync(join(broken, '.git/HEAD'), 'nonsense\n');
  expect(await readHistory(broken, noStore, signal)).toEqual([]);
});
