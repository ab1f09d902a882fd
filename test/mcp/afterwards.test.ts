import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { expect, it, vi } from 'vitest';
import type { Budget } from '../../src/engine/budget.ts';
import { createServer } from '../../src/mcp/server.ts';
import { factoryFor } from '../helpers/cli.ts';
import { call, clientWith } from '../helpers/mcp.ts';
import { folder, provider } from '../helpers/orch.ts';

it('an answer does not wait until it is settled and kept, and its call is over once both have happened', async () => {
  const { env } = await provider();
  const made = factoryFor(
    { env: { ...env, XDG_STATE_HOME: folder(), ORCH_DAILY_BUDGET_USD: '1' } },
    { clientRoots: () => [], writeLog: () => {}, defaultLogLevel: 'info' },
  );
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const order: string[] = [];
  const engine = made.engine();
  const budget = async (limited: boolean): Promise<Budget> => {
    const kept = (await engine.budget(limited))!;
    const settle: Budget['settle'] = async (...spent) => {
      await gate;
      await kept.settle(...spent);
      order.push('settled');
    };
    return { ...kept, settle };
  };
  let over: Promise<unknown> | undefined;
  const server = await createServer({
    toolNames: 'dotted',
    factory: { ...made, engine: () => ({ ...engine, budget }) },
    signal: new AbortController().signal,
    onCall: (ended) => {
      over = ended.then(() => order.push('over'));
    },
    onRoots: () => {},
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = clientWith(undefined);
  await client.connect(ours);
  expect((await call(client, 'delegate.run', { task: 'docs', input: 'x' })).isError).toBeUndefined();
  order.push('answered');
  await vi.waitFor(async () => expect(await made.runs().ids('')).toHaveLength(1));
  open();
  await over;
  expect(order).toEqual(['answered', 'settled', 'over']);
  await client.close();
  await made.close();
});
