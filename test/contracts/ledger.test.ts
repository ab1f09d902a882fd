/** What every ledger does. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvLedger, noLedger } from '../../src/adapters/ledger/csv-ledger.ts';
import type { Ledger } from '../../src/engine/ports.ts';
import { memoryLedger } from '../helpers/memory.ts';
import { folder } from '../helpers/orch.ts';
import { usageRecord } from '../helpers/usage-record.ts';

const runs = ['one', 'two', 'three', 'four'];
const runsIn = async (ledger: Ledger) => (await ledger.read()).records.map(({ run_id }) => run_id);

describe.each<[name: string, make: () => Ledger]>([
  ['a CSV file', () => csvLedger({ path: join(folder(), 'logs', 'usage.csv') })],
  ['memory', () => memoryLedger()],
  ['none', noLedger],
])('the ledger: %s', (_name, make) => {
  /** What is turned off says so by having no place, and keeps nothing. */
  const kept = (ledger: Ledger, given: readonly string[]) => (ledger.location === undefined ? [] : given);

  it('is empty before anything was appended, and after nothing was', async () => {
    const ledger = make();
    await ledger.append([]);
    expect(await ledger.read()).toMatchObject({ records: [], skipped: [] });
  });

  it('gives back every record in the order of appending', async () => {
    const ledger = make();
    await ledger.append([usageRecord({ run_id: 'one' }), usageRecord({ run_id: 'two' })]);
    await ledger.append([usageRecord({ run_id: 'three', error: 'cut' }), usageRecord({ run_id: 'four' })]);
    expect(await runsIn(ledger)).toEqual(kept(ledger, runs));
    const { records, skipped } = await ledger.read();
    expect(skipped).toEqual([]);
    if (records.length > 0) expect(records[2]).toEqual(usageRecord({ run_id: 'three', error: 'cut' }));
  });

  it('keeps the order of appends that nobody waited for', async () => {
    const ledger = make();
    await Promise.all(runs.map((run_id) => ledger.append([usageRecord({ run_id })])));
    expect(await runsIn(ledger)).toEqual(kept(ledger, runs));
  });

  it('does not change what was read when more is appended', async () => {
    const ledger = make();
    await ledger.append([usageRecord()]);
    const { records } = await ledger.read();
    const before = [...records];
    await ledger.append([usageRecord()]);
    expect(records).toEqual(before);
  });
});
