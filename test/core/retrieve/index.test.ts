import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmbeddedIndex } from '../../../src/core/retrieve/index/embedded-index.ts';
import { queryTerms } from '../../../src/core/retrieve/tokens.ts';

const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'readFile', 'write_file', 'HTTPServer'];
const paths = ['a.ts', 'src/b.py', 'src/c/d.go', 'docs/e.md', 'test/f.test.ts'];

const textOf = fc
  .array(fc.array(fc.constantFrom(...words), { maxLength: 12 }), { maxLength: 60 })
  .map((lines) => lines.map((line) => line.join(' ')).join('\n'));

function indexOf(files: ReadonlyMap<string, string>): EmbeddedIndex {
  const edit = EmbeddedIndex.empty().edit();
  for (const [path, text] of files) edit.put({ path, stamp: '1', hash: text, text });
  return edit.done();
}

function answers(index: EmbeddedIndex) {
  return words.map((word) => index.match(queryTerms(`${word} alpha`)!, { most: 20 }));
}

describe('the embedded index', () => {
  it('after any edits answers like one that was just made, also from its bytes', () => {
    const edits = fc.array(
      fc.array(fc.record({ path: fc.constantFrom(...paths), text: fc.option(textOf, { nil: undefined }) }), {
        minLength: 1,
        maxLength: 4,
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(edits, (rounds) => {
        let index = EmbeddedIndex.empty();
        const files = new Map<string, string>();
        for (const round of rounds) {
          const edit = index.edit();
          for (const { path, text } of round) {
            if (text === undefined) {
              files.delete(path);
              edit.remove(path);
            } else {
              files.set(path, text);
              edit.put({ path, stamp: '1', hash: text, text });
            }
          }
          index = EmbeddedIndex.decode(edit.done().encode())!;
        }
        const fresh = indexOf(files);
        expect(index.counts).toEqual(fresh.counts);
        expect(answers(index)).toEqual(answers(fresh));
      }),
    );
  });
});
