import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { find } from '../../contracts/retrieval-engine.ts';
import { corpusOf } from '../../helpers/corpus.ts';
import { type Fault, type QdrantDouble, startQdrant } from '../../helpers/qdrant-server.ts';
import { engineOn } from './qdrant-fixture.ts';

const signal = new AbortController().signal;
const corpus = corpusOf({ 'a.ts': 'export function decideRetry() {}\n', 'b.ts': 'const other = 1;\n' });
const page = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title>' };
const error = (status: number, message: string): Fault => ({
  status,
  body: JSON.stringify({ status: { error: message }, time: 0 }),
});

let server: QdrantDouble;
beforeEach(async () => {
  server = await startQdrant();
});
afterEach(() => server.close());

const faults: Record<string, { prepare: () => void; says: RegExp; answerMs?: number }> = {
  'is asked too often': {
    prepare: () => {
      server.fault = () => ({ ...error(429, 'Rate limiting exceeded'), headers: { 'retry-after': '60' } });
    },
    says: /^Qdrant at 127\.0\.0\.1:\d+ is asked too often \(429\): Rate limiting exceeded: the built-in index answered/,
  },
  'is unavailable': {
    prepare: () => {
      server.fault = () => error(503, 'Service unavailable');
    },
    says: /failed \(503\): Service unavailable/,
  },
  'does not answer': {
    prepare: () => {
      server.fault = () => ({ kind: 'hang' });
    },
    says: /no answer within 0\.2 s/,
    answerMs: 200,
  },
  'cuts its answers': {
    prepare: () => {
      server.fault = () => ({ kind: 'cut' });
    },
    says: /cannot be reached: connection (closed|reset)/,
  },
  'refuses the key': {
    prepare: () => {
      server.apiKey = 'another-key-of-the-server';
    },
    says: /refused the key \(401\).*check ORCH_QDRANT_API_KEY/,
  },
  'is too old': {
    prepare: () => {
      server.version = '1.10.1';
    },
    says: /is 1\.10\.1.*update it to 1\.12 or later/,
  },
  'answers with a web page': {
    prepare: () => {
      server.fault = () => page;
    },
    says: /answered with a web page \(200\)/,
  },
  'answers with JSON that is not its own': {
    prepare: () => {
      server.fault = () => ({ body: '{"hello": "world"}' });
    },
    says: /did not answer as Qdrant does \(200\)/,
  },
  'answers without end': {
    prepare: () => {
      server.fault = () => ({ body: ' '.repeat(17 * 1024 * 1024) });
    },
    says: /sent more than any answer can hold/,
  },
  'redirects to another host': {
    prepare: () => {
      server.fault = () => ({ status: 307, headers: { location: 'http://127.0.0.1:9/' } });
    },
    says: /redirects elsewhere \(307\), where nothing is sent/,
  },
  'has a collection of another make': {
    prepare: () => {
      server.collections.set('mine', {
        parameters: { vectors: { text: { size: 4, distance: 'Cosine' } } },
        indexed: new Set(),
        points: new Map(),
      });
    },
    says: /the collection mine of Qdrant at \S+ was not made by orch/,
  },
};

