import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventDecoder, type StreamEvent } from '../../../src/adapters/http/event-stream.ts';

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
const event = (value: unknown, name?: string): StreamEvent => ({
  kind: 'event',
  name,
  value,
  bytes: expect.any(Number),
});

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
  ])('holds no event that is too long %s', (_, long) => {
    const decoder = new EventDecoder(most);
    expect(decoder.push(text('data: 1\n\n'))).toEqual([event(1)]);
    for (let from = 0; from < long.length && !decoder.isTooLong; from += 100) {
      expect(decoder.push(text(long.slice(from, from + 100)))).toEqual([]);
    }
    expect(decoder.isTooLong).toBe(true);
    expect(decoder.push(text('data: 2\n\n'))).toEqual([]);
    expect(decoder.end()).toBeUndefined();
  });

  it('ends an event at a carriage return without waiting for more', () => {
    const decoder = new EventDecoder(most);
    expect(decoder.push(text('data: 1\r\r'))).toEqual([event(1)]);
    expect(decoder.push(text('\ndata: 2\r'))).toEqual([]);
    expect(decoder.push(text('\n\r'))).toEqual([event(2)]);
  });

  it.each([
    ['a long line', `data: "${'x'.repeat(4_000_000)}"\n\n`, 1],
    ['lines that end in a carriage return', 'data: 1\r\r'.repeat(200_000), 200_000],
  ])('takes %s in tiny pieces', (_, stream, count) => {
    const decoder = new EventDecoder(stream.length);
    const bytes = text(stream);
    let events = 0;
    for (let from = 0; from < bytes.length; from += 16) {
      events += decoder.push(bytes.subarray(from, from + 16)).length;
    }
    expect(events).toBe(count);
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
