/** Of a log that is too long the errors and the end are what the answer hangs on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutLog, tidyLog } from '../../../../src/core/input/log/cut-log.ts';
import { gravityOf } from '../../../../src/core/input/log/gravity.ts';

const mark = /^\[… ([\d ]+) lines, about ([\d ]+) tokens left out of log …\]$/;
const keep = (text: string, maxCharacters: number) => cutLog(text, { maxCharacters, label: 'log' });
/** Lines that are not alike: `line` and a number in letters. */
const named = (at: number) =>
  `line ${[676, 26, 1].map((power) => String.fromCharCode(97 + (Math.floor(at / power) % 26))).join('')}`;
const lines = (count: number) => Array.from({ length: count }, (_, at) => named(at));
/** The last words of the lines that are kept; a gap is `…`. */
const shape = (text: string | undefined) =>
  (text ?? '').split('\n').map((line) => (mark.test(line) ? '…' : line.replace('line ', '')));

describe('cutLog', () => {
  it('keeps the end and something of the beginning, on line borders, and says how much is missing', () => {
    const kept = keep(lines(500).join('\n'), 300)!;
    expect(shape(kept)[0]).toBe('aaa');
    const [, gap] = kept.split('\n');
    const [, count, tokens] = mark.exec(gap!)!;
    const left = lines(500)
      .slice(1, 1 + Number(count))
      .join('\n');
    expect(Number(tokens!.replace(' ', ''))).toBe(Math.ceil(left.length / 3));
    expect(kept.split('\n').slice(2)).toEqual(lines(500).slice(1 + Number(count)));
  });

  it('fills the room that there is', () => {
    const text = lines(1000).join('\n');
    for (const room of [200, 500, 3000]) expect(keep(text, room)!.length).toBeGreaterThan(room - 30);
  });

  it('keeps an error with the lines around it', () => {
    const all = lines(100);
    all[49] = 'Error: it failed';
    const kept = shape(keep(all.join('\n'), 400));
    const at = kept.indexOf('Error: it failed');
    expect(kept.slice(at - 3, at + 5)).toEqual([
      '…',
      'abv',
      'abw',
      'Error: it failed',
      'aby',
      'abz',
      'aca',
      '…',
    ]);
    expect(kept.at(-1)).toBe('adv');
  });

  it('keeps errors from both ends, and leaves room to the end', () => {
    const all = lines(1000).map((line, at) => (at % 10 === 0 && at < 900 ? `FAILED ${line}` : line));
    const text = keep(all.join('\n'), 2400)!;
    expect(text.length).toBeLessThanOrEqual(2400);
    const kept = shape(text);
    expect(kept).toContain('FAILED aaa');
    expect(kept).toContain(`FAILED ${named(890).slice(5)}`);
    expect(kept.at(-1)).toBe(named(999).slice(5));
    expect(kept.slice(kept.lastIndexOf('…') + 1).join('\n').length).toBeGreaterThan(200);
  });

  it('keeps the first of a kind before its repeats', () => {
    const all = lines(2000).map((line, at) =>
      at < 50 || at === 1000 ? line : `error: '${line}' is not declared`,
    );
    all[1000] = 'error: the disk is full';
    expect(keep(all.join('\n'), 1000)).toContain('the disk is full');
  });

  it('counts repeated lines instead of showing them, and repeated groups of lines', () => {
    const repeated = [
      'a',
      ...Array<string>(100).fill('same'),
      ...Array<string[]>(50).fill(['x', 'y']).flat(),
      'z',
    ];
    expect(keep(repeated.join('\n'), 200)?.split('\n')).toEqual([
      'a',
      'same',
      '[… the line above 99 more times …]',
      'x',
      'y',
      '[… the 2 lines above 49 more times …]',
      'z',
    ]);
  });

  it('keeps what stands among lines that differ in numbers only', () => {
    const all = Array.from({ length: 5000 }, (_, at) => `12:00:${at} retry ${at} of the upload`);
    all[2500] = 'quota used up';
    const kept = keep(all.join('\n'), 1500)!;
    expect(kept).toContain('quota used up');
    expect(kept).toMatch(/\[… the line above with other numbers 2 \d{3} more times …\]/);
  });

  it('has no escape sequences', () => {
    const coloured = [
      ...lines(100),
      '\x1b[31merror\x1b[0m: \x1b]8;;http://x\x07link\x1b]8;;\x07',
      ...lines(100),
    ];
    const kept = tidyLog(coloured.join('\n'));
    expect(kept).toContain('\nerror: link\n');
    expect(kept).not.toContain('\x1b');
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
    expect(keep([...lines(50), error, ...lines(100)].join('\n'), 500)).toContain(error);
  });

  it.each(['unfailing', 'terror', 'line of the default panicle'])('knows none in: %s', (line) => {
    expect(keep([...lines(50), line, ...lines(100)].join('\n'), 400)).not.toContain(line);
  });

  it.each([
    'level=error msg="x"',
    '{"level":"error","msg":"x"}',
    '{"severity": "CRITICAL"}',
    '[Sun Dec 04 04:47:44 2005] [error] child 6',
    '2026-01-02T03:04:05.678Z ERRO: falta o arquivo',
    'Falha ao conectar',
    'Fehler: Datei fehlt',
    'Échec de la connexion',
    'Erreur : fichier introuvable',
    'E       assert 4 == 5',
    '--- FAIL: TestAdd (0.00s)',
    'web-1  | panic: runtime error',
    'build\ttest\t2026-01-02T03:04:05.678Z ##[error]Process completed with exit code 1.',
    'F0102 03:04:05 main.cc:12] check',
    '  ✗ adds',
    'error[E0308]: mismatched types',
    'FAILURE: Build failed with an exception.',
    '[ERROR] COMPILATION ERROR :',
  ])('tells an error by its form: %s', (line) => {
    expect(gravityOf(line)).toBe('error');
  });

  it.each([
    ' ✓ throws an error on a panic (3 ms)',
    'ok 12 - fails with an exception',
    'test error::tests::it_fails ... ok',
    'tests/test_error.py::test_error PASSED                 [ 12%]',
    '--- PASS: TestFatalError (0.00s)',
    '=== RUN   TestError',
    'level=info msg=stored error=null',
    '{"level":"info","error":null,"errors":[]}',
    '[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0',
    'Found 0 errors. Watching for file changes.',
    '# fail 0',
    'exited with code 0',
  ])('tells none where all is well: %s', (line) => {
    expect(gravityOf(line)).toBe('none');
  });

  it('keeps a long block in part, from its beginning and its end', () => {
    const frames = Array.from({ length: 300 }, (_, at) => `    at ${named(at).slice(5)} (a.js)`);
    const kept = keep([...lines(300), 'RangeError: too deep', ...frames, ...lines(300)].join('\n'), 3000)!;
    expect(kept).toContain('RangeError: too deep\n    at aaa (a.js)\n');
    expect(kept).toContain(frames.at(-1));
    expect(kept).not.toContain(frames[150]);
  });

  it('cuts the middle out of a long line, and says so', () => {
    const long = `start ${'x'.repeat(50_000)} end`;
    const kept = keep(`${'line\n'.repeat(2000)}${long}`, 9000)!;
    const last = kept.split('\n').at(-1)!;
    const [, before, count, after] = /^(start x+) \[… ([\d ]+) characters left out …\] (x+ end)$/.exec(last)!;
    expect(before!.length + after!.length + Number(count!.replace(/ /g, ''))).toBe(long.length);
  });

  it('keeps an error in the middle of a long line', () => {
    const records = Array.from({ length: 9000 }, (_, at) => `{"name":"${named(at)}","error":null}`);
    records[4000] = '{"name":"it","level":"error","why":"no room"}';
    expect(keep(`[${records.join(',')}]`, 2000)).toContain(records[4000]);
  });

  it('keeps something of a last line that is longer than the room', () => {
    expect(keep(`${lines(50).join('\n')}\n${'x'.repeat(1900)}!`, 600)).toMatch(/x!$/);
    expect(keep(`${'x'.repeat(1_000_000)}!`, 600)).toMatch(/^x+ \[… [\d ]+ characters left out …\] x+!$/);
  });

  it('gives up where not even the mark fits', () => {
    expect(keep(lines(100).join('\n'), 20)).toBeUndefined();
    expect(shape(keep(lines(100).join('\n'), 52))).toEqual(['…']);
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
  const texts = fc.array(fc.oneof({ weight: 5, arbitrary: line }, error), { minLength: 1, maxLength: 80 });
  const fold = /^\[… the (?:(\d+) lines|line) above (?:with other numbers )?([\d ]+) more times? …\]$/;

  it('fits the room, in its own order, with every line kept, clamped or counted by a mark', () => {
    fc.assert(
      fc.property(
        texts,
        fc.oneof(fc.nat(1000), fc.nat(6000)),
        fc.constantFrom('\n', '\r\n'),
        (all, room, end) => {
          const given = all.map((one) => one.replace(/[\r\n\x08\x1b\x9b]/g, ' '));
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
            const repeats = fold.exec(one);
            if (gap) at += Number(gap[1]!.replace(/ /g, ''));
            else if (repeats) at += Number(repeats[1] ?? 1) * Number(repeats[2]!.replace(/ /g, ''));
            else {
              const [head] = one.split(/ \[… [\d ]+ characters left out …\] /);
              expect(expected[at]!.startsWith(head!)).toBe(true);
              at++;
            }
          }
          expect(at).toBe(expected.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
