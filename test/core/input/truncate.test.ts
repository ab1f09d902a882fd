/** Of a log that is too long the errors and the end are what the answer hangs on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepTail } from '../../../src/core/input/truncate.ts';

const mark = /^\[… ([\d ]+) lines, about ([\d ]+) tokens left out of log …\]$/;
const keep = (text: string, maxCharacters: number) => keepTail(text, { maxCharacters, label: 'log' });
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
/** Line numbers that are kept; a gap is `…`. */
const shape = (text: string | undefined) =>
  (text ?? '').split('\n').map((line) => (mark.test(line) ? '…' : line.replace('line ', '')));

describe('keepTail', () => {
  it('keeps the end, on line borders, and says how much is missing', () => {
    const text = numbered(100).join('\n');
    const kept = keep(text, 120)!;
    expect(shape(kept)).toEqual(['…', '93', '94', '95', '96', '97', '98', '99', '100']);
    const left = numbered(92).join('\n');
    expect(kept.split('\n')[0]).toBe(
      `[… 92 lines, about ${Math.ceil(left.length / 3)} tokens left out of log …]`,
    );
  });

  it('fills the room that there is', () => {
    const text = numbered(1000).join('\n');
    for (const room of [200, 500, 3000]) expect(keep(text, room)!.length).toBeGreaterThan(room - 30);
  });

  it('keeps an error with the lines around it, then the tail', () => {
    const lines = numbered(100);
    lines[49] = 'Error: it failed';
    const kept = shape(keep(lines.join('\n'), 320));
    expect(kept.slice(0, 7)).toEqual(['…', '48', '49', 'Error: it failed', '51', '52', '…']);
    const tail = kept.slice(7);
    expect(tail.length).toBeGreaterThan(10);
    expect(tail).toEqual(
      numbered(100)
        .slice(-tail.length)
        .map((line) => line.replace('line ', '')),
    );
  });

  it('prefers the last errors, and leaves half of the room to the tail', () => {
    const lines = numbered(1000).map((line, index) =>
      index % 10 === 0 && index < 900 ? 'FAILED here' : line,
    );
    const text = keep(lines.join('\n'), 1200)!;
    expect(text.length).toBeLessThanOrEqual(1200);
    const kept = shape(text);
    expect(kept.filter((line) => line === 'FAILED here').length).toBeGreaterThan(2);
    const tail = kept.slice(kept.lastIndexOf('…') + 1);
    expect(tail.at(-1)).toBe('1000');
    expect(tail.join('\n').length).toBeGreaterThan(250);
  });

  it('spends no room on marks between errors that follow each other', () => {
    const lines = [...numbered(500), ...Array<string>(40).fill('error: x'), ...numbered(500)];
    const kept = shape(keep(lines.join('\n'), 1500));
    expect(kept.filter((line) => line === 'error: x').length).toBe(40);
  });

  it.each([
    'TypeError: x is not a function',
    'ValueError: bad',
    'java.lang.NullPointerException',
    "thread 'main' panicked at src/main.rs:1:1",
    'error[E0308]: mismatched types',
    'src/a.ts(1,1): error TS2322: no',
    'Found 2 errors.',
    'FAIL test/a.test.ts',
    '2 failures',
    'not ok 3 - adds',
    'npm ERR! code 1',
    'Traceback (most recent call last):',
    'Segmentation fault (core dumped)',
    'connect: connection refused',
  ])('knows an error: %s', (error) => {
    expect(keep([...numbered(50), error, ...numbered(100)].join('\n'), 400)).toContain(error);
  });

  it.each(['unfailing', 'terror', 'line of the default panicle'])('knows none in: %s', (line) => {
    expect(keep([...numbered(50), line, ...numbered(100)].join('\n'), 400)).not.toContain(line);
  });

  it('cuts the middle out of a long line, and says so', () => {
    const long = `start ${'x'.repeat(5000)} end`;
    const kept = keep(`${'line\n'.repeat(2000)}${long}`, 9000)!;
    const last = kept.split('\n').at(-1)!;
    expect(last.length).toBeLessThanOrEqual(2000);
    const [, before, count, after] = /^(start x+) \[… ([\d ]+) characters left out …\] (x+ end)$/.exec(last)!;
    expect(before!.length + after!.length + Number(count!.replace(/ /g, ''))).toBe(long.length);
  });

  it('keeps something of a last line that is longer than the room', () => {
    expect(keep(`${numbered(50).join('\n')}\n${'x'.repeat(1900)}!`, 600)).toMatch(/x!$/);
    expect(keep(`${'x'.repeat(1_000_000)}!`, 600)).toMatch(/^x+ \[… [\d ]+ characters left out …\] x+!$/);
  });

  it('gives up where not even the mark fits', () => {
    expect(keep(numbered(100).join('\n'), 20)).toBeUndefined();
    expect(shape(keep(numbered(100).join('\n'), 52))).toEqual(['…']);
  });
});

describe('any text', () => {
  const line = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', 'x'.repeat(2001), '😀'.repeat(1234), 'é'.repeat(700)),
    },
  );
  const error = { weight: 1, arbitrary: fc.constant('fatal: no') };
  const lines = fc.array(fc.oneof({ weight: 5, arbitrary: line }, error), { minLength: 1, maxLength: 80 });

  it('fits the room, in its own order, with every line kept, clamped or counted by a mark', () => {
    fc.assert(
      fc.property(
        lines,
        fc.oneof(fc.nat(1000), fc.nat(6000)),
        fc.constantFrom('\n', '\r\n'),
        (all, room, end) => {
          const given = all.map((one) => one.replace(/[\r\n]/g, ' '));
          const kept = keep(given.join(end), room);
          if (kept === undefined) {
            expect(room).toBeLessThan(80);
            return;
          }
          expect(kept.length).toBeLessThanOrEqual(room);
          expect(kept).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/);
          // A newline at the end ends a line, it does not begin another.
          const expected = given.length > 1 && given.at(-1) === '' ? given.slice(0, -1) : given;
          let at = 0;
          for (const one of kept.split('\n')) {
            const gap = mark.exec(one);
            if (gap) at += Number(gap[1]!.replace(/ /g, ''));
            else {
              const [head] = one.split(/ \[… [\d ]+ characters left out …\] /);
              expect(expected[at]!.startsWith(head!)).toBe(true);
              at++;
            }
          }
          expect(at).toBe(expected.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
