import { expect, it } from 'vitest';
import { news, RecentCalls } from '../../../../src/core/record/report/recent-calls.ts';

const facts = news.call | news.callInGroup | news.success | news.successInGroup;
const kept = 64;

function noting() {
  const recent = new RecentCalls(kept);
  return (id: number, { attempt = 1, group = 0, of = facts as number } = {}) => {
    const bytes = Buffer.from(`run ${id}`);
    return recent.note(bytes, 0, bytes.length, attempt, group, of);
  };
}

it('knows at least the last attempts, whatever their number', () => {
  const note = noting();
  for (let id = 0; id < 10 * kept; id++) {
    expect(note(id)).toBe(facts);
    expect(note(Math.max(0, id - kept + 1))).toBe(news.duplicate);
  }
  // One that is long gone is new again.
  expect(note(0)).toBe(facts);
});

it('says what an attempt is the first to show, of the call and in its group', () => {
  const note = noting();
  const failed = news.call | news.callInGroup;
  expect(note(1, { of: failed })).toBe(failed);
  expect(note(1, { attempt: 2 })).toBe(news.success | news.successInGroup);
  expect(note(1, { attempt: 3 })).toBe(0);
  expect(note(1, { attempt: 4, group: 1 })).toBe(news.callInGroup | news.successInGroup);
  expect(note(1, { attempt: 5, group: 1 })).toBe(0);
  expect(note(1, { attempt: 4, group: 1 })).toBe(news.duplicate);
  expect(note(1, { attempt: 0 })).toBe(0);
  expect(note(2)).toBe(facts);
});
