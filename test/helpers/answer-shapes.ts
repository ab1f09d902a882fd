/**
 * The shapes of answers that recordings of the API and of compatible servers show, written by hand: what is sent, and
 * what must be made of it.
 */

import type { FailureClass } from '../../src/core/errors/provider-failure.ts';
import type { Usage } from '../../src/core/models/usage.ts';
import {
  answered,
  around,
  type Block,
  begun,
  between,
  completed,
  type Event,
  encrypted,
  failed,
  hollow,
  incomplete,
  message,
  numbered,
  part,
  pieces,
  plain,
  refusal,
  response,
  running,
  search,
  silent,
  spoken,
  summarised,
  text,
  tool,
  unbilled,
  unnamed,
  whole,
  written,
} from './answer-parts.ts';

export type Expected =
  | { text: string; model?: string | undefined; tier?: string | undefined; usage?: Partial<Usage> }
  | { failure: FailureClass; message?: RegExp };

export interface Shape {
  name: string;
  /** The events of a stream, or a document. */
  send: Block[] | { document: unknown; before?: string };
  expected: Expected;
}

const streams: [string, Block[], Expected][] = [
  ['a message', numbered(plain), whole],
  [
    'silent reasoning',
    numbered([...begun, ...around(0, silent), ...answered(1), completed([silent, message([part(text)])])]),
    whole,
  ],
  [
    'encrypted reasoning',
    numbered([
      ...begun,
      ...around(0, encrypted),
      ...answered(1),
      completed([encrypted, message([part(text)])]),
    ]),
    whole,
  ],
  [
    'summarised reasoning',
    numbered([
      ...begun,
      ...around(0, summarised, [
        { type: 'response.reasoning_summary_part.added', item_id: 'rs_1', output_index: 0, summary_index: 0 },
        {
          type: 'response.reasoning_summary_text.delta',
          item_id: 'rs_1',
          output_index: 0,
          delta: 'Counting the letters.',
        },
        {
          type: 'response.reasoning_summary_text.done',
          item_id: 'rs_1',
          output_index: 0,
          text: 'Counting the letters.',
        },
      ]),
      ...answered(1),
      completed([summarised, message([part(text)])]),
    ]),
    whole,
  ],
  [
    'reasoning as text, as open models send it',
    numbered([
      ...begun,
      ...around(0, spoken, [
        {
          type: 'response.reasoning_text.delta',
          item_id: 'rs_1',
          output_index: 0,
          content_index: 0,
          delta: 'Two and two.',
        },
        {
          type: 'response.reasoning_text.done',
          item_id: 'rs_1',
          output_index: 0,
          content_index: 0,
          text: 'Two and two.',
        },
      ]),
      ...answered(1),
      completed([spoken, message([part(text)])]),
    ]),
    whole,
  ],
  [
    'phases',
    numbered([
      ...begun,
      ...around(
        0,
        message([part('Let me see. ')], 'msg_0', { phase: 'commentary' }),
        written(0, ['Let me ', 'see. '], { item: 'msg_0' }),
      ),
      ...around(1, silent),
      ...around(2, message([part(text)], 'msg_1', { phase: 'final_answer' }), written(2, pieces)),
      completed([
        message([part('Let me see. ')], 'msg_0', { phase: 'commentary' }),
        silent,
        message([part(text)], 'msg_1', { phase: 'final_answer' }),
      ]),
    ]),
    whole,
  ],
  [
    'phases in an answer that is closed without output',
    numbered([
      ...begun,
      ...around(
        0,
        message([part('Let me see. ')], 'msg_0', { phase: 'commentary' }),
        written(0, ['Let me ', 'see. '], { item: 'msg_0' }),
      ),
      ...around(1, message([part(text)], 'msg_1', { phase: 'final_answer' }), written(1, pieces)),
      completed([]),
    ]),
    whole,
  ],
  [
    'several messages and parts',
    numbered([
      ...begun,
      ...around(0, message([part('One. '), part('Two. ')], 'msg_0'), [
        ...written(0, ['One. '], { item: 'msg_0' }),
        ...written(0, ['Tw', 'o. '], { item: 'msg_0', content: 1 }),
      ]),
      ...answered(1),
      completed([message([part('One. '), part('Two. ')], 'msg_0'), message([part(text)])]),
    ]),
    { ...whole, text: `One. Two. ${text}` },
  ],
  [
    'a search, and a quotation from it',
    numbered([
      ...begun,
      ...around(0, search, [
        { type: 'response.web_search_call.searching', item_id: 'ws_1', output_index: 0 },
        { type: 'response.web_search_call.completed', item_id: 'ws_1', output_index: 0 },
      ]),
      ...answered(1).toSpliced(-1, 0, {
        type: 'response.output_text.annotation.added',
        item_id: 'msg_1',
        output_index: 1,
        annotation: { type: 'url_citation' },
      }),
      completed([search, message([part(text)])]),
    ]),
    whole,
  ],
  [
    'events of a later API',
    numbered(
      between(plain.slice(0, -1), { type: 'response.later.delta', delta: 'no', text: 7 }).concat(
        plain.at(-1)!,
      ),
    ),
    whole,
  ],
  [
    'a queue, and keep-alives that are numbered like events',
    numbered([
      begun[0]!,
      { type: 'response.queued', response: { ...running, status: 'queued' } },
      ...between(plain.slice(1, -1), { type: 'keepalive' }),
      plain.at(-1)!,
    ]),
    whole,
  ],
  ['no names of events', unnamed(numbered(plain) as Event[]), whole],
  [
    'types only in the names',
    (numbered(plain) as Event[]).map(
      ({ type, ...data }) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`,
    ),
    whole,
  ],
  [
    'data over several lines',
    (numbered(plain) as Event[]).map(
      (event) => `${JSON.stringify(event, null, 1).replaceAll(/(^|\n)/g, '$1data: ')}\n\n`,
    ),
    whole,
  ],
  [
    'no space after the colon, ids, and a time to retry',
    (numbered(plain) as Event[]).map(
      (event, id) => `id:${id}\nretry:3000\nevent:${event.type}\ndata:${JSON.stringify(event)}\n\n`,
    ),
    whole,
  ],
  ['[DONE] at the end', [...numbered(plain), 'data: [DONE]\n\n'], whole],
  ['no numbers', plain, whole],
  ['numbers from 1', numbered(plain, 1), whole],
  ['one number for all', plain.map((event) => ({ ...event, sequence_number: 0 })), whole],
  ['an empty output at the end', numbered(hollow), whole],
  ['an output of null at the end', numbered([...begun, ...answered(), completed(null)]), whole],
  [
    'an empty output, and pings',
    between(numbered(hollow).slice(0, -1), { type: 'ping' }).concat(numbered(hollow).at(-1)!),
    whole,
  ],
  [
    'an empty output, and keep-alives of a gateway',
    between(numbered(hollow).slice(0, -1), { type: 'codex.keepalive' }).concat(numbered(hollow).at(-1)!),
    whole,
  ],
  [
    'an empty output, and words that it is in progress',
    between(numbered(hollow).slice(0, -1), { type: 'response.in_progress' }).concat(numbered(hollow).at(-1)!),
    whole,
  ],
  [
    'an empty output, and keep-alives with the number 0',
    between(numbered(hollow).slice(0, -1), { type: 'keepalive', sequence_number: 0 }).concat(
      numbered(hollow).at(-1)!,
    ),
    whole,
  ],
  [
    'an empty output, and numbered keep-alives',
    numbered(between(hollow.slice(0, -1), { type: 'keepalive' }).concat(hollow.at(-1)!)),
    whole,
  ],
  [
    'an empty output, and comments',
    between(numbered(hollow).slice(0, -1), ': OPENROUTER PROCESSING\n\n').concat(numbered(hollow).at(-1)!),
    whole,
  ],
  [
    'an empty output, and no pieces of the text',
    numbered([...begun, ...around(0, message([part(text)])), completed([])]),
    whole,
  ],
  ['blank lines and comments first', ['\n\n', ': hello\n\n', ...numbered(plain)], whole],
  [
    'no usage, tier and model',
    numbered([
      ...begun,
      ...answered(),
      { type: 'response.completed', response: { status: 'completed', output: [message([part(text)])] } },
    ]),
    { text, usage: unbilled },
  ],
  [
    'a dearer tier',
    numbered([...plain.slice(0, -1), completed([message([part(text)])], { service_tier: 'fast' })]),
    { ...whole, tier: 'fast' },
  ],
  [
    'usage without details',
    numbered([
      ...plain.slice(0, -1),
      completed([message([part(text)])], {
        usage: { input_tokens: 9, output_tokens: 3 },
        service_tier: null,
      }),
    ]),
    { text, tier: undefined, usage: { ...unbilled, inputTokens: 9, outputTokens: 3 } },
  ],
  [
    'a refusal',
    numbered([
      ...begun,
      ...around(0, refusal, [
        {
          type: 'response.refusal.delta',
          item_id: 'msg_1',
          output_index: 0,
          content_index: 0,
          delta: 'I must ',
        },
        {
          type: 'response.refusal.delta',
          item_id: 'msg_1',
          output_index: 0,
          content_index: 0,
          delta: 'not.',
        },
        {
          type: 'response.refusal.done',
          item_id: 'msg_1',
          output_index: 0,
          content_index: 0,
          refusal: 'I must not.',
        },
      ]),
      completed([refusal]),
    ]),
    { failure: 'refusal', message: /I must not\./ },
  ],
  [
    'a refusal, and an empty output',
    numbered([...begun, ...around(0, refusal), completed([])]),
    { failure: 'refusal' },
  ],
  [
    'reasoning alone',
    numbered([...begun, ...around(0, encrypted), completed([encrypted])]),
    { failure: 'empty-answer' },
  ],
  [
    'a call of a tool',
    numbered([
      ...begun,
      ...around(0, tool, [
        { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 0, delta: '{}' },
      ]),
      completed([tool]),
    ]),
    { failure: 'empty-answer' },
  ],
  [
    'reasoning that used up the cap',
    numbered([...begun, ...around(0, silent), incomplete('max_output_tokens', [silent])]),
    { failure: 'answer-cut-by-length', message: /no visible answer/ },
  ],
  [
    'a text that reached the cap',
    numbered([
      ...begun,
      ...answered(),
      incomplete('max_output_tokens', [message([part(text)], 'msg_1', { status: 'incomplete' })]),
    ]),
    { failure: 'answer-cut-by-length' },
  ],
  [
    'a content filter',
    numbered([...begun, ...answered(), incomplete('content_filter', [])]),
    { failure: 'content-policy' },
  ],
  [
    'a new reason to be incomplete',
    numbered([...begun, ...answered(), incomplete('steered', [])]),
    { failure: 'cut', message: /steered/ },
  ],
  [
    'an error, and then a failure',
    numbered([
      ...begun,
      { type: 'error', code: 'server_error', message: 'It broke.', param: null },
      failed({ code: 'server_error', message: 'It broke.' }),
    ]),
    { failure: 'server-error', message: /It broke\./ },
  ],
  [
    'a nested error',
    numbered([
      ...begun,
      { type: 'error', error: { type: 'tokens', code: 'rate_limit_exceeded', message: 'Slow down.' } },
    ]),
    { failure: 'rate-limited' },
  ],
  [
    'an error alone in its event',
    [...numbered(begun), 'data: {"error":{"message":"No credit.","code":402}}\n\n'],
    { failure: 'quota-exhausted' },
  ],
  [
    'a failure with its reason',
    numbered([...begun, ...answered(), failed({ code: 'context_length_exceeded', message: 'Too long.' })]),
    { failure: 'context-length' },
  ],
  [
    'a failure with its reason beside the response',
    numbered([...begun, failed(null as never, { error: { code: 'cyber_policy', message: 'Not this.' } })]),
    { failure: 'content-policy', message: /Not this\./ },
  ],
  ['[DONE] too early', [...numbered(plain).slice(0, -1), 'data: [DONE]\n\n'], { failure: 'cut' }],
];

const documents: [string, unknown, Expected][] = [
  ['a message', response([silent, message([part(text)])]), whole],
  [
    'phases',
    response([
      message([part('Well. ')], 'msg_0', { phase: 'commentary' }),
      message([part(text)], 'msg_1', { phase: 'final_answer' }),
    ]),
    whole,
  ],
  ['a refusal', response([refusal]), { failure: 'refusal' }],
  [
    'reasoning that used up the cap',
    response([silent], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
    { failure: 'answer-cut-by-length' },
  ],
  ['a queue', response([], { status: 'queued' }), { failure: 'cut', message: /queued/ }],
  ['a cancellation', response([], { status: 'cancelled' }), { failure: 'server-error' }],
  [
    'a failure',
    response([], { status: 'failed', error: { code: 'server_error', message: 'It broke.' } }),
    { failure: 'server-error' },
  ],
  ['nothing', response([]), { failure: 'empty-answer' }],
];

export const shapes: Shape[] = [
  ...streams.map(([name, send, expected]) => ({ name: `a stream with ${name}`, send, expected })),
  ...documents.map(([name, document, expected]) => ({
    name: `a document with ${name}`,
    send: { document },
    expected,
  })),
  {
    name: 'a document after blank lines',
    send: { document: response([message([part(text)])]), before: '\n \r\n\n' },
    expected: whole,
  },
];
