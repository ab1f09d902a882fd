import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, it } from 'vitest';
import { createServer } from '../../src/mcp/server.ts';
import { factoryFor } from '../helpers/cli.ts';
import { call, clientWith } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { key, repository } from '../helpers/orch.ts';

const long = (name: string) => `export function ${name}() {\n${'  zebra(stripes);\n'.repeat(30)}}\n\n`;

it('retrieve.search cites blocks within the tokens that it may take, and follows the files', async () => {
  const cwd = await repository({
    'a.ts': Array.from({ length: 60 }, (_, at) => long(`f${at}`)).join(''),
    'b.ts': `const zebra = '${key}';\n`,
  });
  const client = await connectInProcess({ cwd, env: { OPENAI_API_KEY: key } });
  type Found = {
    structuredContent: { result: { results: { path: string; tokens: number; text: string }[] } };
  };
  const found = async (input: Record<string, unknown>) =>
    ((await call(client, 'retrieve.search', { query: 'zebra stripes', ...input })) as unknown as Found)
      .structuredContent.result.results;
  const total = (results: { tokens: number }[]) => results.reduce((sum, { tokens }) => sum + tokens, 0);
  const usual = await found({});
  expect(total(usual)).toBeLessThanOrEqual(4000);
  expect(total(usual)).toBeGreaterThan(3000);
  expect(total(await found({ maxTokens: 500 }))).toBeLessThanOrEqual(500);
  const [only] = await found({ files: ['b.ts'] });
  expect(only).toMatchObject({ path: 'b.ts', text: expect.not.stringContaining(key) });
  writeFileSync(join(cwd, 'b.ts'), 'const quagga = 1;\n');
  expect(await found({ query: 'quagga' })).toMatchObject([{ path: 'b.ts', text: 'const quagga = 1;' }]);
});

it('retrieve.search stays within the tokens with all that a model reads, also where blocks are tiny', async () => {
  const tiny = Object.fromEntries(
    Array.from({ length: 300 }, (_, at) => [`src/part${at % 7}/f${at}.ts`, `const zebra${at} = stripes;\n`]),
  );
  const client = await connectInProcess({ cwd: await repository(tiny), env: { OPENAI_API_KEY: key } });
  const tokens = async (maxTokens: number) => {
    const { content } = await call(client, 'retrieve.search', { query: 'zebra stripes', maxTokens });
    return encode((content as { text: string }[])[0]!.text).length;
  };
  expect(await tokens(4000)).toBeGreaterThan(0.85 * 4000);
  expect(await tokens(4000)).toBeLessThan(1.03 * 4000);
});

it('retrieve.search says what is wrong with a query', async () => {
  const client = await connectInProcess({ cwd: await repository({ 'a.ts': 'x\n' }) });
  expect(await call(client, 'retrieve.search', { query: `x1 ${'word '.repeat(4000)}` })).toMatchObject({
    structuredContent: { meta: { warnings: ['only the first 20000 characters of the query are used'] } },
  });
  expect(await call(client, 'retrieve.search', { query: ' ' })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('usage: the query is empty') }],
  });
  expect(await call(client, 'retrieve.search', { query: 'zebra', files: ['/etc'] })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('outside of') }],
  });
});

it('a search whose client has gone was interrupted, which is no bug', async () => {
  const factory = factoryFor(
    { cwd: await repository({ 'a.ts': 'x\n' }) },
    { clientRoots: () => [], writeLog: () => {}, defaultLogLevel: 'info' },
  );
  const server = await createServer({
    toolNames: 'dotted',
    factory,
    signal: AbortSignal.abort(),
    onCall: () => {},
    onRoots: () => {},
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = clientWith(undefined);
  await client.connect(ours);
  expect(await call(client, 'retrieve.search', { query: 'zebra' })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/^interrupted(?!.*bug)/s) }],
  });
  await client.close();
  await factory.close();
});
