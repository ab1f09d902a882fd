/**
 * Reads the body of an answer by what it contains, not by what was requested or what its header says: events,
 * one JSON document, or a web page, which is not an answer.
 */
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { asObject, asText, type Json } from '../../core/text/json.ts';
import { fromUtf8 } from '../../core/text/utf8.ts';
import type { GenerateResult } from '../../engine/ports.ts';
import { EventDecoder, type StreamEvent } from '../http/event-stream.ts';
import type { HttpBody, HttpResponse } from '../http/response.ts';
import type { Watchdog } from '../http/watchdog.ts';
import { type AnswerLimits, tooLarge } from './limits.ts';
import { errorIn, failedResponse, readResponse } from './response.ts';
import { isKeepAlive, StreamedText } from './streamed-text.ts';

export interface BodyOptions {
  watchdog: Watchdog;
  onText: ((delta: string) => void) | undefined;
  /** Milliseconds since the request was sent. */
  elapsed: () => number;
  limits: AnswerLimits;
}

/** How long a finished stream may take to end by itself, so that its connection can be used again. */
const drainMs = 100;

/** Throws what the connection throws, or a `ProviderFailure`. Nothing of the body is left open. */
export async function readBody(response: HttpResponse, options: BodyOptions): Promise<GenerateResult> {
  const { body } = response;
  let finished = false;
  try {
    if (/html/i.test(response.headers.get('content-type') ?? '')) throw webPage(response.status);
    const first = await readStart(body, options);
    const start = strip(first);
    if (start === undefined) throw cutAtOnce(response);
    const parts = { ...options, response };
    if (start === '<') throw webPage(response.status);
    const isDocument = start === '{' || start === '[';
    const result = await (isDocument ? readDocument : readEvents)(first, parts);
    if (result.text.length > options.limits.textLength) throw tooLarge(result);
    finished = !isDocument;
    return result;
  } finally {
    if (finished) drain(body);
    else body.cancel();
  }
}

/** The bytes with the first that is not white space. None if there is no such byte. */
async function readStart(body: HttpBody, { watchdog, limits }: BodyOptions): Promise<Uint8Array> {
  let size = 0;
  for (;;) {
    const piece = await body.read();
    if (!piece) return new Uint8Array();
    if (strip(piece) !== undefined) return piece;
    size += piece.length;
    if (size > limits.eventBytes) throw tooLarge();
    // Some servers keep an answer alive with empty lines.
    watchdog.stir();
  }
}

/** The first character that is not white space nor a byte order mark. */
function strip(bytes: Uint8Array): string | undefined {
  for (const byte of bytes) {
    if (byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) return String.fromCharCode(byte);
  }
  return undefined;
}

interface ReadOptions extends BodyOptions {
  response: HttpResponse;
}

async function readDocument(first: Uint8Array, options: ReadOptions): Promise<GenerateResult> {
  const { watchdog, response } = options;
  const firstEventMs = options.elapsed();
  const pieces = [first];
  let size = first.length;
  watchdog.enter('writing');
  for (;;) {
    watchdog.beat();
    const piece = await response.body.read();
    if (!piece) break;
    pieces.push(piece);
    size += piece.length;
    if (size > options.limits.eventBytes) throw tooLarge();
  }
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(Buffer.concat(pieces))?.replace(/^\uFEFF/, '') ?? '');
  } catch {
    throw new ProviderFailure('malformed-answer', 'the provider sent broken JSON');
  }
  return readResponse(value, { streamedText: '', firstEventMs, header: headerOf(response) });
}

