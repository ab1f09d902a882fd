/** `orch search` with a Qdrant server, in the process of the test. */
import { expect, it } from 'vitest';
import { orchInProcess } from '../helpers/cli.ts';
import { startEmbeddings } from '../helpers/embedding-server.ts';
import { folder, provider } from '../helpers/orch.ts';
import { startQdrant } from '../helpers/qdrant-server.ts';

const files = {
  'src/retry.ts': 'export function retryAfter(header: string) {\n  return Number(header);\n}\n',
};

it('asks the server that ORCH_QDRANT_URL names, and needs none', async () => {
  const server = await startQdrant();
  server.apiKey = 'the-key-of-the-server';
  const env = { ORCH_QDRANT_URL: server.url, ORCH_QDRANT_API_KEY: server.apiKey };
  const cwd = folder(files);
  const found = JSON.parse((await orchInProcess(['search', 'retryAfter', '--json'], { cwd, env })).stdout);
  expect(found).toMatchObject({
    result: { results: [{ path: 'src/retry.ts', start: 1, symbol: 'retryAfter' }] },
    meta: { engine: 'qdrant', files: 1, blocks: 1, warnings: [] },
  });
  await server.close();
  const without = await orchInProcess(['search', 'retryAfter', '--json'], { cwd, env });
  expect(without.status).toBe(0);
  expect(JSON.parse(without.stdout)).toMatchObject({
    result: found.result,
    meta: { engine: 'embedded', warnings: [expect.stringMatching(/cannot be reached: connection refused/)] },
  });
  const asked = await orchInProcess(['search', 'retryAfter', '--json', '--engine', 'qdrant'], { cwd, env });
  expect(asked.status).toBe(1);
  expect(JSON.parse(asked.stdout)).toMatchObject({ error: { code: 'retrieval-unavailable' } });
});

it('finds the code that a task needs there, with all words asked at once', async () => {
  const server = await startQdrant();
  const { env, server: model } = await provider({ answer: { kind: 'text', text: '# Retries\n' } });
  const parts = Array.from({ length: 8 }, (_, at) => [`src/part${at}.ts`, `let part = ${at};\n`]);
  const cwd = folder({ ...files, ...Object.fromEntries(parts) });
  const { stdout } = await orchInProcess(
    ['run', 'ask', 'what does retryAfter do with a header', '--auto-context', '--json'],
    { cwd, env: { ...env, ORCH_QDRANT_URL: server.url } },
  );
  expect(JSON.parse(stdout).meta).toMatchObject({
    auto_context: [{ path: 'src/retry.ts', start: 1, end: 3 }],
    warnings: [],
  });
  expect(JSON.stringify(model.requests)).toContain('retryAfter(header: string)');
  expect([...server.collections.values()][0]!.points.size).toBe(9);
  await server.close();
});

it('says what vectors cost before it pays for them, and records it', async () => {
  const server = await startQdrant();
  const provider = await startEmbeddings();
  const config = folder({ 'orch/policies.json': '{"retrieval": {"embeddings": {"dimensions": 64}}}' });
  const state = folder();
  const env = {
    ORCH_QDRANT_URL: server.url,
    OPENAI_BASE_URL: provider.url,
    OPENAI_API_KEY: 'sk-a-key-of-the-user-0123456789',
    XDG_CONFIG_HOME: config,
    XDG_STATE_HOME: state,
  };
  const { status, stderr } = await orchInProcess(['search', 'retryAfter'], { cwd: folder(files), env });
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(
      /^embedding 1 blocks with text-embedding-3-small costs at most \$0\.000\d+\n$/,
    ),
  });
  expect(provider.requests.map(({ input }) => input.length)).toEqual([1, 1]);
  const report = await orchInProcess(['usage', 'report', '--by', 'task,model', '--format', 'json'], { env });
  expect(JSON.parse(report.stdout).groups).toMatchObject([
    { key: { task: 'embed', model: 'text-embedding-3-small' }, calls: 2 },
  ]);
  await server.close();
});
