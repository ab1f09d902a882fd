/** A search over a corpus in memory that changes while it runs. */
import { describe, expect, it } from 'vitest';
import { embeddedEngine } from '../../../src/adapters/retrieve/embedded-engine.ts';
import { noStore } from '../../../src/adapters/retrieve/index-store.ts';
import { queryTerms } from '../../../src/core/retrieve/tokens.ts';
import type { PastCommit } from '../../../src/core/retrieve/types.ts';
import type { CorpusSource, RetrievalEngine } from '../../../src/engine/retrieval-ports.ts';
import { redactMemories, redactPassages } from '../../../src/engine/retrieve/redact-passages.ts';
import { type SearchRequest, search } from '../../../src/engine/retrieve/search.ts';

interface World {
  files: Map<string, string>;
  /** What happens when a file is read. */
  onRead?: (path: string, reads: number) => void;
  history?: readonly PastCommit[];
}

function sourceOf(world: World): CorpusSource & { lists: number } {
  let reads = 0;
  const source = {
    lists: 0,
    async list() {
      source.lists++;
      return {
        base: '/base',
        entries: [...world.files].sort().map(([path, text]) => ({ path, stamp: text })),
        skipped: { secret: 1 },
        warnings: ['a warning'],
        read(path: string) {
          world.onRead?.(path, ++reads);
          const text = world.files.get(path);
          return text === undefined
            ? { skipped: 'unreadable' as const }
            : { text, hash: `hash of ${text}`, stamp: text };
        },
      };
    },
    history: async () => world.history ?? [],
  };
  return source;
}

function run(source: CorpusSource, query: string, more: Partial<SearchRequest> = {}) {
  return search(
    { terms: queryTerms(query)!, exclude: [], limit: 10, maxTokens: 1000, ...more },
    { corpus: source, engine: embeddedEngine(() => noStore) },
    { signal: new AbortController().signal },
  );
}

const world = (texts: Record<string, string>, more: Omit<World, 'files'> = {}): World => ({
  files: new Map(Object.entries(texts)),
  ...more,
});

it('adds up what was left out by name and what was found to be no text, and passes warnings on', async () => {
  const source = sourceOf(world({ 'a.ts': 'const alpha = 1;\n' }));
  const engine = embeddedEngine(() => noStore);
  const counted: RetrievalEngine = {
    ...engine,
    update: async (...given) => ({
      ...(await engine.update(...given)),
      skipped: { secret: 2, binary: 3 },
      warnings: ['of the engine'],
    }),
  };
  const found = await search(
    { terms: queryTerms('alpha')!, exclude: [], limit: 10, maxTokens: 1000 },
    { corpus: source, engine: counted },
    { signal: new AbortController().signal },
  );
  expect(found).toMatchObject({
    skipped: { secret: 3, binary: 3 },
    warnings: ['a warning', 'of the engine'],
  });
});

describe('a file that changes between the index and the answer', () => {
  it('is cut once more', async () => {
    const changing = world({ 'a.ts': 'const alpha = 1;\n', 'b.ts': 'const beta = 1;\n' });
    // The third reading is that for the answer.
    changing.onRead = (_path, reads) => {
      if (reads === 3) changing.files.set('a.ts', '\n\nlet alpha = 2;\n');
    };
    const source = sourceOf(changing);
    const { passages } = await run(source, 'alpha');
    expect(passages).toMatchObject([{ path: 'a.ts', start: 3, end: 3, text: 'let alpha = 2;' }]);
    expect(source.lists).toBe(2);
  });

  it('is left out if it changes each time, and the others stay', async () => {
    const changing = world({ 'a.ts': 'const alpha = 1;\n', 'b.ts': 'const alpha = 0;\n' });
    changing.onRead = (path, reads) => {
      if (path === 'a.ts') changing.files.set('a.ts', `const alpha = ${reads};\n`);
    };
    const source = sourceOf(changing);
    const { passages } = await run(source, 'alpha');
    expect(passages.map(({ path }) => path)).toEqual(['b.ts']);
    expect(source.lists).toBe(2);
  });

  it('is left out if it is gone', async () => {
    const changing = world({ 'a.ts': 'const alpha = 1;\n' });
    changing.onRead = (_path, reads) => {
      if (reads === 2) changing.files.delete('a.ts');
    };
    expect((await run(sourceOf(changing), 'alpha')).passages).toEqual([]);
  });
});