async function readEvents(first: Uint8Array, options: ReadOptions): Promise<GenerateResult> {
  const { watchdog, response, onText, limits } = options;
  const decoder = new EventDecoder(limits.eventBytes);
  const streamed = new StreamedText();
  const header = headerOf(response);
  let firstEventMs: number | undefined;
  let size = 0;
  const take = (event: StreamEvent): GenerateResult | undefined => {
    watchdog.beat();
    firstEventMs ??= options.elapsed();
    if (event.kind === 'done') throw cut(streamed);
    const value = event.kind === 'event' ? withType(event.value, event.name) : undefined;
    // It may have been a piece of the text. The content of a keep-alive does not matter.
    if (asText(value?.type) === undefined && !isKeepAlive(event.name)) streamed.lose();
    if (!value) return undefined;
    const delta = streamed.add(value, event.kind === 'event' ? event.bytes : 0);
    if (streamed.exceeds(limits)) throw tooLarge();
    if (delta !== undefined) {
      watchdog.enter('writing');
      onText?.(delta);
    } else if (thinksAgain(value)) watchdog.enter('thinking');
    const closing = closingEvents.get(value.type);
    if (closing !== undefined) {
      const { whole: streamedText, items: streamedItems, refusal: streamedRefusal } = streamed;
      const context = { streamedText, streamedItems, streamedRefusal, firstEventMs, header };
      return readResponse(closing === 'failed' ? withReason(value) : value.response, context, closing);
    }
    if (value.type === 'error') throw failedResponse(asObject(value.error) ?? value, header);
    // The API grows by new kinds of events.
    return undefined;
  };
  let chunk: Uint8Array | undefined = first;
  while (chunk) {
    size += chunk.length;
    if (size > limits.bodyBytes) throw tooLarge();
    watchdog.stir();
    for (const event of decoder.push(chunk)) {
      const result = take(event);
      if (result) return result;
    }
    if (decoder.isTooLong) throw tooLarge();
    chunk = await response.body.read();
    if (watchdog.failure) throw watchdog.failure;
  }
  const last = decoder.end();
  const result = last && take(last);
  if (result) return result;
  throw cut(streamed);
}

/** Between two messages, for example. */
function thinksAgain({ type, item }: Json): boolean {
  return type === 'response.output_item.added' && asObject(item)?.type === 'reasoning';
}

const closingEvents = new Map<unknown, string>([
  ['response.completed', 'completed'],
  ['response.incomplete', 'incomplete'],
  ['response.failed', 'failed'],
]);

/** Where the data does not say what it is, the event's name may; an error may be alone in its event. */
function withType(value: unknown, name: string | undefined): Json | undefined {
  const event = asObject(value);
  if (!event || asText(event.type) !== undefined) return event;
  const error = errorIn(event);
  if (error) return { ...event, type: 'error', error };
  return name === undefined ? event : { ...event, type: name };
}

/** Some servers put the reason of a failure beside the response. */
function withReason(event: Json): unknown {
  const response = asObject(event.response);
  const error = asObject(response?.error) ?? errorIn(event);
  return error ? { ...response, error } : event.response;
}

function cut(streamed: StreamedText): ProviderFailure {
  return streamed.damaged
    ? new ProviderFailure('malformed-answer', 'events of the stream were broken, and the last one is missing')
    : new ProviderFailure('cut', 'the stream ended before the answer was complete');
}

function cutAtOnce(response: HttpResponse): ProviderFailure {
  return /event-stream/i.test(response.headers.get('content-type') ?? '')
    ? new ProviderFailure('cut', 'the stream ended before the answer was complete')
    : new ProviderFailure('malformed-answer', 'the provider answered with an empty body');
}

export function webPage(status: number): ProviderFailure {
  return new ProviderFailure('wrong-endpoint', 'the server answered with a web page', {
    status,
    hint: 'check OPENAI_BASE_URL: it ends in /v1 and points at a server that speaks the Responses API',
  });
}

function headerOf({ headers }: HttpResponse): (name: string) => string | undefined {
  return (name) => headers.get(name);
}

/** Lets a finished stream end by itself, so that its connection is kept, but only for a moment. */
function drain(body: HttpBody): void {
  const timer = setTimeout(() => body.cancel(), drainMs);
  const rest = async () => {
    while (await body.read());
  };
  rest()
    .catch(() => {})
    .finally(() => clearTimeout(timer));
}
