import { describe, expect, it } from 'vitest';
import { rendererFor } from '../../src/cli/render/renderers.ts';
import { operations } from '../../src/operations/index.ts';
import type { Operation } from '../../src/operations/operation.ts';

describe('renderers', () => {
  it('take each operation for what it is', () => {
    const delegating = operations.filter(({ plan }) => plan);
    expect(new Set(delegating.map(rendererFor)).size).toBe(1);
    const others = operations.filter(({ plan }) => !plan);
    expect(new Set([...others, delegating[0]!].map(rendererFor)).size).toBe(others.length + 1);
  });

  it('show the output of an operation that has none of its own', async () => {
    const written: string[] = [];
    const streams = { out: (text: string) => written.push(text) };
    const added = { name: 'added.later' } as Operation;
    await rendererFor(added).render({ a: 1 }, { streams } as never);
    expect(JSON.parse(written.join(''))).toEqual({ a: 1 });
  });
});