describe('an answer', () => {
  const texts = {
    'src/retry.ts': 'export function retryAfter() {\n  return 1;\n}\n',
    'test/retry.test.ts': 'retryAfter();\n',
    'docs/retry.md': '# retryAfter\n',
    'notes.csv': 'a\r\nretryAfter\r\n',
  };

  it('cites lines, the best first, and says what was searched', async () => {
    const found = await run(sourceOf(world(texts)), 'retryAfter');
    expect(found).toMatchObject({
      base: '/base',
      files: 4,
      updated: 4,
      skipped: { secret: 1 },
      warnings: ['a warning'],
    });
    expect(found.passages[0]).toMatchObject({
      path: 'src/retry.ts',
      start: 1,
      end: 3,
      kind: 'source',
      symbol: 'retryAfter',
      text: texts['src/retry.ts'].trimEnd(),
    });
    expect(new Set(found.passages.map(({ kind }) => kind))).toEqual(
      new Set(['source', 'tests', 'docs', 'other']),
    );
    expect(found.passages.find(({ path }) => path === 'notes.csv')).toMatchObject({ text: 'a\nretryAfter' });
  });

  it('keeps to the files that were chosen, to the number and to the tokens', async () => {
    const source = sourceOf(world(texts));
    const chosen = await run(source, 'retryAfter', { choose: async () => new Set(['docs/retry.md']) });
    expect(chosen.passages.map(({ path }) => path)).toEqual(['docs/retry.md']);
    expect((await run(source, 'retryAfter', { limit: 2 })).passages).toHaveLength(2);
    const cheap = await run(source, 'retryAfter', { maxTokens: 11 });
    expect(cheap.passages.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(11);
  });

  it('prefers what past commits of such a message changed', async () => {
    const same = { 'a.ts': 'one\n', 'b.ts': 'one\n' };
    const history = [{ subject: 'one thing', paths: ['b.ts'] }];
    const first = async (more: Omit<World, 'files'>) =>
      (await run(sourceOf(world(same, more)), 'one')).passages[0]?.path;
    expect(await first({})).toBe('a.ts');
    expect(await first({ history })).toBe('b.ts');
  });
});

describe('secrets', () => {
  const scanner = {
    async find(text: string) {
      return [...text.matchAll(/key-\d+(\nrest)?/g)].map((match) => ({
        kind: 'test',
        start: match.index,
        end: match.index + match[0].length,
      }));
    },
  };
  const passage = { symbol: undefined, kind: 'source' as const, score: 1, tokens: 4 };
  const texts = new Map([['a.ts', 'x = key-1\nrest\ny = 2\n']]);

  it('are shown as placeholders, also where a passage holds only a part of one', async () => {
    const passages = [
      { ...passage, path: 'a.ts', start: 2, end: 3, text: 'rest\ny = 2' },
      { ...passage, path: 'a.ts', start: 3, end: 3, text: 'y = 2' },
    ];
    const redacted = await redactPassages({ passages, texts }, { scanner, maxTokens: 1000 });
    expect(redacted.passages.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^\u2039redacted:test:\d\u203a\ny = 2$/),
      'y = 2',
    ]);
    expect(redacted.warnings).toEqual(['1 secret is shown as a placeholder: a.ts:1 (test)']);
  });

  it('are not shown as the name of what a passage defines, nor is a part of one', async () => {
    const passages = ['x = key-1', 'key-', 'y'].map((symbol) => ({
      ...{ ...passage, symbol, path: 'a.ts', start: 1, end: 3, text: 'x = key-1\nrest\ny = 2' },
    }));
    const redacted = await redactPassages({ passages, texts }, { scanner, maxTokens: 1000 });
    expect(redacted.passages.map(({ symbol }) => symbol)).toEqual([undefined, undefined, 'y']);
  });

  it('are taken out of memories, of their tags and ids, and before they are cut', async () => {
    const memories = [
      { id: 'of key-1', text: `${'a '.repeat(998)}key-123456789`, score: 1, tags: ['key-2', 'http'] },
      { text: 'plain', tags: [] },
    ];
    const redacted = await redactMemories(memories, scanner);
    expect(JSON.stringify(redacted)).not.toMatch(/key-\d/);
    expect(redacted.memories).toEqual([
      {
        id: expect.stringMatching(/^of \u2039redacted:test:\d\u203a$/),
        text: expect.stringMatching(/^(a ){998}.{4}…$/),
        score: 1,
        tags: [expect.stringMatching(/^\u2039redacted:test:\d\u203a$/), 'http'],
      },
      { text: 'plain', tags: [] },
    ]);
    expect(redacted.warnings).toEqual([expect.stringMatching(/^3 secrets are shown as placeholders: /)]);
    expect((await redactMemories(memories, undefined)).memories[0]).toMatchObject({ id: 'of key-1' });
  });

  it('are named up to a number, with how many more there are', async () => {
    const text = Array.from({ length: 12 }, (_, at) => `key-${at}\n`).join('');
    const passages = [{ ...passage, path: 'b.ts', start: 1, end: 12, text }];
    const { warnings } = await redactPassages(
      { passages, texts: new Map([['b.ts', text]]) },
      { scanner, maxTokens: 1000 },
    );
    expect(warnings[0]).toMatch(/^12 secrets are shown as placeholders: b\.ts:1 \(test\), .*, 2 more$/);
  });

  it('do not make the answer larger than it may be', async () => {
    const passages = [1, 2].map(() => ({ ...passage, path: 'a.ts', start: 1, end: 1, text: 'x = key-1' }));
    const redacted = await redactPassages({ passages, texts }, { scanner, maxTokens: 10 });
    expect(redacted.passages).toHaveLength(1);
  });
});
