import { describe, expect, it } from 'vitest';
import { OrchError } from '../../src/core/errors/orch-error.ts';
import type { FinishedPatch } from '../../src/engine/finish/finish-answer.ts';
import type { Factory } from '../../src/factory.ts';
import { deliver } from '../../src/operations/delegation/deliver.ts';
import type { DelegateOutput } from '../../src/operations/delegation/output.ts';

const output = () =>
  ({ result: 'made', meta: { run_id: 'run-1', cost_usd: 0.5, warnings: [] } }) as unknown as DelegateOutput;

interface Deeds {
  assertWritable?: (base: string, paths: readonly string[]) => void;
  writeResult?: () => Promise<void>;
  applyChanges?: () => Promise<void>;
}

/** What delivers, and the order in which it did. */
function room({ assertWritable = () => {}, writeResult, applyChanges }: Deeds) {
  const done: string[] = [];
  const after = (name: string, deed?: () => Promise<void>) => async () => {
    await deed?.();
    done.push(name);
  };
  const factory = {
    workspace: () => ({ assertWritable }),
    writer: () => ({
      writeResult: after('file', writeResult),
    }),
    tree: () => ({ recover: async () => [], apply: after('tree', applyChanges) }),
    outputs: () => ({ note: async () => {} }),
  } as unknown as Factory;
  return { factory, done };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error) => error,
  );
}

describe('what cannot be delivered', () => {
  const bug = new TypeError('x is not a function');
  const broken = async () => {
    throw bug;
  };

  it('says what it cost, although nobody foresaw the error', async () => {
    const { factory } = room({ writeResult: broken });
    const error = await failure(deliver(output(), undefined, { output: 'a.txt' }, factory));
    expect(error).toBeInstanceOf(OrchError);
    expect(error).toMatchObject({
      code: 'internal',
      message: 'x is not a function',
      hint: expect.stringContaining('bug in orch'),
      details: { run_id: 'run-1', cost_usd: 0.5 },
      cause: bug,
    });
  });
});

describe('a patch that is applied and written to a file', () => {
  const patch = { base: '/tree', changes: [] } as unknown as FinishedPatch;
  const input = { apply: true, output: 'a.patch' };
  const refused = (message: string) => async () => {
    throw new OrchError('write-failed', message);
  };

  it('is written first: what fails there leaves the tree as it was', async () => {
    const { factory, done } = room({});
    await deliver(output(), patch, input, factory);
    expect(done).toEqual(['file', 'tree']);

    const full = room({ writeResult: refused('no room') });
    const error = await failure(deliver(output(), patch, input, full.factory));
    expect(full.done).toEqual([]);
    expect(error).toMatchObject({ code: 'write-failed', message: 'no room' });
  });

  it('is not written at all where it may not be applied', async () => {
    const asked: unknown[] = [];
    const { factory, done } = room({
      assertWritable: (...where) => {
        asked.push(where);
        throw new OrchError('file-forbidden', 'a link leads out');
      },
    });
    const renamed = { base: '/tree', changes: [{ kind: 'rename', path: 'b', oldPath: 'a' }] };
    const error = await failure(deliver(output(), renamed as unknown as FinishedPatch, input, factory));
    expect(error).toMatchObject({ code: 'file-forbidden' });
    expect([asked, done]).toEqual([[['/tree', ['b', 'a']]], []]);
  });

  it('is said to be in the file when it cannot be applied', async () => {
    const { factory, done } = room({ applyChanges: refused('the tree is read-only') });
    const error = await failure(deliver(output(), patch, input, factory));
    expect(done).toEqual(['file']);
    expect(error).toMatchObject({
      code: 'write-failed',
      message: 'the tree is read-only',
      hint: 'the result was written to a.patch',
      details: { run_id: 'run-1', cost_usd: 0.5, output_file: 'a.patch' },
    });
  });
});

it('a result written to a file that others run unasked says who does', async () => {
  const { factory } = room({});
  const warningsFor = async (file: string) =>
    (await deliver(output(), undefined, { output: file }, factory)).meta.warnings;
  expect(await warningsFor('test/conftest.py')).toEqual([
    expect.stringMatching(/test\/conftest\.py \(Python and its tools\)$/),
  ]);
  expect(await warningsFor('test/cart.test.ts')).toEqual([]);
});
