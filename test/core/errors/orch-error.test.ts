import { describe, expect, it } from 'vitest';
import { errorCodes, exitStatusOf, OrchError } from '../../../src/core/errors/orch-error.ts';

/** As documented: 1 provider or a bug, 2 usage or configuration, 3 no model, 4 key, 5 answer, 6 money, 7 consensus. */
const documented: Record<number, string[]> = {
  1: ['provider-failed', 'offline', 'timeout', 'record-failed', 'internal', 'retrieval-unavailable'],
  2: [
    'usage',
    'invalid-config',
    'invalid-environment',
    'file-not-found',
    'file-unreadable',
    'file-forbidden',
    'file-changed',
    'input-empty',
    'input-too-large',
    'write-failed',
  ],
  3: ['no-eligible-model'],
  4: ['no-key', 'key-refused'],
  5: ['answer-unusable', 'answer-refused', 'patch-unplaceable', 'verify-failed'],
  6: ['over-budget', 'budget-unavailable', 'quota-exhausted'],
  7: ['consensus-disagreed'],
  130: ['interrupted'],
};

describe('error codes', () => {
  it('are all documented, each with one exit status', () => {
    expect([...errorCodes].sort()).toEqual(Object.values(documented).flat().sort());
    for (const code of errorCodes) {
      expect(documented[exitStatusOf(code)], code).toContain(code);
      expect(new OrchError(code, 'x').exitStatus).toBe(exitStatusOf(code));
    }
  });
});

describe('OrchError', () => {
  it('carries what a surface shows, and no cause that was not given', () => {
    const cause = new Error('below');
    const error = new OrchError('usage', 'wrong', { hint: 'do this', cause, details: { a: 1 } });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'OrchError',
      code: 'usage',
      message: 'wrong',
      hint: 'do this',
      cause,
      details: { a: 1 },
    });
    expect('cause' in new OrchError('usage', 'wrong')).toBe(false);
  });
});
