import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecord, headerRow } from '../../../src/core/record/csv.ts';
import { parseUsageCsv } from '../../../src/core/record/csv-records.ts';
import { type UsageRecord, usageColumns } from '../../../src/core/record/usage-record.ts';
import { anyCharacter } from '../../helpers/any-character.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

/** Every field at random, of the type that the sample has or, where it has none, text. */
const sample = usageRecord({
  cache_write_tokens: 1,
  verify_ms: 1,
});
const text = fc.string({
  unit: fc.oneof(fc.constantFrom('=', '-', '@', '\t', '"', ',', "'", ' ', '1'), anyCharacter),
});
const arbitraryRecord: fc.Arbitrary<UsageRecord> = fc
  .record(
    Object.fromEntries(
      usageColumns.map((column) => {
        if (column === 'ts') {
          const date = fc.date({
            min: new Date(0),
            max: new Date('9999-12-31T23:59:59.999Z'),
            noInvalidDate: true,
          });
          return [column, date.map((value) => value.toISOString())];
        }
        const kind = typeof sample[column];
        if (kind === 'number') {
          const number = fc.double({ noNaN: true, min: 0, max: 1e12 });
          return [column, fc.option(number, { nil: undefined })];
        }
        return [column, kind === 'boolean' ? fc.boolean() : fc.option(text, { nil: undefined })];
      }),
    ),
  )
  .map((record) => record as unknown as UsageRecord);

/** What a record is after writing and reading: no line breaks, empty text is unknown, no negative zero. */
function settled(record: UsageRecord): Partial<UsageRecord> {
  const entries = Object.entries(record).map(([column, value]) => {
    if (value === '') return [column, undefined];
    if (typeof value === 'string') {
      return [column, value.replace(/\r\n|[\n\v\f\r\0\u0085\u2028\u2029]/g, ' ')];
    }
    return [column, value === 0 ? 0 : value];
  });
  return Object.fromEntries(entries);
}

