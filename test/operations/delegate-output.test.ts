import { describe, expect, it } from 'vitest';
import type { Factory } from '../../src/factory.ts';
import { toOutput } from '../../src/operations/delegation/output.ts';
import { code, engineFixture } from '../engine/engine-fixture.ts';
import { byModel } from '../rehearsal/script.ts';

const first = 'gpt-6.2-sol';
const second = 'gpt-5-mini';

describe('the rationale', () => {
  it('tells a model that failed from one that was not asked', async () => {
    const { call, context } = await engineFixture({
      answer: byModel({ [first]: { kind: 'error', status: 500, message: 'Oh no' }, [second]: code }),
      policies: { breaker: { failures: 1 } },
    });
    const factory = {
      engine: () => context,
      environment: () => ({ reminders: [] }),
      notes: () => [],
      isDue: () => true,
    } as unknown as Factory;
    const rationale = async () => toOutput(await call(), factory).meta.rationale;
    expect(await rationale()).toMatch(/; gpt-6\.2-sol failed => gpt-5-mini$/);
    expect(await rationale()).toMatch(/; gpt-6\.2-sol skipped => gpt-5-mini$/);
  });
});
