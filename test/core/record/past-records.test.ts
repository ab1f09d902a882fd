import { expect, it } from 'vitest';
import { encodeRecord, headerRow } from '../../../src/core/record/csv.ts';
import { pastRecords } from '../../../src/core/record/past-records.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const row = (fields: Parameters<typeof usageRecord>[0]) => encodeRecord(usageRecord(fields));

it('reads what a record was written from', () => {
  const record = usageRecord({ task: 'tests', error: 'a "b", c', model_requested: '=1+1' });
  const { run_id, attempt, task, mode, model_requested, error, cost_usd, cost_source } = record;
  const read = { run_id, attempt, task, mode, model_requested, error, cost_usd, cost_source };
  expect(pastRecords([headerRow, encodeRecord(record)], 'tests')).toEqual([read]);
  expect(pastRecords([`${headerRow}\r`, `${encodeRecord(record)}\r`], 'tests')).toEqual([read]);
});

it('leaves out rows without the word, and what is no whole row', () => {
  const cut = row({ task: 'tests', run_id: 'c' })
    .slice(0, -1)
    .replace(/,[^,]*$/, '');
  const lines = [row({ task: 'tests' }), headerRow, row({ task: 'docs' }), cut, 'tests,"', 'tests', ''];
  expect(pastRecords(lines, 'tests')).toEqual([]);
});

it('follows the header above a row', () => {
  const lines = ['ts,task,cost_usd', '2026-01-01T00:00:00Z,tests,0.5', 'ts,cost_usd,task', 'x,,tests'];
  expect(pastRecords(lines, 'tests').map(({ task, cost_usd }) => [task, cost_usd])).toEqual([
    ['tests', 0.5],
    ['tests', undefined],
  ]);
});
