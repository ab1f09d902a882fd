import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventDecoder, type StreamEvent } from '../../../src/adapters/openai/event-stream.ts';

const most = 1000;

function decode(bytes: Uint8Array, cuts: readonly number[] = [], mostBytes = most): StreamEvent[] {
  const decoder = new EventDecoder(mostBytes);
  const events: StreamEvent[] = [];
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    events.push(...decoder.push(bytes.subarray(from, place)));
    from = place;
  }
  const last = decoder.end();
  return last ? [...events, last] : events;
}

const text = (value: string) => new TextEncoder().encode(value);
const event = (value: unknown, name?: string): StreamEvent => ({ kind: 'event', name, value });

describe('a stream of events', () => {
  it.each(['\n', '\r\n', '\r'])('may end its lines with %j', (end) => {
    const lines = [
      'event: a',
      'data: {"n":1}',
      '',
      ': alive',
      '',
      'data: {"n":',
      'data: 2}',
      '',
      'data: [DONE]',
      '',
      '',
    ];
    expect(decode(text(lines.join(end)))).toEqual([event({ n: 1 }, 'a'), event({ n: 2 }), { kind: 'done' }]);
  });

  it('may begin with a byte order mark, and end without an empty line', () => {
    expect(decode(text('\uFEFFdata: 1\n\ndata: 2'))).toEqual([event(1), event(2)]);
  });

  it('keeps the sound events around a broken one', () => {
    const bytes = Buffer.concat([
      text('data: 1\n\n'),
      text('data: "'),
      Uint8Array.of(0xff, 0xfe),
      text('"\r\n\r\ndata: 2\n\ndata: {\n\ndata: 3\n\n'),
    ]);
    const broken: StreamEvent = { kind: 'malformed', name: undefined };
    expect(decode(bytes)).toEqual([event(1), broken, event(2), broken, event(3)]);
  });

  it.each([
    ['in one line', `data: "${'x'.repeat(most)}"`],
    ['in many', Array.from({ length: most }, () => 'data: 1').join('\n')],
  ])('holds no event that is too long %s, and goes on after it', (_, long) => {
    for (const cuts of [[], [10, 500, 990], Array.from({ length: 200 }, (_, at) => at * 7)]) {
      expect(decode(text(`${long}\n\ndata: 2\n\n`), cuts)).toEqual([
        { kind: 'malformed', name: undefined },
        event(2),
      ]);
    }
  });

  it('says the same wherever its bytes are cut', () => {
    const line = fc.constantFrom(
      'data: "é☕𝒳"',
      'data:{"a":[1]}',
      'event: x',
      ': y',
      '',
      '',
      'data',
      'id: 1',
      'data: [DONE]',
      'data: {',
    );
    const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 20 });
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 30 }), fc.boolean(), (lines, cuts, broken) => {
        const sound = text(lines.map((pair) => pair.join('')).join(''));
        const bytes = broken ? Buffer.concat([sound, Uint8Array.of(0xc3), sound]) : sound;
        expect(decode(bytes, cuts)).toEqual(decode(bytes));
      }),
    );
  });
});
