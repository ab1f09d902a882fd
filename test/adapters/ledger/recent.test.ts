import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recentRecords } from '../../../src/adapters/ledger/recent.ts';
import { encodeRecord, headerRow } from '../../../src/core/record/csv.ts';
import { folder } from '../../helpers/orch.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

function ledgerOf(rows: readonly string[]): string {
  const path = join(folder(), 'usage.csv');
  writeFileSync(path, `${[headerRow, ...rows].join('\n')}\n`);
  return path;
}
const row = (run_id: string, task = 'tests') => encodeRecord(usageRecord({ run_id, task }));

describe('the recent rows', () => {
  it('are those of the file that hold the word', () => {
    const path = ledgerOf([row('a'), row('b', 'docs'), row('c')]);
    expect(recentRecords(path, 'tests').map(({ run_id }) => run_id)).toEqual(['a', 'c']);
  });

  it('are those at the end of a long file, whose header stands far above them', () => {
    const rows = Array.from({ length: 5000 }, (_, at) => row(`run-${at}`));
    const found = recentRecords(ledgerOf(rows), 'tests');
    expect(found.at(-1)?.run_id).toBe('run-4999');
    expect(found.length).toBeGreaterThan(500);
    expect(found.map(encodeOf).join('\n').length).toBeLessThanOrEqual(256 * 1024);
    expect(found[0]).toMatchObject({ task: 'tests', cost_usd: 0.00065 });
  });

  it('have only the columns that are looked at', () => {
    const path = ledgerOf([row('a')]);
    const { run_id, attempt, task, mode, model_requested, error, cost_usd, cost_source } = usageRecord({
      run_id: 'a',
      task: 'tests',
    });
    expect(recentRecords(path, 'tests')).toEqual([
      { run_id, attempt, task, mode, model_requested, error, cost_usd, cost_source },
    ]);
  });

  it('are none where there is no such file, a folder, or something else in it', () => {
    expect(recentRecords(join(folder(), 'none.csv'), 'tests')).toEqual([]);
    expect(recentRecords(folder(), 'tests')).toEqual([]);
    const other = join(folder(), 'other.csv');
    writeFileSync(other, 'a,b\ntests,1\n');
    expect(recentRecords(other, 'tests')).toEqual([]);
  });
});

const encodeOf = (record: object) => encodeRecord(record as ReturnType<typeof usageRecord>);
