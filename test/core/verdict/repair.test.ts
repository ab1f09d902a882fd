import { describe, expect, it } from 'vitest';
import { approxTokens } from '../../../src/core/input/tokens.ts';
import { complaint } from '../../../src/core/verdict/repair.ts';

const places = { copies: ['/tmp/orch-x/tree/shop', '/home/me/shop'] };
const reason = '1 test of 3 fails';
const of = (failures: [name: string, text: string][], broken: string[] = []) =>
  complaint(
    {
      reason,
      report: {
        tests: failures.map(([name, text]) => ({
          name,
          file: undefined,
          status: 'failed',
          failure: { text, isAssertion: true },
        })),
        broken: broken.map((text) => ({ file: 'x', text })),
      },
      survivors: [],
    },
    places,
  );

describe('what a model is told of refused tests', () => {
  it('is the reason, the difference, and where it happened', () => {
    const text = [
      'AssertionError: expected 2 to be 3',
      '- 3',
      '+ 2',
      ' \u276f /home/me/shop/src/cart.test.ts:5:45',
      ' \u276f processTicksAndRejections node:internal/process/task_queues:95:5',
      '    at run (/home/me/shop/node_modules/vitest/dist/x.js:1:2)',
    ].join('\n');
    expect(of([['cart > adds', text]])).toBe(
      [
        'The tests are not accepted: 1 test of 3 fails.',
        '',
        '\u2717 cart > adds',
        '  AssertionError: expected 2 to be 3',
        '  - 3',
        '  + 2',
        '   \u276f src/cart.test.ts:5:45',
      ].join('\n'),
    );
  });

  it.each([
    ['of the copy', 'at /tmp/orch-x/tree/shop/src/a.ts:1', 'at src/a.ts:1'],
    ['as a URL', 'file:///home/me/shop/src/a.ts:1', 'src/a.ts:1'],
    ['of somebody', "ENOENT: '/home/me/.ssh/id_ed25519'", "ENOENT: 'id_ed25519'"],
    ['of the system', 'File "/usr/lib/x/abc.so"', 'File "abc.so"'],
    ['on Windows line ends', 'a\r\nb /etc/ssl/x.pem', 'a\n  b x.pem'],
  ])('holds no path outside the project: %s', (_name, text, expected) => {
    expect(of([['t', text]])).toContain(`\u2717 t\n  ${expected}`);
  });

  it('holds no escape sequence, and no run of empty lines', () => {
    expect(of([['t', '\u001b[31mred\u001b[39m\n\n\n\n\u001b]0;title\u0007end']])).toContain(
      '  red\n  \n  end',
    );
  });

  it('names repeats without repeating them', () => {
    const text = of([
      ['one', 'boom at line 3'],
      ['two', 'boom at line 44'],
      ['three', 'other'],
    ]);
    expect(text).toContain('\u2717 two: as one');
    expect(text.match(/boom/g)).toHaveLength(1);
    expect(text).toContain('\u2717 three\n  other');
  });

  it('is short: of failures, of lines, and in all', () => {
    const many = of(Array.from({ length: 40 }, (_, at) => [`t${at}`, `failure ${'x'.repeat(at)}`]));
    expect(many.match(/\u2717/g)).toHaveLength(12);
    expect(many).toContain('28 more failures not shown.');
    const long = of([['t', Array.from({ length: 90 }, (_, at) => `line ${at}`).join('\n')]]);
    expect(long.split('\n')).toHaveLength(3 + 30);
    const huge = of([
      ['a', 'word '.repeat(40_000)],
      ['b', 'small'],
    ]);
    expect(approxTokens(huge)).toBeLessThan(1600);
    expect(huge).toContain('word word');
  });

  it('tells what could not be loaded, and which changes go unnoticed', () => {
    expect(of([], ['Cannot find module'])).toContain(
      '\u2717 the file could not be loaded\n  Cannot find module',
    );
    const survivors = Array.from({ length: 10 }, (_, at) => ({
      path: 'cart.ts',
      line: at + 1,
      change: 'negating the condition',
    }));
    const text = complaint({ reason, report: undefined, survivors }, places);
    expect(text).toContain('- cart.ts line 8: negating the condition');
    expect(text).not.toContain('line 9');
  });
});
