import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmbeddedIndex } from '../../../src/core/retrieve/index/embedded-index.ts';
import { queryTerms } from '../../../src/core/retrieve/tokens.ts';

const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'readFile', 'write_file', 'HTTPServer', '配置'];
const paths = ['a.ts', 'src/b.py', 'src/c/d.go', 'docs/e.md', 'test/f.test.ts', 'src/alpha.rs'];

const textOf = fc
  .array(fc.array(fc.constantFrom(...words), { maxLength: 12 }), { maxLength: 60 })
  .map((lines) => lines.map((line) => line.join(' ')).join('\n'));

function indexOf(files: Iterable<readonly [path: string, text: string]>): EmbeddedIndex {
  const edit = EmbeddedIndex.empty().edit();
  for (const [path, text] of files) edit.put({ path, stamp: '1', hash: text, text });
  return edit.done();
}

function find(index: EmbeddedIndex, query: string, most = 20) {
  return index.match(queryTerms(query)!, { most });
}

function answers(index: EmbeddedIndex) {
  return words.map((word) => find(index, `${word} alpha`));
}

/** Enough text that a change to it is not merged at once. */
function manyFiles(count: number): [string, string][] {
  return Array.from({ length: count }, (_, at) => [
    `src/file${at}.ts`,
    Array.from({ length: 60 }, (_, line) => `const word${(at * line) % 97} = alpha${line};`).join('\n'),
  ]);
}

