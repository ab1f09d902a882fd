import { expect, it } from 'vitest';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { provider } from '../helpers/orch.ts';

it('code that does not parse is mended by the same model, and both attempts are told of', async () => {
  const broken = { kind: 'text', text: '```py\ndef add(a, b:\n    return a + b\n```' } as const;
  const good = { kind: 'text', text: '```py\ndef add(a, b):\n    return a + b\n```' } as const;
  const { env } = await provider({ answer: [broken, good] });
  const client = await connectInProcess({ env });
  const input = { task: 'code_generate', input: 'add two numbers', language: 'python' };
  expect((await call(client, 'delegate.run', input)).structuredContent).toMatchObject({
    result: 'def add(a, b):\n    return a + b\n',
    meta: { attempts: [{ error: 'unparsable-answer' }, { model: 'gpt-6.1-sol' }] },
  });
});
