/** What is left of an answer that was read. Alone in its file: sockets of the whole process are counted. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readBody } from '../../../src/adapters/openai/body.ts';
import { sendHttp } from '../../../src/adapters/openai/http.ts';
import { Watchdog } from '../../../src/adapters/openai/watchdog.ts';

const response = {
  id: 'resp_1',
  status: 'completed',
  model: 'gpt-6.1-terra',
  output: [{ type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }],
};
/** Those that keep the process. */
const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

async function ask(url: URL): Promise<string> {
  const { signal } = new AbortController();
  const watchdog = new Watchdog({ firstEventMs: 60_000, idleMs: 60_000, totalMs: 60_000 }, signal);
  onTestFinished(() => watchdog.close());
  const answer = await sendHttp(url, { method: 'POST', headers: {}, body: '{}', signal: watchdog.signal });
  return (await readBody(answer, { isStream: true, watchdog, onText: undefined, elapsed: () => 0 })).text;
}

it('a stream that stays open after its last event keeps no process, and its connection is used again', async () => {
  const answers: ServerResponse[] = [];
  const ports = new Set<number | undefined>();
  const server = createServer((request, answer) => {
    request.resume();
    ports.add(request.socket.remotePort);
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.write(`data: ${JSON.stringify({ type: 'response.completed', response })}\n\n`);
    answers.push(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const before = sockets();
  expect(await ask(url)).toBe('Yes.');
  // The server's own end of it.
  await vi.waitFor(() => expect(sockets() - before).toBe(1), { interval: 1 });
  answers[0]!.end();
  await new Promise((resolve) => answers[0]!.once('close', resolve));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(await ask(url)).toBe('Yes.');
  expect(ports.size).toBe(1);
});
