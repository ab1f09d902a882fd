import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeCell,
  encodeLine,
  neutralise,
  plainDecimal,
  readNumber,
  restore,
  splitLine,
} from '../../../src/core/record/csv-line.ts';
import { anyCharacter } from '../../helpers/any-character.ts';

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      '"',
      ',',
      "'",
      ';',
      ' ',
      '1',
      '.',
      'e',
      '|',
      '\u2028',
      '＝',
    ),
    anyCharacter,
  ),
});
const withoutBreaks = (text: string): string => text.replace(/\r\n|[\n\v\f\r\0\u0085\u2028\u2029]/g, ' ');

describe('cells', () => {
  it('come back as they were, line breaks aside', () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1 }), (values) => {
        const line = encodeLine(values);
        expect(line).not.toMatch(/[\r\n]/);
        expect(splitLine(line)?.map(restore)).toEqual(values.map(withoutBreaks));
      }),
      { numRuns: 300 },
    );
  });

  it('never begin as a formula', () => {
    fc.assert(
      fc.property(nasty, (value) => {
        const [cell = ''] = splitLine(encodeCell(value)) ?? [];
        if (/^\s*[=+\-@\t]/.test(cell)) expect(Number(cell)).not.toBeNaN();
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['+1+2', "'+1+2"],
    ['-cmd|calc', "'-cmd|calc"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1+1', `"'\t=1+1"`],
    ['\r=1+1', "' =1+1"],
    ['＝1+1', "'＝1+1"],
    ['-5.25', '-5.25'],
    ['+1e5', '+1e5'],
    ["'=1+1", "''=1+1"],
    ["it's", "it's"],
    ['a\r\nb\nc', 'a b c'],
  ])('%j is written %j', (value, cell) => {
    expect(encodeCell(value)).toBe(cell);
  });

  it('does not take apostrophes away that it did not set', () => {
    expect(restore("'quoted'")).toBe("'quoted'");
    expect(restore("'-5")).toBe("'-5");
    expect(restore(neutralise('=1'))).toBe('=1');
  });

  it('tells an unknown value from zero', () => {
    expect(encodeLine([undefined, null, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, false])).toBe(
      ',,0,0,,,false',
    );
  });
});

describe('numbers', () => {
  it('keep every digit without an exponent', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const cell = plainDecimal(value);
        expect(cell).toMatch(/^-?\d+(\.\d+)?$/);
        expect(readNumber(cell)).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [1.25e-7, '0.000000125'],
    [-1e-7, '-0.0000001'],
    [1.5e21, '1500000000000000000000'],
    [0.1, '0.1'],
    [5e-324, `0.${'0'.repeat(323)}5`],
  ])('%d is written %s', (value, cell) => {
    expect(plainDecimal(value)).toBe(cell);
  });

  it.each(['', ' ', '1,5', '0x10', 'NaN', 'Infinity', '1e999', '$1', '1 000', '--1'])(
    'refuses %j',
    (cell) => {
      expect(readNumber(cell)).toBeUndefined();
    },
  );
});

describe('lines', () => {
  it.each(['"a', 'a,"b', '"a""', '"a"b,c', '"a" ,c'])('%j is not whole', (line) => {
    expect(splitLine(line)).toBeUndefined();
  });

  it.each([
    ['', ['']],
    ['""', ['']],
    ['a,', ['a', '']],
    ['"a",', ['a', '']],
    ['"a,""b""",c"d', ['a,"b"', 'c"d']],
  ])('%j has the cells %j', (line, cells) => {
    expect(splitLine(line)).toEqual(cells);
  });
});
