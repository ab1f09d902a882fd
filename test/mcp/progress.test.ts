/** A client that asks for progress is told of every retry and every hop, with the reason. */
import { expect, it } from 'vitest';
import { greetedInProcess } from '../helpers/mcp-in-process.ts';
import { folder, provider } from '../helpers/orch.ts';
import { byModel } from '../rehearsal/script.ts';

it('tells of a retry and of a hop, why, and for how long it waits', async () => {
  const overloaded = { kind: 'error', status: 503, message: 'Overloaded' } as const;
  const { env } = await provider({
    answer: byModel({
      'gpt-6-luna': overloaded,
      'gpt-6.1-terra': { kind: 'text', text: '# Title\n\nText.\n' },
    }),
  });
  const conf = folder({
    'models.json': JSON.stringify({ routing: { docs: ['gpt-6-luna', 'gpt-6.1-terra'] } }),
    'policies.json': JSON.stringify({ retry: { maxRetries: 1, baseMs: 20, maxMs: 20 } }),
  });
  const server = await greetedInProcess({ env: { ...env, ORCH_CONF: conf } });
  const params = { name: 'delegate.docs', arguments: { input: 'x' }, _meta: { progressToken: 'token' } };
  server.send({ id: 1, method: 'tools/call', params });
  await server.answer(1);
  // Read from the lines: the SDK's client drops what comes in one piece with the answer.
  const sent = server.lines.map((line) => JSON.parse(line)).filter(({ method }) => method);
  expect(sent.map(({ method, params }) => [method, params.progressToken, params.progress])).toEqual(
    Array.from({ length: 6 }, (_, at) => ['notifications/progress', 'token', at + 1]),
  );
  const messages = sent.map(({ params }) => params.message);
  expect(messages).toEqual([
    expect.stringMatching(/^task=docs .* => gpt-6-luna$/),
    'asking gpt-6-luna',
    expect.stringMatching(/^gpt-6-luna: 503.*Overloaded; trying again in \d+ ms$/),
    'asking gpt-6-luna',
    expect.stringMatching(/^gpt-6-luna: 503.*Overloaded; now gpt-6\.1-terra$/),
    'asking gpt-6.1-terra',
  ]);
});
