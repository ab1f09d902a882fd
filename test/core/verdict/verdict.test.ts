import { describe, expect, it } from 'vitest';
import { describeEvidence, type Evidence, judge } from '../../../src/core/verdict/verdict.ts';

const counts = (passed: number, failed = 0, skipped = 0) => ({ passed, failed, skipped });
const mutants = (reached: number, killed: number, { tried = reached, failedOtherwise = 0 } = {}) => ({
  tried,
  reached,
  killed,
  failedOtherwise,
  survivors: [],
});
const good: Evidence = {
  parses: true,
  counts: counts(3),
  stable: true,
  sourceUntouched: true,
  mutants: mutants(8, 4),
};

describe('the rule of acceptance', () => {
  it.each<[string, Partial<Evidence>]>([
    ['half of the changes are noticed', {}],
    ['some tests are skipped', { counts: counts(1, 0, 9) }],
    ['no change could be tried', { mutants: mutants(0, 0) }],
    ['no change was asked for', { mutants: undefined }],
    ['the language is not parsed', { parses: undefined }],
  ])('accepts where %s', (_name, evidence) => {
    expect(judge({ ...good, ...evidence })).toEqual({ kind: 'accepted', reason: undefined });
  });

  it.each<[string, Partial<Evidence>]>([
    ['the tests do not parse', { parses: false, counts: undefined }],
    ['1 test of 3 fails', { counts: counts(2, 1) }],
    ['2 tests of 2 fail', { counts: counts(0, 2, 1) }],
    ['every test is skipped', { counts: counts(0, 0, 2) }],
    ['no test ran', { counts: counts(0) }],
    ['the tests change the code that they test', { sourceUntouched: false, stable: false }],
    ['the tests pass once, but not every time (another order, time zone or locale)', { stable: false }],
    ['the tests do not run the code that they are for', { mutants: mutants(0, 0, { tried: 3 }) }],
    ['the tests notice none of 8 changes to the code that they run', { mutants: mutants(8, 0) }],
    ['the tests notice none of 1 change to the code that they run', { mutants: mutants(1, 0) }],
    [
      'the tests notice only 3 of 8 changes to the code that they run',
      { mutants: mutants(8, 3, { failedOtherwise: 5 }) },
    ],
  ])('refuses: %s', (reason, evidence) => {
    expect(judge({ ...good, ...evidence })).toEqual({ kind: 'refused', reason });
  });

  it('names the first reason of several', () => {
    expect(judge({ ...good, parses: false, stable: false, mutants: mutants(8, 0) }).reason).toBe(
      'the tests do not parse',
    );
  });

  it('is said in one line, with nothing that was not measured', () => {
    const place = { sandbox: 'bubblewrap', ms: 4200 };
    expect(describeEvidence({ ...good, counts: counts(3, 0, 1) }, place)).toBe(
      '3 tests pass twice, 1 skipped, killed 4 of 8 changes, sandbox bubblewrap, 4.2 s',
    );
    const little = { counts: counts(1, 2), stable: undefined, mutants: undefined };
    expect(describeEvidence({ ...good, ...little }, { sandbox: 'none', ms: 4200 })).toBe(
      '1 test passes, 2 fail, without a sandbox, 4.2 s',
    );
  });
});
