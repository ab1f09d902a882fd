/** Every shape of an answer, as it stands and as networks and gateways pass it on. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAiProvider } from '../../../src/adapters/openai/provider.ts';
import type { ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import type { Provider } from '../../../src/engine/ports.ts';
import { seededRandom } from '../../bench/seeded-random.ts';
import type { Block, Event } from '../../helpers/answer-parts.ts';
import { type Shape, shapes } from '../../helpers/answer-shapes.ts';
import { question } from '../../helpers/question.ts';

let provider: Provider;
let play: (response: ServerResponse) => Promise<void>;
const server = createServer((request, response) => {
  request.resume();
  play(response).catch(() => response.destroy());
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider = openAiProvider({
    apiKey: 'sk-test',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    organization: undefined,
    project: undefined,
    redact: (text) => text,
  });
});
afterAll(() => void server.close());

function encode(block: Block): string {
  if (typeof block === 'string') return block;
  return `${block.type === undefined ? '' : `event: ${block.type}\n`}data: ${JSON.stringify(block)}\n\n`;
}

function bodyOf({ send }: Shape): string {
  return Array.isArray(send)
    ? send.map(encode).join('')
    : (send.before ?? '') + JSON.stringify(send.document, null, 2);
}

/** Where an answer is whole: before its closing event, or before the last byte of a document. */
function lengthOfRest({ send }: Shape): number {
  if (!Array.isArray(send)) return 1;
  const closing = send.findLastIndex((block) => encode(block).includes('response.completed'));
  return Buffer.byteLength(send.slice(closing).map(encode).join('')) - 1;
}

async function outcomeOf(shape: Shape, bytes: Buffer, end: 'end' | 'reset' = 'end', random?: () => number) {
  play = async (response) => {
    const type = Array.isArray(shape.send) ? 'text/event-stream; charset=utf-8' : 'application/json';
    response.writeHead(200, { 'content-type': type });
    response.socket?.setNoDelay(true);
    for (let at = 0; at < bytes.length; ) {
      // Small pieces at first, whatever characters they cut.
      const size = random ? 1 + Math.floor(random() * (at < 4000 ? 80 : 2000)) : bytes.length;
      response.write(bytes.subarray(at, at + size));
      at += size;
      await setImmediate();
    }
    if (end === 'end') response.end();
    else response.socket?.resetAndDestroy();
  };
  const { signal } = new AbortController();
  const patient = { signal, firstEventMs: 60_000, idleMs: 60_000, totalMs: 60_000 };
  return provider.generate(question, patient).then(
    ({ text, servedModel, serviceTier, usage }) => ({ text, model: servedModel, tier: serviceTier, usage }),
    ({ failureClass, message }: ProviderFailure) => ({ failure: failureClass, message }),
  );
}

/** A number for every event, and numbered keep-alives between them, as the API counts both. */
function withKeepAlives(blocks: readonly Block[]): Block[] {
  let number = -1;
  return blocks.flatMap((block, at): Block[] => {
    if (typeof block === 'string' || typeof block.sequence_number !== 'number') return [block];
    const event = { ...block, sequence_number: ++number };
    return at % 3 === 1 ? [event, { type: 'keepalive', sequence_number: ++number }] : [event];
  });
}

const among = (block: Block) => (blocks: readonly Block[]) =>
  blocks.flatMap((each, at) => (at % 3 === 1 && at < blocks.length - 1 ? [each, block] : [each]));

const isCounted = ({ send }: Shape) => {
  const numbers = Array.isArray(send) ? send.map((block) => (block as Event).sequence_number) : [];
  return numbers.every((number, at) => number === at || typeof (send as Block[])[at] === 'string');
};

const streams = shapes.filter(({ send }) => Array.isArray(send));
const changed = (
  change: (blocks: readonly Block[]) => Block[],
  fits: (shape: Shape) => boolean = () => true,
) => streams.filter(fits).map((shape) => ({ ...shape, send: change(shape.send as Block[]) }));

const modes: [string, Shape[], (text: string) => string][] = [
  ['as it stands', shapes, (text) => text],
  ['with CRLF', streams, (text) => text.replaceAll('\n', '\r\n')],
  ['with numbered keep-alives', changed(withKeepAlives, isCounted), (text) => text],
  ['with comments', changed(among(': keepalive\n\n')), (text) => text],
  ['with pings', changed(among({ type: 'ping' })), (text) => text],
];

describe.each(modes)('%s', (_mode, list, written) => {
  it.each(list.map((shape) => [shape.name, shape] as const))('%s', async (_, shape) => {
    const outcome = await outcomeOf(shape, Buffer.from(written(bodyOf(shape))));
    expect(outcome).toMatchObject(expectedOf(shape));
  });
});

describe('in pieces of random size', () => {
  it.each(shapes.map((shape, seed) => [shape.name, shape, seed] as const))('%s', async (_, shape, seed) => {
    const outcome = await outcomeOf(shape, Buffer.from(bodyOf(shape)), 'end', seededRandom(seed + 1));
    expect(outcome).toMatchObject(expectedOf(shape));
  });
});

describe.each(['end', 'reset'] as const)('cut off, by a connection that has its %s', (end) => {
  const answers = shapes.filter(({ expected }) => 'text' in expected);
  it.each(answers.map((shape, seed) => [shape.name, shape, seed] as const))('%s', async (_, shape, seed) => {
    const random = seededRandom(seed + 1);
    const bytes = Buffer.from(bodyOf(shape));
    const cut = 1 + Math.floor(random() * (bytes.length - lengthOfRest(shape) - 1));
    const outcome = await outcomeOf(shape, bytes.subarray(0, cut), end, random);
    expect(outcome).toMatchObject({ failure: expect.stringMatching(/^(cut|malformed-answer)$/) });
  });
});

function expectedOf({ expected }: Shape): object {
  return 'failure' in expected && expected.message
    ? { ...expected, message: expect.stringMatching(expected.message) }
    : expected;
}
