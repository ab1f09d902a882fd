/** A client that asks for progress is told of every retry and every hop, with the reason. */
import { expect, it } from 'vitest';
import { connect } from '../helpers/mcp.ts';
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
  const client = await connect({ env: { ...env, ORCH_CONF: conf } });
  const messages: (string | undefined)[] = [];
  await client.callTool({ name: 'delegate.docs', arguments: { input: 'x' } }, undefined, {
    onprogress: ({ message }) => messages.push(message),
  });
  expect(messages).toEqual([
    expect.stringMatching(/^task=docs .* => gpt-6-luna$/),
    'asking gpt-6-luna',
    expect.stringMatching(/^gpt-6-luna: 503.*Overloaded; trying again in \d+ ms$/),
    'asking gpt-6-luna',
    expect.stringMatching(/^gpt-6-luna: 503.*Overloaded; now gpt-6\.1-terra$/),
    'asking gpt-6.1-terra',
  ]);
});