describe('a record', () => {
  it('comes back from its row', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryRecord, { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n'),
        (records, end) => {
          const lines = [headerRow, ...records.map(encodeRecord)];
          const csv = lines.map((line) => line + end).join('');
          expect(parseUsageCsv(csv)).toEqual({ records: records.map(settled), skipped: [] });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('that was torn is skipped and takes no other row with it', () => {
    fc.assert(
      fc.property(arbitraryRecord, fc.nat(), (record, at) => {
        const row = encodeRecord(record);
        const cut = 1 + (at % (row.length - 1));
        const next = usageRecord({ run_id: 'next' });
        const csv = `${headerRow}\n${row.slice(0, cut)}\n${encodeRecord(next)}\n`;
        const { records, skipped } = parseUsageCsv(csv);
        expect(records.at(-1)?.run_id).toBe('next');
        if (records.length === 1) {
          expect(skipped).toMatchObject([{ line: 2 }]);
          return;
        }
        // Cut at the edge of its last cell, or at a quote within it, a row lacks no more than a part of that one.
        const { project, ...others } = records[0]!;
        const whole = settled(record);
        expect({ ...others, project: whole.project }).toEqual(whole);
        if (!whole.project?.includes('"')) expect(project).toBeUndefined();
        else expect(whole.project.startsWith(project ?? '')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('gives no shortened value, wherever it was cut', () => {
    const row = encodeRecord(usageRecord({ project: 'acme' }));
    const read = Array.from({ length: row.length - 1 }, (_, index) =>
      parseUsageCsv(`${headerRow}\n${row.slice(0, index + 1)}\n`),
    );
    const whole = read.filter(({ records }) => records.length > 0);
    expect(whole.map(({ records }) => records)).toEqual([[usageRecord()]]);
    expect(read.filter(({ skipped }) => skipped.length > 0)).toHaveLength(row.length - 2);
  });

  it('has one cell per column', () => {
    expect(headerRow).toBe(usageColumns.join(','));
    expect(Object.keys(usageRecord()).sort()).toEqual([...usageColumns].sort());
    expect(encodeRecord(usageRecord())).toBe(
      '2026-11-01T10:00:00.000Z,1200,300,run-1,1,resp_1,tests,typescript,false,mini,,single,routing order,false,,gpt-5-mini,gpt-5-mini-2025-08-07,1000,0,,200,50,stop,,default,0.00065,catalog,2026-11,0.004,0.00325,1100,0,,,,',
    );
  });
});

describe('a file', () => {
  it('may have its columns in another order, fewer, and others beside them', () => {
    const csv = 'project,note,cost_usd,ts\nacme,hello,0.5,2026-11-01T10:00:00Z\n';
    expect(parseUsageCsv(csv)).toEqual({
      records: [{ project: 'acme', cost_usd: 0.5, ts: '2026-11-01T10:00:00Z' }],
      skipped: [],
    });
  });

  it('may have several headers, each for the rows below it', () => {
    const csv = [
      'ts,alias,cost_usd',
      '2026-11-01,mini,0.1',
      'cost_usd,ts',
      '0.2,2026-11-02',
      'ts,alias,cost_usd',
      '2026-11-03,full,0.3',
    ].join('\n');
    const { records, skipped } = parseUsageCsv(csv);
    expect(skipped).toEqual([]);
    expect(records).toEqual([
      { ts: '2026-11-01', alias: 'mini', cost_usd: 0.1 },
      { ts: '2026-11-02', cost_usd: 0.2 },
      { ts: '2026-11-03', alias: 'full', cost_usd: 0.3 },
    ]);
  });

  it('may come back from a spreadsheet: byte order mark, CRLF, capital booleans, quotes, empty rows', () => {
    const csv = '\uFEFF"ts","forced","project"\r\n2026-11-01 10:00,TRUE,"a, b"\r\n,,\r\n\r\n';
    expect(parseUsageCsv(csv)).toEqual({
      records: [{ ts: '2026-11-01 10:00', forced: true, project: 'a, b' }],
      skipped: [],
    });
  });

  it('with values that are named like columns does not make headers of its rows', () => {
    const row = usageRecord({ alias: 'task', project: 'project', rule: 'rule', language: 'ts' });
    expect(parseUsageCsv(`${headerRow}\n${encodeRecord(row)}\n`).records).toEqual([settled(row)]);
    const csv = 'alias,project,language,attempt\ntask,project,ts,1\n';
    expect(parseUsageCsv(csv).records).toEqual([
      { alias: 'task', project: 'project', language: 'ts', attempt: 1 },
    ]);
  });

  it.each(['', '\n', '\uFEFF', headerRow, `${headerRow}\n`])(
    '%j has no records and nothing skipped',
    (csv) => {
      expect(parseUsageCsv(csv)).toEqual({ records: [], skipped: [] });
    },
  );

  it.each([
    ['2026-11-01,mini', 'incomplete or edited: 2 cells, but the header has 4'],
    ['2026-11-01,mini,1,2,3', 'incomplete or edited: 5 cells, but the header has 4'],
    ['2026-11-01,mini,"0.1,', 'incomplete or damaged: a quoted cell is not closed properly'],
    ['2026-11-01,mini,\0\0,', 'incomplete or damaged: a quoted cell is not closed properly'],
    ['yesterday,mini,0.1,true', 'ts is not an ISO 8601 time: "yesterday"'],
    [',mini,0.1,true', 'ts is not an ISO 8601 time: ""'],
    ['2026-02-30,mini,0.1,true', 'ts is not an ISO 8601 time: "2026-02-30"'],
    ['2026-11-01,mini,"0,1",true', 'cost_usd is not a number from 0 to 1e12: "0,1"'],
    ['2026-11-01,mini,1e308,true', 'cost_usd is not a number from 0 to 1e12: "1e308"'],
    ['2026-11-01,mini,-1,true', 'cost_usd is not a number from 0 to 1e12: "-1"'],
    ['2026-11-01,mini,0.1,perhaps', 'forced is not true or false: "perhaps"'],
  ])('skips %j and says why', (row, reason) => {
    const csv = `ts,alias,cost_usd,forced\n2026-11-01,full,0.2,false\n${row}\n2026-11-02,full,0.3,true\n`;
    const { records, skipped } = parseUsageCsv(csv);
    expect(skipped).toEqual([{ line: 3, reason }]);
    expect(records.map((record) => record.cost_usd)).toEqual([0.2, 0.3]);
  });

  it('of some other kind is skipped row by row', () => {
    const { records, skipped } = parseUsageCsv('name,age\nAnn,3\n');
    expect(records).toEqual([]);
    expect(skipped.map(({ line }) => line)).toEqual([1, 2]);
    expect(skipped[0]?.reason).toContain('no usage record header above it');
  });
});

it('counts empty lines, of either kind, without reading them', () => {
  const { records, skipped } = parseUsageCsv('\n\r\n\nts,run_id\n\r\n\n2026-11-01,a\n\ntorn\n\r\n');
  expect(records.map(({ run_id }) => run_id)).toEqual(['a']);
  expect(skipped.map(({ line }) => line)).toEqual([9]);
});

it('takes no saved report for a usage record, whatever divides its cells', () => {
  const columns = ['model', 'calls', 'success_rate', 'input_tokens', 'cost_usd', 'cost_share'];
  for (const delimiter of [',', ';', '\t'])
    expect(() => parseUsageCsv(`\uFEFF${columns.join(delimiter)}\n`)).toThrow('it is a saved report');
});
