/** What goes wrong with an answer: first with its events, then with its bytes, then with its connection. */
import type { Answer, Frame, Json } from './answer.ts';
import type { Chance } from './random.ts';

export interface Exchange {
  status: number;
  headers: Record<string, string>;
  chunks: Uint8Array[];
  /** How the body ends. */
  end: 'close' | 'reset' | 'stay-open';
  stream: boolean;
  /** Texts that a success may give. */
  allowed: Set<string>;
  /** What was done to it. */
  story: string[];
}

type FrameMutation = (frames: Frame[], by: Chance) => void;

const junk: readonly unknown[] = [null, 42, '', 'words', [], [[]], {}, { type: 7 }, true, -1, 1e308];
const at = (frames: Frame[], by: Chance) => by.integer(frames.length + 1);
const error = (by: Chance): Json => ({
  code: by.pick([null, 'server_error', 'rate_limit_exceeded', 429, {}, 'insufficient_quota']),
  message: by.pick(['Oh no', '', null, 7, { deep: { deeper: ['Oh no'] } }, 'x'.repeat(100_000)]),
});

const frameMutations: Record<string, FrameMutation> = {
  drop: (frames, by) => void frames.splice(by.integer(frames.length), 1),
  duplicate: (frames, by) => {
    const here = by.integer(frames.length);
    frames.splice(here, 0, frames[here]!);
  },
  swap: (frames, by) => {
    const [one, other] = [by.integer(frames.length), by.integer(frames.length)];
    [frames[one], frames[other]] = [frames[other]!, frames[one]!];
  },
  reverse: (frames) => void frames.reverse(),
  'cut after': (frames, by) => void frames.splice(by.integer(frames.length)),
  'unknown type': (frames, by) =>
    void frames.splice(at(frames, by), 0, {
      name: 'response.later',
      data: { type: 'response.later', x: by.pick(junk) },
    }),
  'thread event': (frames, by) =>
    void frames.splice(at(frames, by), 0, {
      name: 'thread.message.delta',
      data: by.odds(0.5) ? '{"broken": ' : { type: 'response.output_text.delta.not', delta: 'x' },
    }),
  'thread name': (frames, by) => {
    const here = by.integer(frames.length);
    frames[here] = { ...frames[here]!, name: 'thread.run.completed' };
  },
  'no name': (frames) => {
    for (const [here, frame] of frames.entries()) frames[here] = { ...frame, name: undefined };
  },
  'delta after the end': (frames) =>
    void frames.push({ name: undefined, data: { type: 'response.output_text.delta', delta: 'too late' } }),
  'second end': (frames, by) => {
    const last = frames.at(-1);
    if (last) frames.splice(at(frames, by), 0, last);
  },
  'done mark': (frames, by) => void frames.splice(at(frames, by), 0, { name: undefined, data: '[DONE]' }),
  'broken JSON': (frames, by) => {
    const here = by.integer(frames.length);
    const text = textOf(frames[here]!);
    frames[here] = { ...frames[here]!, data: text.slice(0, by.integer(text.length)) };
  },
  'not an object': (frames, by) =>
    void frames.splice(at(frames, by), 0, { name: undefined, data: JSON.stringify(by.pick(junk)) }),
  'flat error': (frames, by) =>
    void frames.splice(at(frames, by), 0, { name: 'error', data: { type: 'error', ...error(by) } }),
  'nested error': (frames, by) =>
    void frames.splice(at(frames, by), 0, {
      name: by.pick(['error', 'thread.error', undefined]),
      data: by.odds(0.5)
        ? { type: 'error', error: error(by) }
        : { error: by.pick([error(by), 'words', error]) },
    } as Frame),
  'failed response': (frames, by) =>
    void frames.splice(at(frames, by), 0, {
      name: 'response.failed',
      data: {
        type: 'response.failed',
        response: by.pick([undefined, null, { status: 'failed', error: error(by) }, { error: {} }]),
      },
    }),
  'another status': (frames, by) =>
    changeResponse(frames, { status: by.pick(['incomplete', 'failed', 'cancelled', 'queued', '', 7, null]) }),
  'another reason': (frames, by) =>
    changeResponse(frames, {
      incomplete_details: by.pick([{ reason: 'max_output_tokens' }, { reason: 'new' }, 7, []]),
    }),
  'another end': (frames, by) => {
    const last = frames.at(-1);
    const type = by.pick(['response.incomplete', 'response.failed', 'response.done', '', 7]);
    if (last && typeof last.data === 'object')
      frames[frames.length - 1] = { ...last, data: { ...last.data, type } };
  },
  'odd output': (frames, by) =>
    changeResponse(frames, {
      output: by.pick<unknown>([
        7,
        {},
        [null],
        [{ type: 'message' }],
        [{ type: 'message', content: null }],
        [{ type: 'message', content: [{ type: 'output_text', text: 7 }] }],
      ]),
    }),
  'no output': (frames) => {
    // Without numbers nothing would tell that a piece of the text is missing.
    if (frames.some(({ data }) => typeof data === 'object' && data.sequence_number === undefined)) return;
    if (frames.some(({ data }) => JSON.stringify(data).includes('commentary'))) return;
    changeResponse(frames, { output: null });
  },
  'lost part': (frames) => {
    const last = frames.at(-1);
    const response =
      last && typeof last.data === 'object' ? (last.data.response as Json | undefined) : undefined;
    const output = Array.isArray(response?.output) ? response.output : [];
    const spoiled = [
      ...output,
      { type: 'message', phase: 'final_answer', content: [{ type: 'output_text', text: 7 }] },
    ];
    changeResponse(frames, { output: spoiled });
  },
  'odd usage': (frames, by) => changeResponse(frames, { usage: by.pick(junk) }),
  'odd field': (frames, by) => {
    const here = by.integer(frames.length);
    const { name, data } = frames[here]!;
    if (typeof data !== 'object') return;
    const field = by.pick(Object.keys(data));
    // An answer without any mark that a piece is missing cannot be told from a whole one.
    if (field === 'sequence_number') return;
    frames[here] = { name, data: { ...data, [field]: by.pick(junk) } };
  },
  oversized: (frames, by) =>
    void frames.splice(at(frames, by), 0, {
      name: 'response.later',
      data: { type: 'response.later', x: 'y'.repeat(200_000) },
    }),
};

