import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SeenMarks } from '../../../src/adapters/budget/seen-marks.ts';
import { folder } from '../../helpers/orch.ts';

describe('what a machine remembers of a shared budget', () => {
  const marks = (place: string, at = '2026-06-15') => {
    const seen = new SeenMarks({
      folder: place,
      address: 'redis://budget.example:6379/0',
      now: () => Date.parse(`${at}T12:00:00Z`),
      newId: () => crypto.randomUUID(),
    });
    onTestFinished(() => seen.close());
    return seen;
  };

  it('is what any of its processes has seen, under one name', () => {
    const place = join(folder(), 'seen');
    const [one, other] = [marks(place), marks(place)];
    expect(one.known()).toEqual([]);
    const name = one.spender().writer!;
    expect(other.spender().writer).toBe(name);
    one.note(name, 17);
    other.note(name, 12);
    for (const each of [one, other, marks(place)]) expect(each.known()).toEqual([[name, 17]]);
    expect(readdirSync(place)).toEqual([expect.stringMatching(/^[0-9a-f]{16}-2026-06$/)]);
  });

  it('is written only where it is new', () => {
    const place = folder();
    const one = marks(place);
    const name = one.spender().writer!;
    for (const mark of [5, 5, 4]) one.note(name, mark);
    const [file] = readdirSync(place);
    expect(readFileSync(join(place, file!), 'utf8').match(/^\d{16}$/gm)).toEqual(['0000000000000005']);
  });

  it('is also what the server tells of others, kept once', () => {
    const place = folder();
    const one = marks(place);
    const other = 'a'.repeat(36);
    one.noteOther([other, 5]);
    expect(one.known()).toEqual([[other, 5]]);
    expect(readdirSync(place)).toEqual([]);
    for (let times = 0; times < 3; times++) one.noteOther([other, 5], true);
    const name = one.spender().writer!;
    one.noteOther(['epoch', 7], true);
    expect(marks(place).known()).toEqual([
      [name, 0],
      ['epoch', 7],
    ]);
    one.note(name, 9);
    one.noteOther([other, 8], true);
    one.noteOther([name, 10], true);
    const [file] = readdirSync(place);
    const lines = readFileSync(join(place, file!), 'utf8').match(/^.+$/gm);
    expect(lines).toEqual([name, `${other} 0000000000000005`, 'epoch 0000000000000007', '0000000000000009']);
    for (const each of [one, marks(place)]) expect(each.known()).toEqual([[name, 9]]);
    one.noteOther([other, 11], true);
    for (const each of [one, marks(place), marks(place, '2026-07-01')])
      expect(each.known()).toEqual([
        [name, 9],
        [other, 11],
      ]);
  });

  it('is known for a month that has ended, and for a file that somebody has removed', () => {
    const place = folder();
    const may = marks(place, '2026-05-31');
    may.note(may.spender().writer!, 5);
    const june = marks(place);
    june.note(june.spender().writer!, 6);
    expect(june.known().map(([, mark]) => mark)).toEqual([5, 6]);
    const [first, second] = readdirSync(place).sort();
    rmSync(join(place, second!));
    june.spender().writer;
    expect(june.known().map(([, mark]) => mark)).toEqual([5, 6, 0]);
    const july = marks(place, '2026-07-01');
    july.spender().writer;
    const august = marks(place, '2026-08-01');
    august.spender().writer;
    expect(readdirSync(place)).not.toContain(first);
  });

  it('is read to its end however long it is, and not from lines that were cut off', () => {
    const place = folder();
    const one = marks(place);
    const name = one.spender().writer!;
    for (let mark = 1; mark <= 1000; mark++) one.note(name, mark);
    expect(marks(place).known()).toEqual([[name, 1000]]);
  });

  it.each(['/dev/null/seen', '/proc/none/seen'])('is nothing where nothing can be kept: %s', (place) => {
    const seen = marks(place);
    expect([seen.known(), seen.spender().writer]).toEqual([[], undefined]);
  });
});
