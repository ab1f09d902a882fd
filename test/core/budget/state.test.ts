import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOperation, encodeOperations } from '../../../src/core/budget/log-line.ts';
import { BudgetState, type Limit, type Operation } from '../../../src/core/budget/state.ts';

const limits: readonly Limit[] = [
  { window: 'day', project: null, nano: 100 },
  { window: 'week', project: null, nano: 250 },
  { window: 'month', project: 'shop', nano: 300 },
];
// A Sunday and the Monday after it, in two months.
const days = ['2026-05-31', '2026-06-01', '2026-06-02'];

const ids = fc.nat(7).map((id) => `r${id}`);
const day = fc.constantFrom(...days);
const project = fc.constantFrom('', 'shop', '__proto__');
const time = fc.nat(100);
const operations = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        op: fc.constant('reserve' as const),
        id: ids,
        until: time,
        day,
        project,
        nano: fc.nat(80),
        limits: fc.constant(limits),
        row: fc.constant(undefined),
      }),
    },
    { weight: 3, arbitrary: fc.record({ op: fc.constant('commit' as const), id: ids, until: time }) },
    fc.record({ op: fc.constant('renew' as const), id: ids, until: time }),
    {
      weight: 3,
      arbitrary: fc.record({
        op: fc.constant('settle' as const),
        id: ids,
        day,
        project,
        // The share of what was reserved, in percent.
        nano: fc.nat(100),
      }),
    },
    fc.record({ op: fc.constant('release' as const), id: ids }),
    {
      weight: 2,
      arbitrary: fc.record({ op: fc.constant('expire' as const), id: ids, at: time, until: time }),
    },
    fc.record({ op: fc.constant('recorded' as const), id: ids }),
    fc.record({ op: fc.constant('seal' as const), at: time }),
  ),
  { maxLength: 120 },
);

function begun(): BudgetState {
  const state = new BudgetState();
  state.apply({ op: 'begin', sums: [], open: [] });
  return state;
}

const standings = (state: BudgetState) =>
  days.flatMap((each) => limits.map((limit) => state.standing(limit, each)));

