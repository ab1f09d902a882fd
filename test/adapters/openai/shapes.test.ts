/** Answers in the shapes that compatible servers give them: whole ones are taken, and only those. */
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import type { GenerateResult } from '../../../src/engine/ports.ts';
import { askQuestion } from '../../helpers/question.ts';
import { serve } from '../../rehearsal/bench.ts';

type Event = Record<string, unknown>;

async function askStream(events: readonly Event[]): Promise<GenerateResult> {
  const server = await serve({
    answer: {
      kind: 'raw',
      headers: { 'content-type': 'text/event-stream' },
      body: events.map((event) => `data: ${JSON.stringify(event)}\n\n`),
    },
  });
  return askQuestion(server.url);
}

async function failureOf(promise: Promise<unknown>): Promise<ProviderFailure> {
  const reason = await promise.catch((error: unknown) => error);
  expect(reason).toBeInstanceOf(ProviderFailure);
  return reason as ProviderFailure;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((fulfil) => server.listen(0, '127.0.0.1', fulfil));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const delta = (text: string): Event => ({ type: 'response.output_text.delta', delta: text });
const completed = (response?: Event): Event => ({ type: 'response.completed', response });
const message = (content: unknown): Event => ({ output: [{ type: 'message', content }] });

describe('a closing event', () => {
  it.each([
    ['without a response', undefined],
    ['without a status', { id: 'resp_1', ...message([{ type: 'output_text', text: 'Yes.' }]) }],
    ['without an output', { status: 'completed' }],
    ['with an output of null', { status: 'completed', output: null }],
    ['with the text in one string', { status: 'completed', ...message('Yes.') }],
    ['with parts of another name', { status: 'completed', ...message([{ type: 'text', text: 'Yes.' }]) }],
    ['with the text beside the output', { status: 'completed', output: [], output_text: 'Yes.' }],
  ])('%s closes a whole answer', async (_, response) => {
    expect((await askStream([delta('Ye'), delta('s.'), completed(response)])).text).toBe('Yes.');
  });

  it('without a response says nothing of usage, and nothing is made up', async () => {
    const { usage, servedModel } = await askStream([delta('Yes.'), completed()]);
    expect(Object.values(usage).every((count) => count === undefined)).toBe(true);
    expect(servedModel).toBeUndefined();
  });

  it('that holds less than was streamed is not taken for the whole', async () => {
    const response = { status: 'completed', ...message([{ type: 'output_text', text: 'Yes, ' }]) };
    const failure = await failureOf(askStream([delta('Yes, '), delta('because.'), completed(response)]));
    expect(failure.failureClass).toBe('malformed-answer');
  });

  it('that holds more than was streamed, or the same without the space at its end, is', async () => {
    const response = { status: 'completed', ...message([{ type: 'output_text', text: 'Yes.' }]) };
    expect((await askStream([delta('Ye'), completed(response)])).text).toBe('Yes.');
    expect((await askStream([delta('Yes.'), delta('\n'), completed(response)])).text).toBe('Yes.');
  });

  it('that leaves a refusal out does not hide it', async () => {
    const refusal = [
      { type: 'response.refusal.delta', delta: 'I must ' },
      { type: 'response.refusal.delta', delta: 'not.' },
    ];
    const failure = await failureOf(askStream([...refusal, completed({ status: 'completed', output: [] })]));
    expect(failure.failureClass).toBe('refusal');
    expect(failure.message).toContain('I must not.');
  });
});

describe('a connection', () => {
  it('whose chunks are broken in the middle of an answer gives a cut one', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        const event = `data: ${JSON.stringify(delta('Ye'))}\n\n`;
        socket.write(
          'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
        );
        socket.write(`${event.length.toString(16)}\r\n${event}\r\nZZZ\r\n`);
      });
    });
    const failure = await failureOf(askQuestion(await listen(server)));
    expect(failure.failureClass).toBe('cut');
  });

  it('on which the words of an error never come is judged by its status', async () => {
    const server = createServer((request, response) => {
      request.resume();
      onTestFinished(() => void response.destroy());
      response.writeHead(401, { 'content-type': 'application/json' }).write('{"error":');
    });
    const failure = await failureOf(askQuestion(await listen(server)));
    expect(failure.failureClass).toBe('key-refused');
  });
});
