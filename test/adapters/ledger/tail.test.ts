import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLedgerTail } from '../../../src/adapters/ledger/tail.ts';
import { encodeRecord, headerRow } from '../../../src/core/record/csv.ts';
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import { folder } from '../../helpers/orch.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const today = '2026-11-02T10:00:00.000Z';
const since = Date.parse('2026-11-02T00:00:00Z');
const row = (fields: Partial<UsageRecord> = {}) => encodeRecord(usageRecord(fields));
/** Of the day before, some 300 bytes each. */
const old = (count: number) => Array.from({ length: count }, () => row());

function ledger(lines: readonly string[]): string {
  const path = join(folder(), 'usage.csv');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const idsOfToday = async (path: string) =>
  (await readLedgerTail(path, since))?.records.filter(({ ts }) => ts === today).map(({ run_id }) => run_id);

describe('the end of a ledger', () => {
  it('holds all rows of the day, and far from all before it', async () => {
    const now = Array.from({ length: 700 }, (_, at) => row({ ts: today, run_id: `r${at}` }));
    const path = ledger([headerRow, ...old(5000), ...now]);
    const tail = await readLedgerTail(path, since);
    expect(await idsOfToday(path)).toEqual(now.map((_, at) => `r${at}`));
    expect(tail?.complete).toBe(true);
    expect(tail!.records.length).toBeLessThan(1500);
  });

  it('is found behind the rows of a call that began the day before', async () => {
    expect(await idsOfToday(ledger([headerRow, row({ ts: today, run_id: 'a' }), ...old(3)]))).toEqual(['a']);
  });

  it('is read with the columns that it has', async () => {
    const [first, ...others] = headerRow.split(',');
    const shorter = [first, ...others.slice(0, 20)].join(',');
    const shortRow = (fields: Partial<UsageRecord>) => row(fields).split(',').slice(0, 21).join(',');
    const earlier = Array.from({ length: 2000 }, () => shortRow({}));
    const path = ledger([shorter, ...earlier, shortRow({ ts: today, run_id: 'a' })]);
    expect(await idsOfToday(path)).toEqual(['a']);
    const mixed = ledger([
      shorter,
      ...earlier,
      shortRow({ ts: today, run_id: 'a' }),
      headerRow,
      row({ ts: today, run_id: 'b' }),
    ]);
    expect(await idsOfToday(mixed)).toEqual(['a', 'b']);
  });

  it('is a part where the day is larger than what is read', async () => {
    const path = ledger([headerRow, ...Array.from({ length: 20_000 }, () => row({ ts: today }))]);
    const tail = await readLedgerTail(path, since);
    expect(tail?.complete).toBe(false);
    expect(tail!.records.length).toBeGreaterThan(10_000);
  });

  it('skips a row that is torn', async () => {
    expect(
      await idsOfToday(ledger([headerRow, row({ ts: today, run_id: 'a' }), '2026-11-02T10:00:00.000Z,12'])),
    ).toEqual(['a']);
  });

  it('is none without a file, and empty in an empty one', async () => {
    expect(await readLedgerTail(join(folder(), 'none.csv'), since)).toBeUndefined();
    expect(await readLedgerTail(ledger([]), since)).toEqual({ records: [], skipped: 0, complete: true });
  });

  it('cannot be read of a folder', async () => {
    const path = join(folder(), 'usage.csv');
    mkdirSync(path);
    await expect(readLedgerTail(path, since)).rejects.toThrow(/usage\.csv could not be read/);
  });
});
