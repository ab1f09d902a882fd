import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupKeys } from '../../../src/core/record/group-keys.ts';
import { percentile, sum } from '../../../src/core/record/statistics.ts';
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import { type UsageReportOptions, usageReport } from '../../../src/core/record/usage-report.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

function report(
  records: readonly Partial<UsageRecord>[],
  options: Partial<UsageReportOptions> = {},
  skipped: { file: string; line: number; reason: string }[] = [],
) {
  return usageReport({ records, skipped, files: ['usage.csv'] }, { by: ['model'], now, ...options });
}

describe('usageReport', () => {
  it('adds up one group and the total', () => {
    const { groups, total, warnings } = report(
      [
        usageRecord({ run_id: 'a', attempt: 1, latency_ms: 9000, error: 'rate-limited', cost_usd: 0.1 }),
        usageRecord({ run_id: 'a', attempt: 2, latency_ms: 1000, cached_input_tokens: 400, cost_usd: 0.2 }),
        usageRecord({ run_id: 'b', latency_ms: 3000, cost_usd: 0.3 }),
      ],
      { by: ['alias'] },
    );
    const sums = {
      calls: 2,
      attempts: 3,
      failures: 1,
      input_tokens: 3000,
      cached_input_tokens: 400,
      output_tokens: 600,
      reasoning_tokens: 150,
      cost_usd: 0.6,
      unknown_cost: 0,
      latency_p50_ms: 1000,
      latency_p95_ms: 3000,
      cost_share: 1,
    };
    expect(groups).toEqual([{ key: { alias: 'mini' }, ...sums }]);
    expect(total).toEqual({ key: {}, ...sums });
    expect(warnings).toEqual([]);
  });

  it('of nothing is a total of nothing', () => {
    expect(report([])).toEqual({
      by: ['model'],
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
        failures: 0,
        input_tokens: 0,
        cached_input_tokens: 0,
        output_tokens: 0,
        reasoning_tokens: 0,
        cost_usd: 0,
        unknown_cost: 0,
        latency_p50_ms: null,
        latency_p95_ms: null,
        cost_share: null,
      },
      skipped_rows: 0,
      warnings: [],
    });
  });

  it('groups by several keys at once, in their order', () => {
    const { by, groups } = report(
      [
        usageRecord({ task: 'docs', ts: '2026-10-31T23:59:59Z', cost_usd: 1 }),
        usageRecord({ task: 'docs', ts: '2026-11-01T00:00:00Z', cost_usd: 2 }),
        usageRecord({ task: 'docs', ts: '2026-11-01T00:30:00+01:00', cost_usd: 4 }),
        usageRecord({ task: 'tests', ts: '2026-11-01T00:00:00Z', cost_usd: 8 }),
      ],
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
    ['month', { ts: undefined }, '(none)'],
    ['language', {}, 'typescript'],
    ['language', { language: undefined }, '(none)'],
    ['alias', {}, 'mini'],
    ['project', { project: 'acme\u001b[31m' }, 'acme [31m'],
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

  it.each(['day', 'month'] as const)('by %s is a series in the order of time', (by) => {
    const { groups } = report(
      [
        usageRecord({ run_id: 'b', ts: '2026-10-02T10:00:00.000Z', cost_usd: 1 }),
        usageRecord({ run_id: 'c', ts: '2026-11-03T10:00:00.000Z', cost_usd: 9 }),
        usageRecord({ run_id: 'a', ts: '2026-09-01T10:00:00.000Z', cost_usd: 5 }),
      ],
      { by: [by] },
    );
    expect(groups.map(({ key }) => key[by]?.slice(0, 7))).toEqual(['2026-09', '2026-10', '2026-11']);
  });

  it('sorts by cost, unknown cost last, then by calls, then by key', () => {
    const order = report(
      [
        usageRecord({ project: 'unknown', cost_usd: undefined }),
        usageRecord({ project: 'free', cost_usd: 0 }),
        usageRecord({ project: 'b', cost_usd: 1 }),
        usageRecord({ project: 'a', cost_usd: 1 }),
        usageRecord({ project: 'busy', run_id: 'x', cost_usd: 0.5 }),
        usageRecord({ project: 'busy', run_id: 'y', cost_usd: 0.5 }),
        usageRecord({ project: 'dear', cost_usd: 2 }),
      ],
      { by: ['project'] },
    ).groups.map(({ key }) => key.project);
    expect(order).toEqual(['dear', 'busy', 'a', 'b', 'free', 'unknown']);
  });

  it('never takes an unknown cost for none', () => {
    const lost = { cost_usd: undefined, model_served: undefined, response_id: undefined, ttft_ms: undefined };
    const { groups, total, warnings } = report(
      [
        usageRecord({ alias: 'answered', ...lost, output_tokens: undefined }),
        usageRecord({
          alias: 'begun',
          ...lost,
          output_tokens: undefined,
          ttft_ms: 80,
          error: 'idle-timeout',
        }),
        usageRecord({ alias: 'never sent', ...lost, output_tokens: undefined, error: 'connection' }),
        usageRecord({ alias: 'known', cost_usd: 0.25 }),
      ],
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
      const { total, warnings } = report([undated, usageRecord()], { since: 0 });
      expect(total.attempts).toBe(1);
      expect(warnings).toEqual(['left out 1 row without a time, which cannot be assigned to the period']);
    });

    it('that ends before it begins is refused', () => {
      expect(() => report([], { since: 2, until: 1 })).toThrow(expect.objectContaining({ code: 'usage' }));
    });
  });

  it('names the rows that were skipped, a few of them one by one', () => {
    const row = { file: 'usage.csv', line: 17, reason: 'torn' };
    expect(report([], {}, [row])).toMatchObject({
      skipped_rows: 1,
      warnings: ['skipped 1 unreadable row: usage.csv line 17 (torn)'],
    });
    const many = Array.from({ length: 7 }, (_, index) => ({ ...row, line: index + 1 }));
    const [warning] = report([], {}, many).warnings;
    expect(warning).toMatch(
      /^skipped 7 unreadable rows: usage\.csv line 1 \(torn\); .*line 5 \(torn\); and 2 more$/,
    );
    expect(warning).not.toContain('line 6');
  });

  it('keeps rehearsals apart under any key and says that they cost nothing', () => {
    const records = [
      usageRecord({ cost_usd: 0.5 }),
      usageRecord({ mode: 'rehearsal', model_served: 'rehearsal:gpt-5-mini', cost_usd: 0.25 }),
      usageRecord({ mode: 'rehearsal', model_served: undefined, cost_usd: 0 }),
    ];
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

describe('percentile', () => {
  it('is a value that occurred, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([percentile(hundred, 0.5), percentile(hundred, 0.95)]).toEqual([50, 95]);
    expect([percentile([1, 2, 3], 0.5), percentile([1, 2, 3], 0.95)]).toEqual([2, 3]);
    expect([percentile([7], 0.5), percentile([7], 0.95), percentile([], 0.5)]).toEqual([7, 7, null]);
  });
});

describe('sum', () => {
  it('does not drift over many small costs', () => {
    expect(sum(new Array(1_000_000).fill(0.0000001))).toBe(0.1);
    expect(sum([0.1, 0.2])).toBe(0.3);
    expect(sum([])).toBe(0);
  });
});