function changeResponse(frames: Frame[], change: Json): void {
  const here = frames.findLastIndex(
    ({ data }) => typeof data === 'object' && data.type === 'response.completed',
  );
  const frame = frames[here];
  if (!frame || typeof frame.data !== 'object') return;
  const response = frame.data.response as Json | undefined;
  frames[here] = { ...frame, data: { ...frame.data, response: { ...response, ...change } } };
}

function textOf({ data }: Frame): string {
  return typeof data === 'string' ? data : JSON.stringify(data);
}

type ByteMutation = (bytes: Buffer, by: Chance) => Buffer;

const byteMutations: Record<string, ByteMutation> = {
  'cut bytes': (bytes, by) => bytes.subarray(0, by.integer(bytes.length)),
  'invalid UTF-8': (bytes, by) => {
    const copy = Buffer.from(bytes);
    copy[by.integer(copy.length)] = by.pick([0xff, 0xc0, 0x80, 0xf8]);
    return copy;
  },
  'lost middle': (bytes, by) => {
    const from = by.integer(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + by.integer(400))]);
  },
  'carriage returns': (bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r\n')),
  'lone carriage returns': (bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r')),
  'byte order mark': (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  comments: (bytes) => Buffer.from(bytes.toString().replaceAll('\n\n', '\n\n: keep-alive\n\n')),
  'no last line': (bytes) => Buffer.from(bytes.toString().trimEnd()),
  'white space first': (bytes) => Buffer.concat([Buffer.from('\n \r\n\n'), bytes]),
  nothing: () => Buffer.alloc(0),
  page: (_, by) =>
    Buffer.from(by.pick(['<html><body>502</body></html>', '<!DOCTYPE html>\n<p>data: {}</p>'])),
  noise: (bytes, by) => Buffer.from(Uint8Array.from(bytes.subarray(0, 300), () => by.integer(256))),
  'deep JSON': (_, by) => Buffer.from(`${'[{"a":'.repeat(1 + by.integer(20_000))}`),
};

const contentTypes = [
  'text/event-stream',
  'application/json',
  'text/plain',
  'application/octet-stream',
  'text/html',
  'TEXT/EVENT-STREAM; charset=utf-8',
  '',
];

export function mutatedExchange({ text, frames, response }: Answer, by: Chance): Exchange {
  const story: string[] = [];
  const allowed = new Set([text]);
  const stream = by.odds(0.8);
  // Servers do not always do what they are asked.
  const asEvents = by.odds(0.9) ? stream : !stream;
  let bytes: Buffer;
  if (asEvents) {
    const mutated = [...frames];
    for (let count = by.integer(4); count > 0 && mutated.length > 0; count--) {
      const name = by.pick(Object.keys(frameMutations));
      frameMutations[name]!(mutated, by);
      story.push(name);
    }
    bytes = Buffer.from(
      mutated
        .map(
          (frame) => `${frame.name === undefined ? '' : `event: ${frame.name}\n`}data: ${textOf(frame)}\n\n`,
        )
        .join(''),
    );
  } else {
    const one: Frame[] = [{ name: undefined, data: { type: 'response.completed', response } }];
    for (let count = by.integer(2); count > 0; count--) {
      const name = by.pick(['another status', 'another reason', 'odd output', 'lost part', 'odd usage']);
      frameMutations[name]!(one, by);
      story.push(name);
    }
    bytes = Buffer.from(JSON.stringify((one[0]!.data as Json).response));
  }
  if (by.odds(0.4)) {
    const name = by.pick(Object.keys(byteMutations));
    if (bytes.length > 0) bytes = byteMutations[name]!(bytes, by);
    story.push(name);
    // What lost some letters inside a string is still a complete answer, as far as anybody can tell.
    if (name === 'lost middle') for (const sent of textsIn(bytes.toString())) allowed.add(sent);
  }
  const type = by.odds(0.8) ? (asEvents ? 'text/event-stream' : 'application/json') : by.pick(contentTypes);
  const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
  if (by.odds(0.02)) headers['content-encoding'] = 'gzip';
  const status = by.odds(0.93) ? 200 : by.pick([201, 204, 206, 301, 304, 400, 401, 404, 429, 500, 503, 599]);
  const end = by.odds(0.9) ? 'close' : by.pick(['reset', 'stay-open'] as const);
  story.push(asEvents ? 'events' : 'document', type, String(status), end);
  return { status, headers, chunks: split(bytes, by), end, stream, allowed, story };
}

function textsIn(sent: string): string[] {
  const texts: string[] = [];
  let deltas = '';
  for (const line of [sent, ...sent.split('\n').map((each) => each.replace(/^data: /, ''))]) {
    try {
      const value = JSON.parse(line) as Json & { response?: Json; delta?: unknown };
      if (typeof value.delta === 'string') deltas += value.delta;
      const output = (value.response ?? value).output as { content: { text: string }[] }[] | undefined;
      for (const { content } of output ?? []) texts.push(content.map(({ text }) => text).join(''));
    } catch {
      // Not a whole document.
    }
  }
  return [...texts, deltas].filter((text) => text !== '');
}

function split(bytes: Buffer, by: Chance): Uint8Array[] {
  if (by.odds(0.7)) return [bytes];
  const chunks: Uint8Array[] = [];
  const most = by.pick([3, 60, 600]) + Math.ceil(bytes.length / 8);
  for (let from = 0; from < bytes.length; ) {
    const to = from + 1 + by.integer(most);
    chunks.push(bytes.subarray(from, to));
    from = to;
  }
  return chunks;
}
