import { describe, expect, it } from 'vitest';
import { rendererFor } from '../../src/cli/render/renderers.ts';
import { operations } from '../../src/operations/index.ts';
import type { Operation } from '../../src/operations/operation.ts';

describe('renderers', () => {
  it('take each operation for what it is', async () => {
    const loaded = await Promise.all(operations.map(({ load }) => load()));
    const different = async (some: readonly Operation[]) =>
      new Set(await Promise.all(some.map(rendererFor))).size;
    const delegating = loaded.filter(({ plan }) => plan);
    expect(await different(delegating)).toBe(1);
    const others = loaded.filter(({ plan }) => !plan);
    expect(await different([...others, delegating[0]!])).toBe(others.length + 1);
  });

  it('show the output of an operation that has none of its own', async () => {
    const written: string[] = [];
    const streams = { out: (text: string) => written.push(text) };
    const added = { name: 'added.later' } as Operation;
    await (await rendererFor(added)).render({ a: 1 }, { streams } as never);
    expect(JSON.parse(written.join(''))).toEqual({ a: 1 });
  });
});
