/** What every engine of a search does. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queryTerms } from '../../src/core/retrieve/tokens.ts';
import type { BlockMatch } from '../../src/core/retrieve/types.ts';
import type { RetrievalEngine } from '../../src/engine/retrieval-ports.ts';
import { corpusOf } from '../helpers/corpus.ts';
import { memoryEngine } from '../helpers/memory-engine.ts';
import { isSameTopTen } from '../helpers/top-ten.ts';

export interface EnginePlace {
  engine: RetrievalEngine;
  close(): Promise<void>;
}

type Files = Record<string, string>;

const signal = new AbortController().signal;
const files: Files = {
  'src/retry.ts': 'export function decideRetry(attempt: number) {\n  return attempt < 3;\n}\n',
  'src/parse.ts': 'export function parseUserID(text: string) {\n  return Number(text);\n}\n',
  'test/retry.test.ts': "it('decides about a retry', () => {\n  expect(decideRetry(1)).toBe(true);\n});\n",
  'docs/guide.md': '# Guide\n\nA retry is decided by the number of attempts.\n',
  'empty.ts': '',
  'data.csv': `${'x'.repeat(6000)}\n`,
};

export async function find(
  engine: RetrievalEngine,
  query: string,
  most = 20,
): Promise<readonly BlockMatch[]> {
  return engine.match(queryTerms(query)!, { most, signal });
}

/** The code of a part of this repository, and queries about it. */
export function codeAndQueries(): { files: Files; queries: string[] } {
  const root = join(import.meta.dirname, '../../src/core');
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^(budget|errors|models|router)\/.*\.ts$/.test(path),
  );
  const code = Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  // The comment at the head of a file says what is in it.
  const queries = Object.values(code).flatMap(
    (text) => /^\/\*\*\s*(?:\* )?([^.*]{20,200})/.exec(text)?.[1] ?? [],
  );
  return { files: code, queries };
}

export function describeRetrievalEngine(name: string, open: () => Promise<EnginePlace>): void {
  describe(`the engine: ${name}`, () => {
    let place: EnginePlace;
    beforeEach(async () => {
      place = await open();
    });
    afterEach(() => place.close());

    async function searched(now: Files, query: string): Promise<string[]> {
      await place.engine.update(corpusOf(now), { signal });
      return (await find(place.engine, query)).map(({ path }) => path);
    }

    it('finds blocks, with what defines them and the hash of their file', async () => {
      const corpus = corpusOf(files);
      const update = await place.engine.update(corpus, { signal });
      expect(update).toMatchObject({
        files: 5,
        blocks: 4,
        updated: 5,
        skipped: { minified: 1 },
        warnings: [],
      });
      const [first] = await find(place.engine, 'parse the user id');
      const reading = corpus.read('src/parse.ts');
      expect(first).toMatchObject({ path: 'src/parse.ts', start: 1, end: 3 });
      expect(reading).toMatchObject({ hash: first!.hash });
      expect(first!.score).toBeGreaterThan(0);
    });

    it('finds nothing where nothing matches, and nothing in an empty folder', async () => {
      expect(await searched(files, 'zebra')).toEqual([]);
      expect(await searched({}, 'retry')).toEqual([]);
    });

    it('sees what has changed, what is new and what is gone', async () => {
      expect(await searched(files, 'decide retry')).toContain('src/retry.ts');
      const { 'docs/guide.md': _, ...rest } = files;
      const now = {
        ...rest,
        'src/retry.ts': 'export const zebra = 1;\n',
        'src/new.ts': 'function decideRetry() {}\n',
      };
      const found = await searched(now, 'decide retry');
      expect(found).toEqual(expect.arrayContaining(['src/new.ts', 'test/retry.test.ts']));
      expect(found).not.toContain('docs/guide.md');
      expect(await searched(now, 'zebra')).toEqual(['src/retry.ts']);
      expect((await place.engine.update(corpusOf(now), { signal })).updated).toBe(0);
      expect(await searched(files, 'zebra')).toEqual([]);
    });

    it('leaves out what is not accepted, and gives as many as are needed of the rest', async () => {
      const many = Object.fromEntries(
        Array.from({ length: 300 }, (_, at) => [
          `src/${at % 3 === 0 ? 'kept' : 'other'}/f${at}.ts`,
          `const retry${at} = retry;\n`,
        ]),
      );
      await place.engine.update(corpusOf(many), { signal });
      const accepts = (path: string) => path.startsWith('src/kept/');
      const found = await place.engine.match(queryTerms('retry')!, { accepts, most: 90, signal });
      expect(found.length).toBeGreaterThanOrEqual(90);
      expect(found.every(({ path }) => accepts(path))).toBe(true);
    });

    it('orders by score, then by path and line', async () => {
      await place.engine.update(
        corpusOf({ 'b.ts': 'of(retry);\n', 'a.ts': 'of(retry);\n', 'c.ts': 'retry(retry);\n' }),
        { signal },
      );
      const found = await find(place.engine, 'retry');
      expect(found.map(({ path }) => path)).toEqual(['c.ts', 'a.ts', 'b.ts']);
      expect(found[1]!.score).toBe(found[2]!.score);
    });

    it('ranks like the built-in index: the same first ten for 95 of 100 queries', async () => {
      const { files: code, queries } = codeAndQueries();
      const reference = memoryEngine();
      for (const engine of [reference, place.engine]) await engine.update(corpusOf(code), { signal });
      const same: boolean[] = [];
      for (const query of queries) {
        const [one, other] = [await find(reference, query, 50), await find(place.engine, query, 50)];
        same.push(isSameTopTen(one, other));
      }
      expect(queries.length).toBeGreaterThan(25);
      expect(same.filter(Boolean).length / queries.length).toBeGreaterThanOrEqual(0.95);
    });
  });
}