describe('a server that', () => {
  it.each(Object.entries(faults))('%s: the built-in index answers, and says so', async (_, fault) => {
    fault.prepare();
    const server_ = { apiKey: 'a-key-of-the-user-0123' };
    const { engine } = engineOn(server.url, {
      answerMs: fault.answerMs,
      collection: 'mine',
      server: server_,
    });
    const { warnings } = await engine.update(corpus, { signal });
    expect(warnings).toEqual([expect.stringMatching(fault.says)]);
    expect(warnings[0]).not.toContain('a-key-of-the-user');
    expect(engine.name).toBe('embedded');
    expect((await find(engine, 'decide a retry'))[0]).toMatchObject({ path: 'a.ts', start: 1, end: 1 });
  });

  it.each(Object.entries(faults))('%s: an error, where Qdrant was asked for', async (_, fault) => {
    fault.prepare();
    const server_ = { apiKey: 'a-key-of-the-user-0123' };
    const options = { required: true, answerMs: fault.answerMs, collection: 'mine', server: server_ };
    const { engine, local } = engineOn(server.url, options);
    await expect(engine.update(corpus, { signal })).rejects.toMatchObject({
      code: 'retrieval-unavailable',
      exitStatus: 1,
    });
    expect(local.updates).toBe(0);
  });

  it.each([429, 503])('asks with %d for a moment gets it', async (status) => {
    const { engine } = engineOn(server.url);
    server.fault = ({ count }) =>
      count === 1 ? { ...error(status, 'slow down'), headers: { 'retry-after': '0' } } : undefined;
    expect((await engine.update(corpus, { signal })).warnings).toEqual([]);
    expect(engine.name).toBe('qdrant');
  });

  it('fails in the middle of a search: the built-in index answers that one, and the server the next', async () => {
    const { engine } = engineOn(server.url);
    const update = await engine.update(corpus, { signal });
    server.fault = ({ path }) => (path.endsWith('/query') ? error(500, 'panicked') : undefined);
    expect(await find(engine, 'decide a retry')).toHaveLength(1);
    expect(update.warnings).toEqual([expect.stringMatching(/failed \(500\): panicked/)]);
    expect(engine.name).toBe('embedded');
    server.fault = undefined;
    expect((await engine.update(corpus, { signal })).warnings).toEqual([]);
    expect(await find(engine, 'decide a retry')).toHaveLength(1);
    expect(engine.name).toBe('qdrant');
  });

  it('takes half of the files: the built-in index stands in for the others', async () => {
    const many = corpusOf(
      Object.fromEntries(
        Array.from({ length: 40 }, (_, at) => [
          `f${at}.ts`,
          `const retry${at} = ${`${'x'.repeat(100)};\n`.repeat(270)}`,
        ]),
      ),
    );
    let upserts = 0;
    server.fault = ({ method, path }) =>
      method === 'PUT' && path.endsWith('/points') && ++upserts > 3 ? error(503, 'no space') : undefined;
    const { engine } = engineOn(server.url);
    const { warnings } = await engine.update(many, { signal });
    expect(warnings).toEqual([
      expect.stringMatching(/failed \(503\): no space/),
      expect.stringMatching(
        /^\d+ of 40 files are not in orch_\w+ yet: the built-in index stands in for them$/,
      ),
    ]);
    const found = await engine.match(new Map([['retry', 1]]), { most: 100, signal });
    expect(engine.name).toBe('qdrant');
    expect(new Set(found.map(({ path }) => path)).size).toBe(40);
    expect(found).toHaveLength(40);
    server.fault = undefined;
    expect((await engine.update(many, { signal })).warnings).toEqual([]);
  });

  it('is given no time for the first files: the search goes on without it, and the next one continues', async () => {
    const { engine } = engineOn(server.url, { uploadMs: 0 });
    expect((await engine.update(corpus, { signal })).warnings).toHaveLength(1);
    expect(await find(engine, 'decide a retry')).toHaveLength(1);
    expect(server.exchanges.some(({ path }) => path.endsWith('/points'))).toBe(false);
  });

  it('is asked nothing over http on another host, unless that is allowed', async () => {
    const url = 'http://qdrant.invalid:6333';
    const { warnings } = await engineOn(url).engine.update(corpus, { signal });
    expect(warnings).toEqual([
      expect.stringMatching(
        /\(qdrant\.invalid:6333\): http:\/\/ would reach qdrant\.invalid:6333 unencrypted/,
      ),
    ]);
    await expect(engineOn(url, { required: true }).engine.update(corpus, { signal })).rejects.toMatchObject({
      code: 'retrieval-unavailable',
    });
    const allowed = engineOn(url, { server: { allowInsecure: true } });
    expect((await allowed.engine.update(corpus, { signal })).warnings[0]).toMatch(/cannot be reached/);
  });

  it('is sent the key as api-key, which a message does not repeat', async () => {
    const apiKey = 'a-key-of-the-user-0123';
    server.apiKey = apiKey;
    const { engine } = engineOn(server.url, { server: { apiKey } });
    expect((await engine.update(corpus, { signal })).warnings).toEqual([]);
    expect(server.exchanges.every(({ headers }) => headers['api-key'] === apiKey)).toBe(true);
    server.fault = () => error(500, `Bearer ${apiKey} is odd`);
    const { warnings } = await engine.update(corpus, { signal });
    expect(warnings[0]).toMatch(/failed \(500\): Bearer \[redacted\] is odd/);
    const broken = engineOn(server.url, { server: { apiKey: 'a key\nwith a line' } });
    const [warning] = (await broken.engine.update(corpus, { signal })).warnings;
    expect(warning).toMatch(/the key holds a character that a header cannot/);
    expect(warning).not.toContain('with a line');
  });

  it('ends at once when the search is aborted', async () => {
    server.fault = () => ({ kind: 'hang' });
    const controller = new AbortController();
    const { engine, local } = engineOn(server.url);
    const update = engine.update(corpus, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(update).rejects.toThrow('enough');
    expect(local.updates).toBe(0);
  });
});
