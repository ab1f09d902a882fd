import { describe, expect, it } from 'vitest';
import { timeZone } from '../../../src/core/record/time-zone.ts';
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import { statusLine, usageStatus } from '../../../src/core/record/usage-status.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const now = Date.parse('2026-11-02T10:00:00Z');

function status(rows: Partial<UsageRecord>[], { zone = 'UTC', budgets = [] as never[] } = {}) {
  return usageStatus(rows.map(usageRecord), { now, zone: timeZone(zone, 'test'), budgets });
}

const line = (...rows: Partial<UsageRecord>[]) => statusLine(status(rows), now);

describe('what was spent today', () => {
  it('is the sum of the day, and the last call with all its attempts', () => {
    const rows = [
      { ts: '2026-11-01T23:59:59.999Z', run_id: 'a', cost_usd: 1 },
      { ts: '2026-11-02T00:00:00.000Z', run_id: 'b', cost_usd: 0.1 },
      { ts: '2026-11-02T09:00:00.000Z', run_id: 'c', cost_usd: 0.2, error: 'timeout' },
      { ts: '2026-11-02T09:50:00.000Z', run_id: 'c', attempt: 2, cost_usd: 0.02, latency_ms: 60_000 },
    ];
    expect(status(rows)).toMatchObject({
      day: '2026-11-02',
      calls: 2,
      cost_usd: 0.32,
      unknown_cost: 0,
      last: { run_id: 'c', cost_usd: 0.22, error: null, ended_at: '2026-11-02T09:51:00.000Z' },
    });
    expect(line(...rows)).toBe('$0.32 today in 2 calls | last: gpt-5-mini-2025-08-07, $0.22, 9 min ago');
  });

  it('is that of the local day', () => {
    const rows = [{ ts: '2026-11-02T03:00:00.000Z' }, { ts: '2026-11-02T06:00:00.000Z', run_id: 'b' }];
    expect(status(rows, { zone: 'America/New_York' })).toMatchObject({ day: '2026-11-02', calls: 1 });
  });

  it('leaves out rehearsals, and days that have not come yet', () => {
    const rows = [
      { ts: '2026-11-02T08:00:00.000Z', cost_usd: 0.5 },
      { ts: '2026-11-03T08:00:00.000Z', run_id: 'b', cost_usd: 7 },
      { ts: '2026-11-02T09:00:00.000Z', run_id: 'c', mode: 'rehearsal' as const },
    ];
    expect(status(rows)).toMatchObject({ calls: 1, cost_usd: 0.5, last: { run_id: 'b' } });
  });

  it('says where a cost is unknown', () => {
    const rows = [{ ts: '2026-11-02T09:59:50.000Z', cost_usd: undefined, error: 'timeout' }];
    expect(line(...rows)).toBe(
      'at least $0 today in 1 call | last: gpt-5-mini-2025-08-07, failed (timeout), cost unknown, just now',
    );
  });

  it('says where a cost is an estimate', () => {
    const cut = {
      run_id: 'cut',
      ts: '2026-11-02T09:59:50.000Z',
      cost_usd: 0.5,
      cost_source: 'estimated',
      error: 'cut',
    };
    const known = { ts: '2026-11-02T09:00:00.000Z', cost_usd: 0.1 };
    expect(status([known, cut])).toMatchObject({
      cost_usd: 0.6,
      cost_estimated_usd: 0.5,
      last: { cost_usd: 0.5, cost_estimated_usd: 0.5 },
    });
    const last = 'last: gpt-5-mini-2025-08-07, failed (cut), at most $0.50, just now';
    expect(line(known, cut)).toBe(`$0.10 to $0.60 today in 2 calls | ${last}`);
    expect(line({ ...known, cost_usd: undefined }, cut)).toBe(`about $0.50 today in 2 calls | ${last}`);
  });

  it('takes what was certainly not billed for free', () => {
    const refused = { cost_usd: undefined, error: 'auth', model_served: undefined, response_id: undefined };
    expect(status([{ ts: '2026-11-02T09:00:00.000Z', ...refused }])).toMatchObject({
      unknown_cost: 0,
      last: { cost_usd: 0 },
    });
  });

  it('names what is left of each budget', () => {
    const budgets = [
      { name: 'daily', limit_usd: 5, left_usd: 4.58 },
      { name: 'monthly', limit_usd: 50, left_usd: 0.5 },
      { name: 'weekly', limit_usd: 1, left_usd: 0.0165 },
    ];
    expect(statusLine(status([], { budgets: budgets as never[] }), now)).toBe(
      '$0 today in 0 calls | daily: $4.58 of $5.00 left | monthly: $0.50 of $50.00 left | weekly: $0.016 of $1.00 left',
    );
  });

  it('stays one line, whatever a ledger holds', () => {
    const text = line({
      ts: '2026-11-01T09:00:00.000Z',
      model_served: 'a\nb\u001b[31m\u202e',
      error: 'x\ry',
    });
    expect(text).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(line({ model_served: 'm'.repeat(5000) }).length).toBeLessThan(200);
  });

  it.each([
    ['2026-11-02T08:00:00.000Z', '1 h ago'],
    ['2026-10-30T08:00:00.000Z', '3 days ago'],
    ['2026-11-02T12:00:00.000Z', 'just now'],
  ])('counts the time since %s as %s', (ts, age) => {
    expect(line({ ts })).toMatch(new RegExp(`, ${age}$`));
  });
});

it('says in the same line what is wrong, and stays one line', () => {
  const today = status([{ ts: '2026-11-02T09:00:00.000Z', cost_usd: 0.5 }]);
  const faults = ['budgets unknown: 1 problem:\n  a\u001b[1m', 'x'.repeat(500)];
  const text = statusLine(today, now, { isPart: true, faults });
  expect(text).toMatch(
    /^at least \$0\.50 today .* \| budgets unknown: 1 problem: a[^\n\u001b]* \| x{160}\u2026$/,
  );
});
