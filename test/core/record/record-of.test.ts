import { describe, expect, it } from 'vitest';
import { usageRecordOf } from '../../../src/core/record/record-of.ts';
import { usageColumns } from '../../../src/core/record/usage-record.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const record = usageRecord({ cost_usd: 0.5, run_id: 'r', attempt: 1 });

describe('a record from a place that others may write to', () => {
  it('is what it was, as JSON gives it back', () => {
    expect(usageRecordOf(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  it('holds no more than its columns', () => {
    const taken = usageRecordOf({ ...record, prompt: 'x', __proto__: { y: 1 } });
    expect(Object.keys(taken)).toEqual(usageColumns);
  });

  it.each([
    ['cost_usd', -1],
    ['cost_usd', Number.NaN],
    ['cost_usd', Number.POSITIVE_INFINITY],
    ['cost_usd', 1e300],
    ['cost_usd', '1'],
    ['cost_usd', undefined],
    ['cost_usd', null],
    ['input_tokens', -1],
    ['ts', 'yesterday'],
    ['run_id', 7],
    ['run_id', undefined],
    ['forced', 'no'],
    ['rule', 'x'.repeat(5000)],
    ['project', {}],
  ])('is none where %s is %j', (column, value) => {
    expect(() => usageRecordOf({ ...record, [column]: value })).toThrow(column);
  });
});
