import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { thisProcess } from '../../src/adapters/system/process-identity.ts';
import type { Factory } from '../../src/factory.ts';
import { factoryFor } from '../helpers/cli.ts';
import { folder } from '../helpers/orch.ts';

/** No process has this number on any system. */
const killed = { ...thisProcess(), pid: 999_999_999 };

it.each([
  ['a change', (factory: Factory, cwd: string) => factory.tree().apply(cwd, [])],
  [
    '--resume',
    ({ tree }: Factory) =>
      tree()
        .resume()
        .catch(() => {}),
  ],
])('%s removes the locks and temporary files of killed processes', async (_, action) => {
  const cwd = folder();
  const state = folder();
  const [locks, notes] = ['locks', 'temporaries'].map((name) => join(state, 'orch', name));
  for (const path of [locks!, notes!]) mkdirSync(path, { recursive: true });
  writeFileSync(join(locks!, 'lock'), JSON.stringify(killed));
  const draft = join(cwd, `.a.ts.orch-${crypto.randomUUID()}`);
  writeFileSync(draft, 'half');
  writeFileSync(join(notes!, 'note.json'), JSON.stringify({ path: draft, holder: killed }));

  const factory = factoryFor(
    { cwd, env: { XDG_STATE_HOME: state } },
    { writeLog: () => {}, defaultLogLevel: 'silent' },
  );
  await action(factory, cwd);
  expect([readdirSync(locks!), readdirSync(cwd), readdirSync(notes!).includes('note.json')]).toEqual([
    [],
    [],
    false,
  ]);
});