describe('the embedded index', () => {
  it('after any edits answers like one that was just made, also from its bytes', () => {
    const edits = fc.array(
      fc.array(fc.record({ path: fc.constantFrom(...paths), text: fc.option(textOf, { nil: undefined }) }), {
        minLength: 1,
        maxLength: 4,
      }),
      { maxLength: 6 },
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
      { numRuns: 60 },
    );
  });

  it('answers so also when only some of its files are in the second segment, and when both are merged', () => {
    const files = new Map(manyFiles(300));
    let index = indexOf(files);
    for (let round = 0; round < 12; round++) {
      const edit = index.edit();
      for (let at = round; at < 300; at += 12) {
        const path = `src/file${at}.ts`;
        if (round % 3 === 2) {
          files.delete(path);
          edit.remove(path);
        } else {
          const text = `${files.get(path) ?? ''}\nfunction changed${round}() { alpha1; }\n`;
          files.set(path, text);
          edit.put({ path, stamp: '2', hash: text, text });
        }
      }
      index = edit.done();
    }
    const fresh = indexOf(files);
    expect(index.counts).toEqual(fresh.counts);
    for (const query of ['alpha1 word3', 'changed4', 'file7', 'const'])
      expect(find(index, query, 200)).toEqual(find(fresh, query, 200));
  });

  it('leaves the index that was edited as it was', () => {
    const index = indexOf([['a.ts', 'alpha']]);
    const edit = index.edit();
    edit.put({ path: 'a.ts', stamp: '2', hash: 'beta', text: 'beta' });
    const edited = edit.done();
    expect(find(index, 'alpha')).toHaveLength(1);
    expect(find(edited, 'alpha')).toHaveLength(0);
    expect(find(edited, 'beta')).toHaveLength(1);
  });

  it('knows what it was told of each file', () => {
    const edit = indexOf([['a.ts', 'alpha']]).edit();
    edit.put({ path: 'a.ts', stamp: '2', hash: 'alpha', text: 'is not read, since the hash is the same' });
    edit.skip({ path: 'b.bin', stamp: '3', skipped: 'binary' });
    const index = EmbeddedIndex.decode(edit.done().encode())!;
    expect([...index.paths()]).toEqual(['a.ts', 'b.bin']);
    expect(index.file('a.ts')).toMatchObject({ stamp: '2', hash: 'alpha' });
    expect(index.file('b.bin')).toMatchObject({ stamp: '3', skipped: 'binary' });
    expect(index.file('c')).toBeUndefined();
    expect(index.skipped()).toEqual({ binary: 1 });
    expect(index.counts).toEqual({ files: 1, blocks: 1 });
    expect(find(index, 'alpha')).toHaveLength(1);
  });

  it('cites lines from 1, the hash and what is defined', () => {
    const index = indexOf([['src/a.ts', '\r\n\r\nfunction alpha() {\r\n  beta();\r\n}\r\n']]);
    expect(find(index, 'beta')).toEqual([
      expect.objectContaining({
        path: 'src/a.ts',
        start: 3,
        end: 5,
        symbol: 'alpha',
        hash: expect.any(String),
      }),
    ]);
  });

  it('finds a file by its path alone, and a part of a Chinese comment', () => {
    const index = indexOf([
      ['src/retry/policy.ts', 'export const x = 1;\n'],
      ['src/b.ts', '// 读取配置文件失败时重试\nload();\n'],
    ]);
    expect(find(index, 'retry').map(({ path }) => path)).toEqual(['src/retry/policy.ts']);
    expect(find(index, '配置文件').map(({ path }) => path)).toEqual(['src/b.ts']);
  });

  it('rules files out without a change to the scores of the others', () => {
    const index = indexOf(paths.map((path) => [path, `alpha ${path}`]));
    const all = find(index, 'alpha');
    const some = index.match(queryTerms('alpha')!, { most: 20, accepts: (path) => path.startsWith('src/') });
    expect(some).toEqual(all.filter(({ path }) => path.startsWith('src/')));
    expect(some.length).toBeLessThan(all.length);
  });

  it('gives the best, ties by path and line', () => {
    const files = ['c.ts', 'a.ts', 'b.ts'].map((path): [string, string] => [path, 'alpha beta']);
    const index = indexOf([...files, ['d.ts', 'alpha alpha beta beta']]);
    const order = find(index, 'alpha beta').map(({ path }) => path);
    expect(order).toEqual(['d.ts', 'a.ts', 'b.ts', 'c.ts']);
    const many = indexOf(manyFiles(40));
    const all = find(many, 'alpha1 word3 file7', 1000);
    const some = find(many, 'alpha1 word3 file7', 7);
    expect(some.slice(0, 7)).toEqual(all.slice(0, 7));
    expect(some.length).toBeLessThan(all.length);
    // The best file is there with all its blocks.
    const ofBest = (matches: typeof all) => matches.filter(({ path }) => path === all[0]!.path);
    expect(ofBest(some)).toEqual(ofBest(all));
  });

  it('holds no text', () => {
    const edit = EmbeddedIndex.empty().edit();
    edit.put({ path: 'a.ts', stamp: '', hash: '', text: 'load("correct horse");\n' });
    const bytes = edit.done().encode();
    expect(Buffer.from(bytes).includes('horse')).toBe(false);
  });

  it('takes texts of any kind', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, path) => {
        const index = EmbeddedIndex.decode(indexOf([[path, text]]).encode())!;
        expect([...index.paths()]).toEqual([path]);
        const terms = queryTerms(text);
        if (terms) for (const { end } of index.match(terms, { most: 5 })) expect(end).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
    for (const text of [
      '',
      '\0',
      '\ud800',
      '🎉',
      '(['.repeat(250_000),
      'é'.repeat(10_000),
      'a '.repeat(250_000),
    ])
      expect(EmbeddedIndex.decode(indexOf([['a', text]]).encode())).toBeDefined();
  });
});

