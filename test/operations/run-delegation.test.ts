/** What is wired up between a delegating operation, the guard of --output and the tree, with the real parts. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CallOptions } from '../../src/engine/context.ts';
import { readRequest } from '../../src/operations/delegation/read-request.ts';
import { runDelegation } from '../../src/operations/delegation/run-delegation.ts';
import { factoryFor } from '../helpers/cli.ts';
import { folder, provider } from '../helpers/orch.ts';

const { signal } = new AbortController();
const passes = { ok: true } as const;

/** A call for `cart.ts`; `during` happens while the provider answers. */
async function room({ during = () => {} }: { during?: (cwd: string, state: string) => void } = {}) {
  const cwd = folder({ 'cart.ts': 'export const total = 1;\n' });
  const state = folder();
  const { env, server } = await provider({
    answer: () => {
      during(cwd, state);
      return undefined;
    },
  });
  const factory = factoryFor(
    { cwd, env: { ...env, XDG_STATE_HOME: state } },
    { writeLog: () => {}, defaultLogLevel: 'silent' },
  );
  const run = (
    task: 'docs' | 'refactor',
    where: { output?: string; apply?: boolean },
    options: Partial<CallOptions> = {},
  ) =>
    runDelegation(readRequest({ task, input: 'x', files: ['cart.ts'] }), where, factory, {
      signal,
      ...options,
    });
  return { cwd, state, factory, server, run };
}

const mine = (cwd: string) => writeFileSync(join(cwd, 'new.md'), 'my work\n');
const kept = {
  code: 'file-changed',
  hint: expect.stringMatching(/; what came of the answer is kept: orch runs show [0-9a-f]{8}$/),
};

it('a file that was written during the call is not replaced, and the result is kept', async () => {
  const { cwd, run } = await room({ during: mine });
  await expect(run('docs', { output: 'new.md' })).rejects.toMatchObject(kept);
  expect(readFileSync(join(cwd, 'new.md'), 'utf8')).toBe('my work\n');
});

it('a file that was written during the call is not replaced for --verify either', async () => {
  const { run } = await room({ during: mine });
  let verified = false;
  const verify = async () => {
    verified = true;
    return passes;
  };
  await expect(run('docs', { output: 'new.md' }, { verify })).rejects.toMatchObject(kept);
  expect(verified).toBe(false);
});

it('--apply sends nothing where the old content cannot be kept', async () => {
  const { state, server, run } = await room();
  mkdirSync(join(state, 'orch'));
  writeFileSync(join(state, 'orch/journal'), 'a file');
  await expect(run('refactor', { apply: true })).rejects.toMatchObject({
    code: 'write-failed',
    message: expect.stringContaining('cannot be backed up'),
  });
  expect(server.requests).toEqual([]);
});
