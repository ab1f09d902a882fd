import { describe, expect, it } from 'vitest';
import { Redactions } from '../../../src/core/secrets/redactions.ts';
import { expectLinear } from '../../helpers/linear.ts';

const span = (text: string, secret: string, kind = 'aws') => {
  const start = text.indexOf(secret);
  return { kind, start, end: start + secret.length };
};

describe('redacting a text', () => {
  it('gives each value a number, and the same value the same one in every text of the call', () => {
    const redactions = new Redactions();
    const [one, two] = ['a=FIRST b=SECOND', 'c=SECOND d=THIRD'];
    expect(redactions.any).toBe(false);
    expect(redactions.redact(one, [span(one, 'SECOND'), span(one, 'FIRST')]).text).toBe(
      'a=‹redacted:aws:1› b=‹redacted:aws:2›',
    );
    expect(redactions.redact(two, [span(two, 'THIRD', 'jwt'), span(two, 'SECOND')]).text).toBe(
      'c=‹redacted:aws:2› d=‹redacted:jwt:3›',
    );
    expect(redactions.any).toBe(true);
  });

  it('merges spans that overlap, and keeps the ones that touch apart', () => {
    const text = 'x ABCDEFGH y';
    const spans = [
      { kind: 'b', start: 4, end: 8 },
      { kind: 'a', start: 2, end: 6 },
      { kind: 'c', start: 8, end: 10 },
    ];
    expect(new Redactions().redact(text, spans).text).toBe('x ‹redacted:a:1›‹redacted:c:2› y');
  });

  it('keeps the lines, their indentation and their ends, and counts a secret of several lines once', () => {
    const text = 'top\n  -----BEGIN\r\n  line one\r\n\r\n  line one\r\n  END\r\nrest FIRST\n';
    const block = span(text, text.slice(text.indexOf('  -----'), text.indexOf('\r\nrest')), 'private-key');
    const { text: redacted, found } = new Redactions().redact(text, [block, span(text, 'FIRST')]);
    expect(redacted).toBe(
      'top\n  ‹redacted:private-key:1›\r\n  ‹redacted:private-key:2›\r\n\r\n  ‹redacted:private-key:2›\r\n  ‹redacted:private-key:3›\r\nrest ‹redacted:aws:4›\n',
    );
    expect(found).toEqual([
      { kind: 'private-key', line: 2, lastLine: 6 },
      { kind: 'aws', line: 7, lastLine: 7 },
    ]);
  });

  it('never uses a placeholder that is in the material already', () => {
    const text = 'stranger: ‹redacted:aws:1› [REDACTED:jwt:2] mine=FIRST';
    const redactions = new Redactions([text]);
    expect(redactions.redact(text, [span(text, 'FIRST')]).text).toBe(
      'stranger: ‹redacted:aws:1› [REDACTED:jwt:2] mine=‹redacted:aws:3›',
    );
    expect(redactions.placeholdersIn('‹redacted:aws:1› (redacted:jwt:2)')).toEqual([]);
  });

  it('inserts a value literally', () => {
    const text = "a $& $1 $' b";
    const { text: redacted } = new Redactions().redact(text, [span(text, "$& $1 $'")]);
    expect(redacted).toBe('a ‹redacted:aws:1› b');
  });

  it('finds a value wherever else it stands, but not a short one', () => {
    const redactions = new Redactions();
    const text = 'a=VALUE-OF-12-CHARACTERS b=SHORT';
    redactions.redact(text, [span(text, 'VALUE-OF-12-CHARACTERS'), span(text, 'SHORT')]);
    const other = 'SHORT then VALUE-OF-12-CHARACTERS';
    expect(redactions.occurrences(other)).toEqual([span(other, 'VALUE-OF-12-CHARACTERS')]);
  });

  it('finds every one of many values, the longest of those that begin alike, and overlapping ones', () => {
    const redactions = new Redactions();
    const decoys = Array.from({ length: 1000 }, (_, at) => `decoy-number-${at}`);
    const values = [...decoys, 'hunter2-hunter2', 'hunter2-hunter2-and-more', 'and-more-and-more'];
    for (const value of values) redactions.redact(value, [span(value, value)]);
    const text = 'x hunter2-hunter2-and-more-and-more decoy-number-777 hunter2-hunter2-and';
    const found = redactions.occurrences(text).map(({ start, end }) => text.slice(start, end));
    expect(found).toEqual([
      'hunter2-hunter2-and-more',
      'and-more-and-more',
      'decoy-number-777',
      'hunter2-hunter2',
    ]);
  });

  it.each([
    ['values that begin alike', (at: number) => `the-same-beginning-${at}-${'x'.repeat(at % 20)}`],
    ['values that begin with one another', (at: number) => 'a1B'.repeat(4 + (at % 30))],
  ])('finds %s in a time that is in proportion to their number and the text', async (_, valueAt) => {
    await expectLinear((size) => {
      const redactions = new Redactions();
      const values = Array.from({ length: size }, (_, at) => valueAt(at));
      for (const value of new Set(values)) redactions.redact(value, [span(value, value)]);
      const text = values.join(' ');
      return () => redactions.occurrences(text);
    }, 500);
  });

  it('knows its placeholders, whatever their brackets, and those that a model makes up', () => {
    const redactions = new Redactions(['‹redacted:aws:7›']);
    redactions.redact('FIRST', [span('FIRST', 'FIRST')]);
    expect(redactions.placeholdersIn('<redacted:aws:1> and [Redacted:AWS:1], ‹redacted:aws:12›')).toEqual([
      'redacted:aws:1',
      'redacted:aws:1',
      'redacted:aws:12',
    ]);
    expect(redactions.placeholdersIn('‹redacted:aws:7› redacted: 3 times')).toEqual([]);
  });
});