describe('bytes that are no index of this version', () => {
  const sound = (() => {
    const edit = indexOf([...manyFiles(5), ['b.md', '# Alpha\n\nbeta\n']]).edit();
    edit.put({ path: 'c.ts', stamp: '1', hash: 'c', text: 'function gamma() {}' });
    edit.skip({ path: 'd.bin', stamp: '1', skipped: 'binary' });
    return edit.done().encode();
  })();

  /** With a checksum that fits, as a hostile file would have. */
  function withChecksum(bytes: Uint8Array): Uint8Array {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    let sum = words.length;
    for (let at = 3; at < words.length; at++)
      sum = Math.imul((sum << 5) ^ (sum >>> 27) ^ words[at]!, 0x01000193);
    words[2] = sum;
    return bytes;
  }

  function use(index: EmbeddedIndex | undefined): void {
    if (index === undefined) return;
    const { blocks } = index.counts;
    const found = find(index, 'alpha1 word3 beta gamma', 1_000_000);
    expect(found.length).toBeLessThanOrEqual(blocks);
    for (const { path, start, end, score } of found) {
      expect([typeof path, end >= start, score > 0]).toEqual(['string', true, true]);
    }
    const edit = index.edit();
    edit.put({ path: 'new.ts', stamp: '1', hash: 'new', text: 'alpha1' });
    edit.done().encode();
  }

  it('are sound before they are changed', () => {
    expect(EmbeddedIndex.decode(withChecksum(sound.slice()))).toBeDefined();
  });

  it('are refused where they were cut, or any bit of them was turned', () => {
    for (let length = 0; length < sound.length; length += 7)
      expect(EmbeddedIndex.decode(sound.slice(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), (at, turned) => {
        const bytes = sound.slice();
        bytes[at]! ^= turned;
        expect(EmbeddedIndex.decode(bytes)).toBeUndefined();
      }),
    );
    expect(EmbeddedIndex.decode(new TextEncoder().encode('another file'.repeat(20)))).toBeUndefined();
  });

  it('are refused or harmless where the checksum fits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = sound.slice();
          for (const [at, value] of changes) bytes[at] = value;
          use(EmbeddedIndex.decode(withChecksum(bytes)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are refused where two rows claim one file', () => {
    const edit = EmbeddedIndex.empty().edit();
    for (const path of ['a.ts', 'b.ts']) edit.put({ path, stamp: '1', hash: path, text: 'alpha' });
    const bytes = edit.done().encode();
    const json = new TextDecoder('latin1').decode(bytes);
    const at = json.indexOf('"b.ts",1,1]');
    expect(at).toBeGreaterThan(0);
    bytes.set(new TextEncoder().encode('"b.ts",1,0]'), at);
    expect(EmbeddedIndex.decode(withChecksum(bytes))).toBeUndefined();
    bytes.set(new TextEncoder().encode('"b.ts",1,1]'), at);
    expect(EmbeddedIndex.decode(withChecksum(bytes))).toBeDefined();
  });

  it('gives the best blocks, and of the files that have the very best all that match', () => {
    const lines = Array.from({ length: 40 }, (_, line) => `  other${line}();`).join('\n');
    const others = Array.from({ length: 6 }, (_, at) => `function f${at}() {\n${lines}\n  alpha();\n}\n`);
    const index = indexOf([
      ['lead.ts', `${'alpha '.repeat(40)}\n\n${others.join('\n')}`],
      ['tail.ts', others.join('\n')],
      ...Array.from({ length: 80 }, (_, at) => [`m${at}.ts`, `alpha ${'gamma '.repeat(9)}\n`] as const),
    ]);
    const all = find(index, 'alpha', 1000);
    const of = (path: string, found = all) => found.filter((match) => match.path === path);
    const found = find(index, 'alpha', 60);
    expect(of('lead.ts').length).toBeGreaterThan(3);
    expect(of('lead.ts', found)).toEqual(of('lead.ts'));
    expect(of('tail.ts').length).toBeGreaterThan(3);
    expect(of('tail.ts', found)).toEqual([]);
  });

  it('are read wherever they lie in a buffer', () => {
    const larger = new Uint8Array(sound.length + 3);
    larger.set(sound, 3);
    expect(EmbeddedIndex.decode(larger.subarray(3))).toBeDefined();
  });
});
