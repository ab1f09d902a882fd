/** What is left of a connection after an answer was read. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../../src/adapters/http/connections.ts';
import { Watchdog } from '../../../src/adapters/http/watchdog.ts';
import { readBody } from '../../../src/adapters/openai/body.ts';
import { limitsFor } from '../../../src/adapters/openai/limits.ts';
import { openResponse } from '../../helpers/open-response.ts';

const response = {
  id: 'resp_1',
  status: 'completed',
  model: 'gpt-6.1-terra',
  output: [{ type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }],
};

/** Answers up to the closing event; what happens after it is up to the test. */
async function serverThat(afterwards: (answer: ServerResponse) => void) {
  const ports: (number | undefined)[] = [];
  const server = createServer((request, answer) => {
    request.resume();
    ports.push(request.socket.remotePort);
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.write(`data: ${JSON.stringify({ type: 'response.completed', response })}\n\n`);
    afterwards(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const connections = new Connections({});
  const ask = async () => {
    const watchdog = new Watchdog(
      { firstEventMs: 60_000, idleMs: 60_000, totalMs: 60_000 },
      new AbortController().signal,
    );
    onTestFinished(() => watchdog.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const answer = await openResponse(url, { signal: watchdog.signal, connections });
    return (
      await readBody(answer, { watchdog, onText: undefined, elapsed: () => 0, limits: limitsFor(1000) })
    ).text;
  };
  return { ask, ports };
}

it('a stream that ends after its last event leaves its connection to the next request', async () => {
  const ended: Promise<unknown>[] = [];
  const { ask, ports } = await serverThat((answer) => {
    ended.push(new Promise((resolve) => answer.end(resolve)));
  });
  expect(await ask()).toBe('Yes.');
  await ended[0];
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(await ask()).toBe('Yes.');
  expect(new Set(ports).size).toBe(1);
});

it('a stream that stays open after its last event is closed', async () => {
  let closed: Promise<unknown> | undefined;
  const { ask } = await serverThat((answer) => {
    closed = new Promise((resolve) => answer.once('close', resolve));
  });
  expect(await ask()).toBe('Yes.');
  await closed;
});
