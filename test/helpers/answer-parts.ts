/** What answers of the Responses API are made of, for tests: items, parts, and the events around them. */
import type { Usage } from '../../src/core/models/usage.ts';

export type Event = Record<string, unknown> & { type?: string };
/** A string is sent as it stands, such as a comment. */
export type Block = Event | string;

export const text = 'Grüße, 世界! 👩‍💻\r\nOne\u2028line. data: {"type":"error"}\n\nevent: error\n';
export const pieces = [
  'Grüße, 世',
  '界! 👩‍💻\r',
  '\nOne\u2028line. da',
  'ta: {"type":"error"}\n\nev',
  'ent: error\n',
];
const model = 'gpt-6.1-terra-2026-10-01';

const bare = { id: 'resp_1', object: 'response', created_at: 1_790_000_000, model, error: null, output: [] };
export const running = {
  ...bare,
  status: 'in_progress',
  usage: null,
  service_tier: 'auto',
  incomplete_details: null,
};
const billed = {
  input_tokens: 2000,
  input_tokens_details: { cached_tokens: 1024, cache_write_tokens: 500 },
  output_tokens: 300,
  output_tokens_details: { reasoning_tokens: 256 },
  total_tokens: 2300,
};
const usage: Usage = {
  inputTokens: 2000,
  cachedInputTokens: 1024,
  cacheWriteTokens: 500,
  outputTokens: 300,
  reasoningTokens: 256,
};

export const part = (words: string) => ({ type: 'output_text', text: words, annotations: [], logprobs: [] });
export const message = (content: unknown, id = 'msg_1', rest: object = {}) => ({
  id,
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content,
  ...rest,
});
export const refusal = message([{ type: 'refusal', refusal: 'I must not.' }]);
export const silent = { id: 'rs_1', type: 'reasoning', summary: [] };
export const encrypted = { ...silent, encrypted_content: 'gAAAAAB0cGFkZGluZw==' };
export const summarised = { ...silent, summary: [{ type: 'summary_text', text: 'Counting the letters.' }] };
export const spoken = { ...silent, content: [{ type: 'reasoning_text', text: 'Two and two.' }] };
export const search = {
  id: 'ws_1',
  type: 'web_search_call',
  status: 'completed',
  action: { type: 'search', query: 'q' },
};
export const tool = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'c',
  name: 'add',
  arguments: '{}',
  status: 'completed',
};

export const begun: Event[] = [
  { type: 'response.created', response: running },
  { type: 'response.in_progress', response: running },
];
const added = (index: number, item: object): Event => ({
  type: 'response.output_item.added',
  output_index: index,
  item: { ...item, content: [], status: 'in_progress' },
});
const done = (index: number, item: object): Event => ({
  type: 'response.output_item.done',
  output_index: index,
  item,
});

/** An item and what is streamed within it. */
export const around = (index: number, item: object, within: Event[] = []): Event[] => [
  added(index, item),
  ...within,
  done(index, item),
];

/** A part of a message, in pieces. */
export function written(
  index: number,
  words: readonly string[],
  { item = 'msg_1', content = 0 } = {},
): Event[] {
  const place = { item_id: item, output_index: index, content_index: content };
  const whole = part(words.join(''));
  return [
    { type: 'response.content_part.added', ...place, part: part('') },
    ...words.map((delta) => ({
      type: 'response.output_text.delta',
      ...place,
      delta,
      logprobs: [],
      obfuscation: 'x7Kq',
    })),
    { type: 'response.output_text.done', ...place, text: whole.text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part: whole },
  ];
}

export const answered = (index = 0) => around(index, message([part(text)]), written(index, pieces));
export const response = (output: unknown, rest: object = {}) => ({
  ...running,
  status: 'completed',
  service_tier: 'default',
  output,
  usage: billed,
  ...rest,
});
export const completed = (output: unknown, rest: object = {}): Event => ({
  type: 'response.completed',
  response: response(output, rest),
});
export const incomplete = (reason: string, output: unknown): Event => ({
  type: 'response.incomplete',
  response: response(output, { status: 'incomplete', incomplete_details: { reason } }),
});
export const failed = (error: object, beside = {}): Event => ({
  type: 'response.failed',
  response: { ...running, status: 'failed', error },
  ...beside,
});

export const numbered = (blocks: readonly Block[], from = 0): Block[] => {
  let next = from;
  return blocks.map((block) => (typeof block === 'string' ? block : { ...block, sequence_number: next++ }));
};
export const between = (blocks: readonly Block[], one: Block): Block[] =>
  blocks.flatMap((block) => [block, one]);
export const unnamed = (blocks: readonly Event[]): Block[] =>
  blocks.map((event) => `data: ${JSON.stringify(event)}\n\n`);

export const whole = { text, model, tier: 'default', usage };
export const plain = [...begun, ...answered(), completed([message([part(text)])])];
/** As some gateways close an answer. */
export const hollow = [...begun, ...answered(), completed([])];
export const unbilled = Object.fromEntries(Object.keys(usage).map((key) => [key, undefined]));
