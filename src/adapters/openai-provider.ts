/**
 * The provider over the Responses API, by the openai package: streaming by default, the package's own
 * retries and logging off, a terminal event demanded, aborted down to the socket.
 */
import type OpenAI from 'openai';
import type { ResponseCreateParamsBase } from 'openai/resources/responses/responses';
import { AttemptFailure } from '../core/failure.ts';
import type { Redact } from '../core/redact.ts';
import type { GenerateOptions, GenerateRequest, GenerateResult, Provider } from '../engine/ports.ts';
import { type OpenAiSettings, openAiClient } from './openai-client.ts';
import { failureFrom } from './openai-failure.ts';
import { asObject, asText, failedResponse, readResponse } from './openai-response.ts';
import { Watchdog } from './watchdog.ts';

export interface OpenAiProviderOptions extends OpenAiSettings {
  redact: Redact;
}

/** How long a finished stream may take to close by itself, so that its connection can be used again. */
const drainMs = 1000;

export function openAiProvider({ redact, ...settings }: OpenAiProviderOptions): Provider {
  const client = openAiClient(settings);
  const host = new URL(client.baseURL).host;

  return {
    async generate(request, options) {
      // A plain answer comes all at once: only the attempt's own limit can tell a slow one from a dead one.
      const { totalMs } = options;
      const never = Number.POSITIVE_INFINITY;
      const limits = request.stream ? options : { firstEventMs: never, idleMs: never, totalMs };
      const watchdog = new Watchdog(limits, options.signal);
      const call = { client, request, options, watchdog, started: performance.now(), begun: false };
      try {
        return await (request.stream ? generateStreaming(call) : generatePlain(call));
      } catch (error) {
        // What the abort made the package throw (or not throw) says less than why it was aborted.
        throw watchdog.failure ?? failureFrom(error, { redact, now: Date.now(), host, begun: call.begun });
      } finally {
        watchdog.close();
      }
    },
  };
}

interface Call {
  client: OpenAI;
  request: GenerateRequest;
  options: GenerateOptions;
  watchdog: Watchdog;
  started: number;
  begun: boolean;
}

function bodyOf(request: GenerateRequest): ResponseCreateParamsBase {
  return {
    model: request.model,
    instructions: request.instructions,
    input: request.input,
    max_output_tokens: request.maxOutputTokens,
    store: false,
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.effort === undefined ? {} : { reasoning: { effort: request.effort } }),
    ...(request.verbosity === undefined ? {} : { text: { verbosity: request.verbosity } }),
  };
}

async function generatePlain(call: Call): Promise<GenerateResult> {
  const { client, request, watchdog } = call;
  const response = await client.responses
    .create({ ...bodyOf(request), stream: false }, { signal: watchdog.signal })
    .asResponse();
  return readPlain(response, call);
}

async function readPlain(response: Response, call: Call): Promise<GenerateResult> {
  assertNotHtml(response);
  call.begun = true;
  const firstEventMs = performance.now() - call.started;
  const value: unknown = await response.json();
  return readResponse(value, { streamedText: '', firstEventMs });
}

function assertNotHtml(response: Response): void {
  const type = response.headers.get('content-type') ?? '';
  if (!/html/i.test(type)) return;
  void response.body?.cancel().catch(() => {});
  throw new AttemptFailure('wrong-endpoint', 'the server answered with a web page', {
    status: response.status,
    hint: 'check OPENAI_BASE_URL: it ends in /v1 and points at a server that speaks the Responses API',
  });
}

async function generateStreaming(call: Call): Promise<GenerateResult> {
  const { client, request, watchdog, options } = call;
  const { data: stream, response } = await client.responses
    .create({ ...bodyOf(request), stream: true }, { signal: watchdog.signal })
    .withResponse();
  assertNotHtml(response);
  // Some servers do not stream whatever they are asked.
  if (/application\/json/i.test(response.headers.get('content-type') ?? '')) return readPlain(response, call);

  let streamedText = '';
  let firstEventMs: number | undefined;
  // What a model says on the way to its answer is no part of the answer.
  const commentary = new Set<unknown>();
  const events = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await events.next();
    // An abort ends the iterator as if the stream had ended.
    if (watchdog.failure) throw watchdog.failure;
    if (next.done) throw new AttemptFailure('cut', 'the stream ended before the answer was complete');
    watchdog.beat();
    call.begun = true;
    firstEventMs ??= performance.now() - call.started;
    const event = asObject(next.value);
    switch (event?.type) {
      case 'response.output_item.added': {
        const item = asObject(event.item);
        if (item?.phase === 'commentary' && item.id !== undefined) commentary.add(item.id);
        break;
      }
      case 'response.output_text.delta': {
        const delta = asText(event.delta);
        if (delta !== undefined && !commentary.has(event.item_id)) {
          streamedText += delta;
          options.onText?.(delta);
        }
        break;
      }
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        drain(events, () => stream.controller.abort());
        return readResponse(event.response, { streamedText, firstEventMs });
      case 'error':
        throw failedResponse(asObject(event.error) ?? event);
      default:
      // Unknown kinds of events are how the API grows.
    }
  }
}

/** Lets a finished stream close by itself, so that its connection is kept, but not for long. */
function drain(events: AsyncIterator<unknown>, abort: () => void): void {
  const timer = setTimeout(abort, drainMs);
  timer.unref();
  const rest = async () => {
    while (!(await events.next()).done);
  };
  rest()
    .catch(() => {})
    .finally(() => clearTimeout(timer));
}