describe('the state of a budget', () => {
  it('never lets through more than a limit, whatever the order of what several processes do', () => {
    fc.assert(
      fc.property(operations, (sequence) => {
        let state = begun();
        /** What a provider may have billed, counted without the state: what was committed, or settled. */
        const billed = new Map<string, { day: string; project: string; nano: number }>();
        const reserved = new Map<string, { key: string; day: string; project: string; nano: number }>();
        let keys = 0;
        for (const drawn of sequence) {
          const known = reserved.get('id' in drawn ? drawn.id : '');
          // A process settles what it has committed, and nobody pays for more than the worst case.
          if (drawn.op === 'settle' && (known === undefined || !billed.has(known.key))) continue;
          const operation =
            drawn.op === 'settle' ? { ...drawn, nano: Math.floor((known!.nano * drawn.nano) / 100) } : drawn;
          const { done } = state.apply(operation);
          if (operation.op === 'reserve' && done)
            reserved.set(operation.id, { ...operation, key: `${keys++}` });
          if (operation.op === 'commit' && done) billed.set(known!.key, known!);
          if (operation.op === 'settle') {
            billed.set(known!.key, { ...known!, nano: operation.nano });
            reserved.delete(operation.id);
          }
          if (operation.op === 'seal') {
            const next = new BudgetState();
            next.apply({ op: 'begin', ...state.snapshot() });
            expect(standings(next)).toEqual(standings(state));
            state = next;
          }
          for (const { settled, open, nano } of standings(state))
            expect(settled + open).toBeLessThanOrEqual(nano);
          for (const each of days) {
            const sum = [...billed.values()].filter((bill) => bill.day === each);
            expect(sum.reduce((total, { nano }) => total + nano, 0)).toBeLessThanOrEqual(100);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is the same for all who read the same lines, torn ones between them', () => {
    fc.assert(
      fc.property(operations, fc.array(fc.nat(400), { maxLength: 20 }), (sequence, cuts) => {
        const lines = sequence.map((operation) => encodeOperations([operation], 'me'));
        const text = lines.map((line, index) => line.slice(0, cuts[index])).join('');
        const read = (log: string) => {
          const state = begun();
          for (const line of log.split('\n')) {
            const found = decodeOperation(line);
            if (found) state.apply(found.operation);
          }
          return state;
        };
        // Without the newline at its end a line is whole as well.
        const whole = sequence.filter(
          (_, index) => (cuts[index] ?? Number.POSITIVE_INFINITY) >= lines[index]!.length - 1,
        );
        const expected = begun();
        for (const operation of whole) expected.apply(operation);
        expect(read(text).snapshot()).toEqual(expected.snapshot());
      }),
      { numRuns: 50 },
    );
  });

  const reserve = (
    id: string,
    nano: number,
    more: Partial<Operation & { op: 'reserve' }> = {},
  ): Operation => ({
    op: 'reserve',
    id,
    until: 30,
    day: days[0]!,
    project: '',
    nano,
    limits,
    row: { run_id: id },
    ...more,
  });

  it('refuses with the limit that has the least left', () => {
    const state = begun();
    state.apply(reserve('one', 60));
    expect(state.apply(reserve('two', 41))).toEqual({
      done: false,
      refused: { window: 'day', project: null, nano: 100, settled: 0, open: 60, left: 40 },
    });
    expect(state.apply(reserve('three', 40)).done).toBe(true);
    const both: Limit[] = [
      { window: 'day', project: null, nano: 130 },
      { window: 'week', project: null, nano: 110 },
    ];
    for (const order of [both, both.toReversed()])
      expect(state.apply(reserve('four', 40, { limits: order })).refused).toMatchObject({
        window: 'week',
        left: 10,
      });
  });

  it('counts for the day and the project that it was reserved for', () => {
    const state = begun();
    state.apply(reserve('one', 60, { project: 'shop' }));
    state.apply({ op: 'commit', id: 'one', until: 40 });
    state.apply({ op: 'settle', id: 'one', day: days[1]!, project: '', nano: 5 });
    expect(state.snapshot().sums).toEqual([[days[0], 'shop', 5]]);
  });

  it('adds nothing below 0 where the day of an estimate was dropped', () => {
    const state = new BudgetState();
    const estimated = { phase: 'estimated', day: days[0]!, project: '', nano: 60, until: 40 } as const;
    state.apply({ op: 'begin', sums: [], open: [['one', { ...estimated, row: undefined }]] });
    state.apply({ op: 'settle', id: 'one', day: days[0]!, project: '', nano: 5 });
    expect(state.snapshot().sums).toEqual([[days[0], '', 5]]);
  });

  it('lets nothing through with a limit of 0, and what costs nothing', () => {
    const none: Limit[] = [{ window: 'day', project: null, nano: 0 }];
    expect(begun().apply(reserve('one', 1, { limits: none })).done).toBe(false);
    expect(begun().apply(reserve('one', 0, { limits: none })).done).toBe(true);
  });

  it('does not commit what has expired', () => {
    const state = begun();
    state.apply(reserve('one', 60));
    expect(state.apply({ op: 'expire', id: 'one', at: 29, until: 60 }).done).toBe(false);
    expect(state.apply({ op: 'expire', id: 'one', at: 30, until: 60 })).toEqual({ done: true });
    expect(state.apply({ op: 'commit', id: 'one', until: 60 }).done).toBe(false);
    expect(state.standing(limits[0]!, days[0]!)).toMatchObject({ settled: 0, open: 0, left: 100 });
  });

  it('keeps what was spent at its full amount until it is settled, however late', () => {
    const state = begun();
    state.apply(reserve('one', 60));
    state.apply({ op: 'commit', id: 'one', until: 40 });
    const expire = (at: number) => state.apply({ op: 'expire', id: 'one', at, until: at + 20 });
    expect(expire(40).estimated?.row).toEqual({ run_id: 'one' });
    // A second process that saw the same does not write the row again.
    expect(expire(41)).toEqual({ done: false });
    expect(state.standing(limits[0]!, days[0]!)).toMatchObject({ settled: 60, open: 0 });
    state.apply({ op: 'settle', id: 'one', day: days[0]!, project: '', nano: 5 });
    expect(state.standing(limits[0]!, days[0]!)).toMatchObject({ settled: 5, open: 0 });
  });

  it('has the row of an estimate recorded by somebody else if the first one does not come to it', () => {
    const before = begun();
    before.apply(reserve('one', 60));
    before.apply({ op: 'commit', id: 'one', until: 40 });
    before.apply({ op: 'expire', id: 'one', at: 40, until: 60 });
    before.apply({ op: 'seal', at: 50 });
    const state = new BudgetState();
    state.apply({ op: 'begin', ...before.snapshot() });
    expect(state.overdue(59)).toEqual([]);
    expect(state.overdue(60)).toEqual(['one']);
    const { estimated } = state.apply({ op: 'expire', id: 'one', at: 60, until: 80 });
    expect(estimated?.row).toEqual({ run_id: 'one' });
    expect(state.overdue(79)).toEqual([]);
    expect(state.apply({ op: 'recorded', id: 'one' }).done).toBe(true);
    expect(state.overdue(80)).toEqual([]);
    // It is counted once.
    expect(state.standing(limits[0]!, days[0]!)).toMatchObject({ settled: 60, open: 0 });
  });

  it('adds what it does not know', () => {
    const state = begun();
    state.apply({ op: 'settle', id: 'x', day: days[1]!, project: 'shop', nano: 7 });
    expect(standings(state).map(({ settled }) => settled)).toEqual([0, 0, 0, 7, 7, 7, 0, 7, 7]);
  });

  it('ignores what comes after the seal, and a second beginning', () => {
    const state = begun();
    state.apply({ op: 'begin', sums: [[days[0]!, '', 99]], open: [] });
    state.apply({ op: 'seal', at: 0 });
    expect(state.apply(reserve('one', 1)).done).toBe(false);
    expect(state.snapshot()).toEqual({ sums: [], open: [] });
  });

  it('drops the oldest days, and estimates of the day before', () => {
    const state = begun();
    for (let day = 1; day <= 70; day++) {
      const date = new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10);
      state.apply({ op: 'settle', id: `${day}`, day: date, project: '', nano: 1 });
    }
    for (const id of ['old', 'new']) {
      state.apply(reserve(id, 10, { day: '2026-04-01', until: id === 'old' ? 1000 : 5000 }));
      state.apply({ op: 'commit', id, until: id === 'old' ? 1000 : 5000 });
      state.apply({ op: 'expire', id, at: 5000, until: id === 'old' ? 5000 : 6000 });
      state.apply({ op: 'recorded', id });
    }
    state.apply({ op: 'seal', at: 5000 + 24 * 60 * 60 * 1000 });
    const { sums, open } = state.snapshot();
    expect(sums).toHaveLength(62);
    expect(sums.at(-1)).toEqual(['2026-04-01', '', 20]);
    expect(open.map(([id]) => id)).toEqual(['new']);
  });
});
