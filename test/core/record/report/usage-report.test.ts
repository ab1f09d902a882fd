import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupKeys } from '../../../../src/core/record/report/group-keys.ts';
import type { UsageReportOptions } from '../../../../src/core/record/report/usage-report.ts';
import { timeZone } from '../../../../src/core/record/time-zone.ts';
import type { UsageRecord } from '../../../../src/core/record/usage-record.ts';
import { usageRecord } from '../../../helpers/usage-record.ts';
import { reportOfCsv, usageReport } from '../../../helpers/usage-report.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

function report(records: readonly Partial<UsageRecord>[], options: Partial<UsageReportOptions> = {}) {
  return usageReport(records, { by: ['model'], now, ...options });
}

/** Each its own call, but for those that name one. */
const calls = (...records: Partial<UsageRecord>[]) =>
  records.map((record, at) => ({ ...usageRecord(), run_id: `run-${at}`, ...record }));

describe('usageReport', () => {
  it('adds up one group and the total', () => {
    const { groups, total, warnings } = report(
      [
        usageRecord({ run_id: 'a', attempt: 1, latency_ms: 9000, error: 'rate-limited', cost_usd: 0.1 }),
        usageRecord({
          run_id: 'a',
          attempt: 2,
          escalated_from: 'gpt-5',
          latency_ms: 1000,
          cached_input_tokens: 400,
          cache_write_tokens: 7,
          cost_usd: 0.2,
          verify_ms: 40,
        }),
        usageRecord({ run_id: 'b', latency_ms: 3000, cost_usd: 0.3 }),
      ],
      { by: ['alias'] },
    );
    const sums = {
      calls: 2,
      attempts: 3,
      successes: 2,
      success_rate: 1,
      failures: 1,
      error_rate: 0.333333,
      fallbacks: 1,
      fallback_rate: 0.5,
      input_tokens: 3000,
      cached_input_tokens: 400,
      cache_write_tokens: 7,
      output_tokens: 600,
      reasoning_tokens: 150,
      cost_usd: 0.6,
      cost_estimated_usd: 0,
      estimated_attempts: 0,
      unknown_cost: 0,
      cost_share: 1,
      cost_per_success_usd: 0.3,
      baseline_cost_usd: 0.00975,
      latency_p50_ms: 1000,
      latency_p95_ms: 3000,
      verify_ms: 40,
    };
    expect(groups).toEqual([{ key: { alias: 'mini' }, ...sums }]);
    expect(total).toEqual({ key: {}, ...sums });
    expect(warnings).toEqual([]);
  });

  it('of nothing is a total of nothing', () => {
    expect(report([])).toEqual({
      by: ['model'],
      compare: null,
      timezone: 'UTC',
      since: null,
      until: null,
      generated_at: '2026-11-21T12:00:00.000Z',
      files: ['usage.csv'],
      groups: [],
      total: {
        key: {},
        calls: 0,
        attempts: 0,
        successes: 0,
        success_rate: null,
        failures: 0,
        error_rate: null,
        fallbacks: 0,
        fallback_rate: null,
        input_tokens: 0,
        cached_input_tokens: 0,
        cache_write_tokens: 0,
        output_tokens: 0,
        reasoning_tokens: 0,
        cost_usd: 0,
        cost_estimated_usd: 0,
        estimated_attempts: 0,
        unknown_cost: 0,
        cost_share: null,
        cost_per_success_usd: null,
        baseline_cost_usd: null,
        latency_p50_ms: null,
        latency_p95_ms: null,
        verify_ms: null,
      },
      skipped_rows: 0,
      duplicate_rows: 0,
      notes: [],
      warnings: [],
    });
  });

  it('groups by several keys at once, in their order', () => {
    const { by, groups } = report(
      calls(
        { task: 'docs', ts: '2026-10-31T23:59:59Z', cost_usd: 1 },
        { task: 'docs', ts: '2026-11-01T00:00:00Z', cost_usd: 2 },
        { task: 'docs', ts: '2026-11-01T00:30:00+01:00', cost_usd: 4 },
        { task: 'tests', ts: '2026-11-01T00:00:00Z', cost_usd: 8 },
      ),
      { by: ['task', 'day', 'task'] },
    );
    expect(by).toEqual(['task', 'day']);
    expect(groups.map(({ key, cost_usd }) => [key, cost_usd])).toEqual([
      [{ task: 'tests', day: '2026-11-01' }, 8],
      [{ task: 'docs', day: '2026-10-31' }, 5],
      [{ task: 'docs', day: '2026-11-01' }, 2],
    ]);
  });

  it.each([
    ['model', { model_served: undefined }, 'gpt-5-mini'],
    ['model', {}, 'gpt-5-mini-2025-08-07'],
    ['task', {}, 'tests'],
    ['day', {}, '2026-11-01'],
    ['month', {}, '2026-11'],
    ['week', {}, '2026-W44'],
    ['week', { ts: '2027-01-03T23:59:59.999Z' }, '2026-W53'],
    ['week', { ts: '2027-01-04' }, '2027-W01'],
    ['week', { ts: '2024-12-30 12:00' }, '2025-W01'],
    ['tier', {}, 'default'],
    ['outcome', {}, '(none)'],
    ['outcome', { outcome: 'applied' }, 'applied'],
    ['month', { ts: undefined }, '(none)'],
    ['language', {}, 'typescript'],
    ['language', { language: undefined }, '(none)'],
    ['alias', {}, 'mini'],
    ['project', { project: 'acme\u001b[31m' }, 'acme [31m'],
    ['project', { project: '=1+1' }, '=1+1'],
    ['project', { project: 'say "hi", you' }, 'say "hi", you'],
    ['rule', {}, 'routing order'],
    ['error', {}, '(none)'],
    ['error', { error: 'refusal' }, 'refusal'],
    ['run', {}, 'run-1'],
  ] as const)('by %s with %j is %j', (key, fields, value) => {
    expect(report([{ ...usageRecord(), ...fields }], { by: [key] }).groups[0]?.key).toEqual({ [key]: value });
  });

  it('has only the total without a key', () => {
    const { groups, total } = report([usageRecord()], { by: [] });
    expect(groups).toEqual([]);
    expect(total.attempts).toBe(1);
  });

  it.each(['day', 'week', 'month'] as const)('by %s is a series in the order of time', (by) => {
    const { groups } = report(
      [
        usageRecord({ run_id: 'b', ts: '2026-10-02T10:00:00.000Z', cost_usd: 1 }),
        usageRecord({ run_id: 'c', ts: '2026-11-03T10:00:00.000Z', cost_usd: 9 }),
        usageRecord({ run_id: 'a', ts: '2026-09-01T10:00:00.000Z', cost_usd: 5 }),
      ],
      { by: [by] },
    );
    expect(groups.map(({ cost_usd }) => cost_usd)).toEqual([5, 1, 9]);
  });

  it('sorts by cost, unknown cost last, then by calls, then by key', () => {
    const order = report(
      calls(
        { project: 'unknown', cost_usd: undefined },
        { project: 'free', cost_usd: 0 },
        { project: 'b', cost_usd: 1 },
        { project: 'a', cost_usd: 1 },
        { project: 'busy', cost_usd: 0.5 },
        { project: 'busy', cost_usd: 0.5 },
        { project: 'dear', cost_usd: 2 },
      ),
      { by: ['project'] },
    ).groups.map(({ key }) => key.project);
    expect(order).toEqual(['dear', 'busy', 'a', 'b', 'free', 'unknown']);
  });

  it('never takes an unknown cost for none', () => {
    const lost = { cost_usd: undefined, model_served: undefined, response_id: undefined, ttft_ms: undefined };
    const { groups, total, warnings } = report(
      calls(
        { alias: 'answered', ...lost, output_tokens: undefined },
        { alias: 'begun', ...lost, output_tokens: undefined, ttft_ms: 80, error: 'idle-timeout' },
        { alias: 'never sent', ...lost, output_tokens: undefined, error: 'connection' },
        { alias: 'known', cost_usd: 0.25 },
      ),
      { by: ['alias'] },
    );
    const facts = groups.map(({ key, cost_usd, unknown_cost, cost_share }) => [
      key.alias,
      cost_usd,
      unknown_cost,
      cost_share,
    ]);
    expect(facts).toEqual([
      ['known', 0.25, 0, 1],
      ['never sent', 0, 0, 0],
      ['answered', null, 1, null],
      ['begun', null, 1, null],
    ]);
    expect(total).toMatchObject({ cost_usd: 0.25, unknown_cost: 2 });
    expect(warnings).toEqual(['the cost of 2 attempts is unknown: the real total may be higher than shown']);
  });

  it('groups add up to the total, whatever the keys', () => {
    const record = fc.record({
      ts: fc.constantFrom('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', undefined),
      run_id: fc.constantFrom('a', 'b', undefined),
      alias: fc.constantFrom('mini', 'full', undefined),
      task: fc.constantFrom('tests', 'docs'),
      mode: fc.constantFrom('single', 'rehearsal'),
      error: fc.constantFrom('refusal', undefined),
      input_tokens: fc.option(fc.nat(), { nil: undefined }),
      cost_usd: fc.option(fc.nat(1000), { nil: undefined }),
    }) as fc.Arbitrary<Partial<UsageRecord>>;
    fc.assert(
      fc.property(
        fc.array(record),
        fc.uniqueArray(fc.constantFrom(...groupKeys), { minLength: 1 }),
        (records, by) => {
          const { groups, total } = report(records, { by });
          for (const field of ['attempts', 'failures', 'input_tokens', 'unknown_cost', 'cost_usd'] as const) {
            const added = groups.reduce((subtotal, group) => subtotal + (group[field] ?? 0), 0);
            expect(added).toBe(total[field] ?? 0);
          }
          expect(new Set(groups.map(({ key }) => JSON.stringify(key))).size).toBe(groups.length);
        },
      ),
    );
  });

  describe('of a period', () => {
    const at = (ts: string) => usageRecord({ ts, run_id: ts });
    const records = [
      at('2026-10-31T23:59:59.999Z'),
      at('2026-11-01T00:00:00.000Z'),
      at('2026-11-01T23:59:59.999Z'),
      at('2026-11-02T00:00:00.000Z'),
    ];
    const runs = (options: Partial<UsageReportOptions>) =>
      report(records, { by: ['run'], ...options }).groups.map(({ key }) => key.run);

    it('includes both of its ends', () => {
      const since = new Date('2026-11-01T00:00:00Z');
      const until = Date.parse('2026-11-01T23:59:59.999Z');
      expect(runs({ since })).toEqual([records[1]?.ts, records[2]?.ts, records[3]?.ts]);
      expect(runs({ until })).toEqual([records[0]?.ts, records[1]?.ts, records[2]?.ts]);
      expect(runs({ since, until })).toEqual([records[1]?.ts, records[2]?.ts]);
      expect(report(records, { since, until })).toMatchObject({
        since: '2026-11-01T00:00:00.000Z',
        until: '2026-11-01T23:59:59.999Z',
        total: { attempts: 2 },
      });
    });

    it('leaves out what has no time and says so', () => {
      const undated = { ...usageRecord(), ts: undefined };
      expect(report([undated]).total.attempts).toBe(1);
      const { total, warnings } = report([undated, usageRecord({ run_id: 'b' })], { since: 0 });
      expect(total.attempts).toBe(1);
      expect(warnings).toEqual(['left out 1 row without a time, which cannot be assigned to the period']);
    });

    it('that ends before it begins is refused', () => {
      expect(() => report([], { since: 2, until: 1 })).toThrow(expect.objectContaining({ code: 'usage' }));
    });
  });

  it('names the rows that were skipped, a few of them one by one, and counts the reasons', () => {
    const csv = (...rows: string[]) => reportOfCsv(['ts,cost_usd', ...rows].join('\n'), { by: [], now });
    expect(csv('2026-11-01,1', '2026-11-01')).toMatchObject({
      skipped_rows: 1,
      total: { attempts: 1 },
      warnings: [
        'skipped 1 unreadable row: usage.csv line 3 (incomplete or edited: 1 cells, but the header has 2)',
      ],
    });
    const wrong = ['2026-11-01', '2026-11-01,$1', ...new Array(5).fill('today,1')];
    const [warning] = csv(...wrong).warnings;
    expect(warning).toMatch(
      /^skipped 7 unreadable rows \(5 ts is not an ISO 8601 time, 1 incomplete or edited, 1 cost_usd is not a number from 0 to 1e12\): usage\.csv line 2 \(.*line 3 \(cost_usd is not a number from 0 to 1e12: "\$1"\); .*line 6 \(.*\); and 2 more$/,
    );
    expect(warning).not.toContain('line 7');
  });

  it('counts a row that is there twice once, and says so', () => {
    const [first, second] = [usageRecord({ attempt: 1 }), usageRecord({ attempt: 2 })];
    const other = usageRecord({ run_id: 'other' });
    const { total, duplicate_rows, warnings } = report([first, second, other, second, first, other]);
    expect([total.calls, total.attempts, duplicate_rows]).toEqual([2, 3, 3]);
    expect(warnings).toEqual([
      'left out 3 rows that were there twice: same run_id and attempt as an earlier row',
    ]);
    const unnumbered = { ...first, attempt: undefined };
    expect(report([unnumbered, unnumbered])).toMatchObject({
      duplicate_rows: 0,
      total: { calls: 1, attempts: 2 },
    });
  });

  it('has a call that fell over in the rows of both models, once in the total, and says so', () => {
    const { groups, total, notes } = report([
      usageRecord({ run_id: 'a', attempt: 1, model_served: 'x', error: 'refusal' }),
      usageRecord({ run_id: 'b', attempt: 1, model_served: 'x', error: 'refusal' }),
      usageRecord({ run_id: 'a', attempt: 2, model_served: 'y', escalated_from: 'x', error: 'refusal' }),
      usageRecord({ run_id: 'a', attempt: 3, model_served: 'y', escalated_from: 'x' }),
      usageRecord({ run_id: 'b', attempt: 2, model_served: 'x' }),
    ]);
    const facts = (group: (typeof groups)[number]) => [
      group.key.model,
      group.calls,
      group.successes,
      group.fallbacks,
    ];
    expect([...groups, total].map(facts)).toEqual([
      ['x', 2, 1, 0],
      ['y', 1, 1, 1],
      [undefined, 2, 2, 1],
    ]);
    expect(notes).toEqual([
      'Total: each of the 2 calls counts once there, but in every row that has an attempt of it, such as one that fell over to another model; the rows have 3 together. Attempts, tokens and cost add up.',
      'Baseline: an estimate. On the dearest candidate of each decision the same tokens would have cost $0.016 instead of $0.0032.',
    ]);
  });

  it('has no more rows than it can hold', () => {
    const rows = Array.from({ length: 50_001 }, (_, at) => `2026-11-01,${at}\n`).join('');
    expect(() => reportOfCsv(`ts,run_id\n${rows}`, { by: ['run'], now })).toThrow(
      expect.objectContaining({ code: 'usage', message: 'the report would have more than 50 000 rows' }),
    );
    expect(reportOfCsv(`ts,run_id\n${rows}`, { by: ['day'], now }).total.calls).toBe(50_001);
  });

  it('takes only the tasks, models and projects that are named', () => {
    const records = calls(
      { task: 'docs', project: 'a', cost_usd: 1 },
      { task: 'tests', project: 'b', cost_usd: 2 },
      { task: 'docs', model_served: 'gpt-5', model_requested: 'gpt-5', alias: 'full', cost_usd: 4 },
    );
    const sum = (options: Partial<UsageReportOptions>) => report(records, options).total.cost_usd;
    expect(sum({ tasks: ['docs'] })).toBe(5);
    expect(sum({ tasks: ['docs', 'tests'], projects: ['a', 'b'] })).toBe(3);
    for (const model of ['gpt-5-mini', 'gpt-5-mini-2025-08-07', 'mini'])
      expect(sum({ models: [model] })).toBe(3);
    expect(sum({ models: ['gpt-5'], tasks: ['docs'] })).toBe(4);
    expect(report(records, { projects: ['c'] })).toMatchObject({
      total: { attempts: 0 },
      warnings: ['none of the 3 rows of the period has a task, model and project that is asked for'],
    });
    expect(report(records, { projects: ['a', 'c'] }).warnings).toEqual([]);
  });

  it('compares the values of a key for each of the others', () => {
    const records = calls(
      { task: 'docs', alias: 'a' },
      { task: 'docs', alias: 'b' },
      { task: 'tests', alias: 'a' },
    );
    const { by, compare, groups } = report(records, { by: ['alias', 'task'], compare: 'alias' });
    expect([by, compare]).toEqual([['task', 'alias'], 'alias']);
    expect(groups.map(({ key }) => key)).toEqual([
      { task: 'docs', alias: 'a' },
      { task: 'docs', alias: 'b' },
      { task: 'tests', alias: 'a' },
    ]);
  });

  it('adds up money exactly, however it is written', () => {
    const costs = ['0.1', '0.2', '1e-7', '0.000000000001', '1234567.891', '6.5E-7', '9007.199254740993'];
    const exact = '1243575.390255490994';
    const csv = ['ts,cost_usd', ...costs.map((cost) => `2026-11-01,${cost}`)].join('\n');
    expect(reportOfCsv(csv, { by: [], now }).total.cost_usd).toBe(Number(exact));
    const cents = calls(...Array.from({ length: 1000 }, () => ({ cost_usd: 0.000000001 })));
    expect(report(cents).total.cost_usd).toBe(0.000001);
  });

  it('reads what a spreadsheet saved: semicolons, decimal commas, CRLF, another order, exponents', () => {
    const csv = [
      '\uFEFFcost_usd;project;ts;input_tokens;latency_ms',
      '0,25;"a; ""b""";2026-11-01T10:00:00.000Z;1000;1200,5',
      '5E-07;"\'=1+1";2026-11-01 10:00;1,5E+03;900',
      ';;;;',
      '$1;x;2026-11-01;1;1',
      '1;x;2026-11-01;1.234;1',
    ].join('\r\n');
    const { groups, total, skipped_rows, warnings } = reportOfCsv(csv, { by: ['project'], now });
    expect(groups.map(({ key, cost_usd }) => [key.project, cost_usd])).toEqual([
      ['a; "b"', 0.25],
      ['=1+1', 0.0000005],
    ]);
    expect([total.input_tokens, total.latency_p95_ms, skipped_rows, warnings]).toEqual([
      2500,
      1200.5,
      2,
      [
        'skipped 2 unreadable rows: usage.csv line 5 (cost_usd is not a number from 0 to 1e12: "$1"); line 6 (input_tokens is not a whole number from 0 to 1e12: "1.234")',
      ],
    ]);
    const tabs = csv.replaceAll(';', '\t').replace('a\t', 'a;');
    expect(reportOfCsv(tabs, { by: ['project'], now }).groups).toEqual(groups);
    expect(reportOfCsv(`sep=;\n${csv.slice(1)}`, { by: ['project'], now }).groups).toEqual(groups);
  });

  it('has days of 23 and 25 hours, and a clock that goes back over midnight', () => {
    const zone = timeZone('Europe/Berlin', 'test');
    const hours = (from: string) =>
      Array.from({ length: 49 }, (_, hour) => ({
        ts: new Date(Date.parse(from) + hour * 3_600_000).toISOString(),
      }));
    const perDay = (records: Partial<UsageRecord>[]) =>
      report(calls(...records), { by: ['day'], zone }).groups.map(({ key, calls }) => [key.day, calls]);
    expect(perDay(hours('2026-03-28T23:00:00Z'))).toEqual([
      ['2026-03-29', 23],
      ['2026-03-30', 24],
      ['2026-03-31', 2],
    ]);
    expect(perDay(hours('2026-10-24T22:00:00Z').reverse())).toEqual([
      ['2026-10-25', 25],
      ['2026-10-26', 24],
    ]);
  });

  it('counts no baseline for rehearsals: nothing was saved by them', () => {
    const { notes, total } = report(
      calls(
        { cost_usd: 0.5, baseline_cost_usd: 1 },
        { mode: 'rehearsal', cost_usd: 0, baseline_cost_usd: 40 },
      ),
    );
    expect(total.baseline_cost_usd).toBe(1);
    expect(notes.join()).toContain('would have cost $1.00 instead of $0.50');
  });

  it('keeps rehearsals apart under any key and says that they cost nothing', () => {
    const records = calls(
      { cost_usd: 0.5 },
      { mode: 'rehearsal', model_served: 'rehearsal:gpt-5-mini', cost_usd: 0.25 },
      { mode: 'rehearsal', model_served: undefined, cost_usd: 0 },
    );
    const keys = (by: UsageReportOptions['by']) => report(records, { by }).groups.map(({ key }) => key);
    expect(keys(['task'])).toEqual([{ task: 'tests' }, { task: 'rehearsal:tests' }]);
    expect(keys(['task', 'model'])).toEqual([
      { task: 'tests', model: 'gpt-5-mini-2025-08-07' },
      { task: 'tests', model: 'rehearsal:gpt-5-mini' },
    ]);
    expect(report(records).warnings).toEqual([
      '2 of 3 attempts were rehearsals: no model was called and nothing was spent on them; $0.25 of the cost shown is simulated',
    ]);
  });
});
