import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { journals, killedWhileApplying } from '../helpers/killed.ts';
import { call, textOf } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, provider } from '../helpers/orch.ts';
import { treeOf } from '../helpers/tree.ts';

const before = 'one\ntwo\nthree\n';
const after = 'one\n2\nthree\n';
const text = `diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n`;
const read = (cwd: string) => readFileSync(join(cwd, 'a.txt'), 'utf8');

async function delegated() {
  const { env: provided } = await provider({
    answer: { kind: 'text', text: searchReplace('a.txt', 'two', '2') },
  });
  const env = { ...provided, XDG_STATE_HOME: folder() };
  const cwd = folder({ 'a.txt': before });
  const client = await connectInProcess({ env, cwd });
  const { structuredContent } = await call(client, 'delegate.diff', {
    input: 'write numbers as digits',
    files: ['a.txt'],
  });
  // biome-ignore lint/suspicious/noExplicitAny: its shape is what is tested.
  const { meta } = structuredContent as any;
  expect(meta.patch).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), checked_by: 'git' });
  expect(meta.patch.applied).toBeUndefined();
  return { cwd, env, client, patch_id: meta.patch.id as string };
}

describe('patch.apply', () => {
  it('writes by its id what delegate.diff only returned', async () => {
    const { cwd, client, patch_id } = await delegated();
    expect(read(cwd)).toBe(before);
    const { isError, structuredContent } = await call(client, 'patch.apply', { patch_id });
    expect(isError).toBeFalsy();
    expect(structuredContent).toEqual({
      applied: true,
      diffstat: expect.stringContaining('a.txt | 2 +-'),
      files: ['a.txt'],
    });
    expect(read(cwd)).toBe(after);
  });

  it('knows the id after the server has started again, and takes it once', async () => {
    const { cwd, env, client, patch_id } = await delegated();
    await client.close();
    const next = await connectInProcess({ env, cwd });
    expect((await call(next, 'patch_apply', { patch_id })).isError).toBeFalsy();
    const tree = treeOf(cwd);
    const again = await call(next, 'patch.apply', { patch_id });
    expect(again.isError).toBeUndefined();
    expect(again.structuredContent).toMatchObject({
      applied: false,
      warnings: [expect.stringMatching(/^nothing to do: /)],
    });
    expect(treeOf(cwd)).toEqual(tree);
  });

  it('writes nothing over what was changed since', async () => {
    const { cwd, client, patch_id } = await delegated();
    writeFileSync(join(cwd, 'a.txt'), 'mine\n');
    expect(textOf(await call(client, 'patch.apply', { patch_id }))).toContain('has changed');
    expect(read(cwd)).toBe('mine\n');
  });

  it('keeps to the roots of the client', async () => {
    const { cwd, env, patch_id } = await delegated();
    const stranger = await connectInProcess({ env, cwd: folder() });
    expect(textOf(await call(stranger, 'patch.apply', { patch_id }))).toMatch(/^file-forbidden: .*a\.txt/);
    expect(read(cwd)).toBe(before);
    const friend = await connectInProcess({ env, cwd: folder(), roots: [cwd] });
    expect((await call(friend, 'patch.apply', { patch_id })).isError).toBeFalsy();
    expect(read(cwd)).toBe(after);
  });

  it('takes a patch as text', async () => {
    const cwd = folder({ 'a.txt': before });
    const client = await connectInProcess({ cwd });
    const { structuredContent } = await call(client, 'patch.apply', { patch: text });
    expect(structuredContent).toMatchObject({ applied: true, files: ['a.txt'] });
    expect(read(cwd)).toBe(after);
    const again = await call(client, 'patch.apply', { patch: text });
    expect(again.structuredContent).toMatchObject({ applied: false, files: [] });
    expect(read(cwd)).toBe(after);
  });

  it.each([
    [{}, /^usage: give either a patch id or a patch/],
    [{ patch_id: 'x', patch: text }, /^usage: give either a patch id or a patch/],
    [{ patch_id: '../../../etc/passwd' }, /^file-not-found: /],
    [{ patch_id: '' }, /^usage: patch_id/],
    [{ patch: 'words' }, /^patch-unplaceable: /],
    [{ patch: text.replaceAll('a.txt', '../a.txt') }, /^patch-unplaceable: /],
  ])('refuses %j', async (args, words) => {
    const outer = folder({ 'a.txt': before, 'inner/x': '' });
    const tree = treeOf(outer);
    const client = await connectInProcess({ cwd: join(outer, 'inner') });
    const result = await call(client, 'patch.apply', args);
    expect({ isError: result.isError, text: textOf(result) }).toEqual({
      isError: true,
      text: expect.stringMatching(words),
    });
    expect(treeOf(outer)).toEqual(tree);
  });

  it('takes an interrupted change back first, of which the other tools tell once', async () => {
    const { cwd, env, client, patch_id } = await delegated();
    const change = { kind: 'create', path: 'b.txt', before: '', after: 'b\n' } as const;
    const state = join(env.XDG_STATE_HOME, 'orch');
    await killedWhileApplying([change], { base: cwd, state, writes: 1000 });
    const warningsOf = async (tool: string, args: object) => {
      const { structuredContent } = await call(client, tool, { ...args });
      // biome-ignore lint/suspicious/noExplicitAny: its shape is what is tested.
      const output = structuredContent as any;
      return ((output.meta ?? output).warnings ?? []).filter((text: string) =>
        /interrupted|killed/.test(text),
      );
    };
    const request = { input: 'describe it', task: 'deep_reasoning' };
    expect(await warningsOf('delegate.run', request)).toEqual([
      expect.stringContaining('orch patch apply --resume finishes it'),
    ]);
    expect(await warningsOf('route.explain', request)).toEqual([]);
    expect(journals(state)).toHaveLength(1);
    expect(await warningsOf('patch.apply', { patch_id })).toEqual([
      'b.txt was removed: it was left behind by a run that was killed',
    ]);
    expect(treeOf(cwd)).toEqual({ 'a.txt': `644 ${after}` });
  });
});
