import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf } from '../../../src/core/retrieve/blocks.ts';
import { linesOf } from '../../../src/core/retrieve/corpus-rules.ts';
import { expectLinear } from '../../helpers/linear.ts';

function functionOf(name: string, statements: number): string[] {
  return [
    `function ${name}() {`,
    ...Array.from({ length: statements }, (_, at) => `  const value${at} = compute(${at});`),
    '}',
    '',
  ];
}

describe('blocks', () => {
  it('start where a definition starts', () => {
    const lines = [...functionOf('one', 20), ...functionOf('two', 20), ...functionOf('three', 20)];
    expect(blocksOf(lines).map(({ start }) => lines[start - 1])).toEqual([
      'function one() {',
      'function two() {',
      'function three() {',
    ]);
  });

  it('hold small definitions together', () => {
    const lines = [...functionOf('one', 3), ...functionOf('two', 3)];
    expect(blocksOf(lines)).toEqual([{ start: 1, end: lines.length - 1 }]);
  });

  it('end neither with the head of what follows nor start with a closing bracket', () => {
    const lines = functionOf('long', 200);
    for (const { start, end } of blocksOf(lines)) {
      expect(lines[start - 1]).not.toMatch(/^\s*\}/);
      expect(lines[end - 1]).not.toBe('');
    }
  });

  it('hold every line that is not blank once, in order, within the size', () => {
    const line = fc.oneof(
      fc.constantFrom('', '  ', '\t', '}', '  })', '\u00a0'),
      fc.string({ maxLength: 120 }).map((text) => text.replace(/[\r\n]/g, ' ')),
      fc.nat(8).map((depth) => `${' '.repeat(depth)}statement of some length;`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), (lines) => {
        const blocks = blocksOf(lines);
        const inside = new Set<number>();
        let before = 0;
        for (const { start, end } of blocks) {
          expect(start).toBeGreaterThan(before);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(lines.slice(start - 1, end).join('\n').length).toBeLessThanOrEqual(1000);
          for (let at = start; at <= end; at++) inside.add(at);
          before = end;
        }
        for (const [at, text] of lines.entries()) if (text.trim() !== '') expect(inside).toContain(at + 1);
        expect(before).toBeLessThanOrEqual(lines.length);
      }),
    );
  });

  it('make a longer line a block of its own', () => {
    const lines = ['short', 'x'.repeat(3000), 'short'];
    expect(blocksOf(lines)).toEqual([
      { start: 1, end: 1 },
      { start: 2, end: 2 },
      { start: 3, end: 3 },
    ]);
  });

  it('count lines alike for all line ends', () => {
    const lines = [...functionOf('one', 20), ...functionOf('two', 20)];
    expect(blocksOf(linesOf(lines.join('\r\n')))).toEqual(blocksOf(linesOf(lines.join('\n'))));
    expect(linesOf('one\r\ntwo\r\n')).toEqual(['one', 'two']);
    expect(linesOf('one\ntwo')).toEqual(['one', 'two']);
    expect(linesOf('')).toEqual([]);
  });

  it('take time in proportion to the text', async () => {
    for (const line of ['', '    ', '}', '(((((((((((((((((((', `${' '.repeat(200)}x`, '\t\t\t'])
      await expectLinear((size) => {
        const lines = Array<string>(Math.floor(size / (line.length + 1))).fill(line);
        return () => blocksOf(lines);
      }, 60_000);
  });
});
