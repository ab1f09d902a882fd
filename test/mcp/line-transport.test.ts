/** Lines in, lines out, over streams of this process. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type LineLimits, LineTransport } from '../../src/mcp/line-transport.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function transport(limits: Partial<LineLimits> = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const lines = new LineTransport(input, output, limits);
  const messages: { id?: unknown; method?: unknown }[] = [];
  lines.onmessage = (message) => void messages.push(message as object);
  await lines.start();
  const answers = () => {
    const text = (output.read() as Buffer | null)?.toString('utf8') ?? '';
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  return { input, output, lines, messages, answers };
}

const ping = (id: number | string) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"ping"}\n`;
const answer = (id: number) => ({ jsonrpc: '2.0' as const, id, result: { text: 'x'.repeat(1000) } });

describe('a line', () => {
  it('may come in any pieces, in the middle of a character, too', async () => {
    const { input, messages } = await transport();
    for (const byte of Buffer.from(ping('ça'))) input.write(Buffer.of(byte));
    await turn();
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 'ça', method: 'ping' }]);
  });

  it('may come with others, and with the half of one', async () => {
    const { input, messages } = await transport();
    const half = ping(100);
    const many = Array.from({ length: 100 }, (_, id) => ping(id));
    input.write(`\n${many.join('')}${half.slice(0, 10)}`);
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(messages.map(({ id }) => id)).toEqual(many.map((_, id) => id));
    input.write(half.slice(10));
    await turn();
    expect(messages.at(-1)).toMatchObject({ id: 100 });
  });

  it('that is too long is refused, and the next one read', async () => {
    const { input, messages, answers } = await transport({ longestLine: 100 });
    for (let piece = 0; piece < 10; piece++) input.write('x'.repeat(30));
    input.write(`\n${ping(1)}`);
    await turn();
    expect(answers()).toMatchObject([
      { error: { code: -32700, message: expect.stringContaining('100 bytes') } },
    ]);
    expect(messages).toMatchObject([{ id: 1 }]);
  });

  it('that cannot be handled is answered all the same', async () => {
    const { input, lines, answers } = await transport();
    const errors: Error[] = [];
    lines.onerror = (error) => void errors.push(error);
    lines.onmessage = () => {
      throw new Error('no');
    };
    input.write(`${ping(7)}{"jsonrpc":"2.0","method":"told"}\n`);
    await turn();
    expect(answers()).toMatchObject([{ id: 7, error: { code: -32603 } }]);
    expect(errors).toHaveLength(2);
  });
});

describe('where answers are not read', () => {
  it('no more is asked than can wait, until they are', async () => {
    const { input, output, lines, messages } = await transport({ mostUnreadBytes: 100_000 });
    lines.onmessage = async (message) => {
      messages.push(message as object);
      await Promise.resolve();
      void lines.send(answer((message as { id: number }).id));
    };
    let ended = false;
    input.on('end', () => {
      ended = true;
    });
    const asked = 1000;
    input.write(Array.from({ length: asked }, (_, id) => ping(id)).join(''));
    input.end(ping(asked));
    for (let turns = 0; turns < 200; turns++) await turn();
    expect(messages.length).toBeGreaterThan(50);
    expect(messages.length).toBeLessThan(200);
    expect([input.isPaused(), ended]).toEqual([true, false]);

    let read = '';
    output.on('data', (chunk: Buffer) => {
      read += chunk.toString('utf8');
    });
    await new Promise((resolve) => input.once('end', resolve));
    await turn();
    expect(messages).toHaveLength(asked + 1);
    expect(read.trimEnd().split('\n')).toHaveLength(asked + 1);
  });

  it('to send waits for room', async () => {
    const { output, lines } = await transport();
    let sent = 0;
    const sending = Array.from({ length: 100 }, (_, id) => lines.send(answer(id)).then(() => sent++));
    await turn();
    expect(sent).toBeLessThan(100);
    output.resume();
    await Promise.all(sending);
    expect(sent).toBe(100);
  });

  it('to send is over when nobody can read any more', async () => {
    const { output, lines } = await transport();
    const sending = Array.from({ length: 100 }, (_, id) => lines.send(answer(id)));
    output.destroy();
    await Promise.all(sending);
    await lines.send(answer(100));
  });
});
