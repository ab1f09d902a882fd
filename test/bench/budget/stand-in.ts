/** A provider that keeps its own books: it decides what every request costs when it arrives, and answers in many ways. */
import catalogFile from '../../../conf/catalog.json' with { type: 'json' };
import type { Catalog } from '../../../src/core/models/model-card.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import { startScenarioServer } from '../../rehearsal/scenario-server.ts';
import type { ScriptedRequest } from '../../rehearsal/script.ts';
import { seededRandom } from '../seeded-random.ts';
import { wholeAnswer } from '../whole-answer.ts';
import { billFor, type Consumed } from './bill.ts';

interface Billed {
  /** Name of the call, as its input gives it. */
  call: string;
  kind: string;
  /** Billionths of a dollar; whether the client hears of them or not. */
  nano: number;
}

export interface StandIn {
  url: string;
  /** Every request for an answer, by the id of its response. */
  readonly billed: ReadonlyMap<string, Billed>;
  readonly totalNano: number;
  close(): Promise<void>;
}

/** How an answer ends, how often, and whether it is billed although the client is not told. */
const endings: readonly (readonly [kind: string, share: number, isBilled: boolean])[] = [
  ['text', 0.54, true],
  ['slow', 0.09, true],
  ['rate-limited', 0.06, false],
  ['server-error', 0.06, false],
  ['overloaded', 0.03, false],
  ['cut', 0.03, true],
  ['reset', 0.03, true],
  ['reset-before-headers', 0.03, true],
  ['failed-with-usage', 0.03, true],
  ['failed', 0.03, false],
  ['cap-used-up', 0.03, true],
  ['no-usage', 0.01, true],
  ['silent', 0.01, true],
  ['silent-half-way', 0.01, true],
  ['malformed-event', 0.01, true],
];

/** The same answers for the same calls and the same seed, in whatever order they come. */
export async function startStandIn(seed: number): Promise<StandIn> {
  const tries = new Map<string, number>();
  const billed = new Map<string, Billed>();
  let totalNano = 0;

  function answer(request: ScriptedRequest): Scenario {
    const call = /\bcall=(\S+)/.exec(request.input)?.[1] ?? 'none';
    const tried = tries.get(call) ?? 0;
    tries.set(call, tried + 1);
    const random = seededRandom(seed + hash(`${call} ${tried}`));
    const id = `resp_${call}_${tried}`;
    const wanted = String(request.body.service_tier ?? 'default');
    if (wanted === 'flex' && random() < 0.3) {
      billed.set(id, { call, kind: 'no-capacity', nano: 0 });
      return { kind: 'error', status: 429, message: 'No capacity', code: 'resource_unavailable' };
    }
    const consumed = consumption(request, wanted === 'flex' && random() < 0.2 ? 'default' : wanted, random);
    const [kind, isBilled] = endingOf(random());
    // A model that has used up its cap has used all of it.
    if (kind === 'cap-used-up') consumed.outputTokens = Number(request.body.max_output_tokens);
    const nano = isBilled ? billFor(consumed) : 0;
    billed.set(id, { call, kind, nano });
    totalNano += nano;
    return scenarioOf(kind, { id, text: wholeAnswer(call), consumed, random });
  }

  const server = await startScenarioServer({
    catalog: catalogFile as unknown as Catalog,
    today: () => new Date().toISOString().slice(0, 10),
    answer,
  });
  return {
    url: server.url,
    billed,
    get totalNano() {
      return totalNano;
    },
    close: () => server.close(),
  };
}

function consumption({ body, model }: ScriptedRequest, tier: string, random: () => number): Consumed {
  const inputTokens = Math.ceil(
    (JSON.stringify(body.input).length + String(body.instructions ?? '').length) / 4,
  );
  const cachedInputTokens = random() < 0.3 ? Math.floor(inputTokens * random()) : 0;
  const cacheWriteTokens = random() < 0.3 ? Math.floor((inputTokens - cachedInputTokens) * random()) : 0;
  const most = Number(body.max_output_tokens);
  const outputTokens = random() < 0.1 ? most : 100 + Math.floor(random() * (most - 100));
  return { model, tier, inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens };
}

function endingOf(at: number): readonly [kind: string, isBilled: boolean] {
  let sum = 0;
  for (const [kind, share, isBilled] of endings) {
    sum += share;
    if (at < sum) return [kind, isBilled];
  }
  return ['text', true];
}

function scenarioOf(
  kind: string,
  { id, text, consumed, random }: { id: string; text: string; consumed: Consumed; random: () => number },
): Scenario {
  const { model: _model, tier: serviceTier, ...usage } = consumed;
  const pauses = [
    { at: 'headers' as const, ms: random() * 300 },
    { at: 6, ms: random() * (kind === 'slow' ? 4000 : 600) },
  ];
  const good = { id, text, usage, serviceTier, pauses };
  switch (kind) {
    case 'rate-limited': {
      const headers = { 'retry-after-ms': '50' };
      return { kind: 'error', status: 429, message: 'Rate limit', code: 'rate_limit_exceeded', headers };
    }
    case 'server-error':
      return { kind: 'error', status: 500, message: 'The server had an error', code: 'server_error' };
    case 'overloaded':
      return { kind: 'error', status: 503, message: 'Overloaded' };
    case 'cut':
      return { kind: 'cut', after: 8, ...good };
    case 'reset':
      return { kind: 'reset', after: 8, ...good };
    case 'reset-before-headers':
      return { kind: 'reset', after: 'request', ...good };
    case 'failed-with-usage':
      return failed(id, consumed);
    case 'failed':
      return { kind: 'stream-error', form: 'response.failed', message: 'boom', after: 3, ...good };
    case 'cap-used-up':
      return { kind: 'incomplete', reason: 'max_output_tokens', ...good, text: '' };
    case 'no-usage':
      return { kind: 'no-usage', ...good };
    case 'silent':
      return { kind: 'hang', after: 'request', ...good };
    case 'silent-half-way':
      return { kind: 'hang', after: 8, ...good };
    case 'malformed-event':
      return { kind: 'malformed-event', after: 3, ...good };
    default:
      return { kind: 'text', ...good };
  }
}

/** A stream that ends with `response.failed`, and says what it has cost. */
function failed(id: string, consumed: Consumed): Scenario {
  const { model, tier, inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens } = consumed;
  const usage = {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedInputTokens, cache_write_tokens: cacheWriteTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
  const begun = { id, object: 'response', status: 'in_progress', model, service_tier: tier, output: [] };
  const error = { code: 'server_error', message: 'The model failed' };
  const events = [
    { type: 'response.created', sequence_number: 0, response: begun },
    { type: 'response.failed', sequence_number: 1, response: { ...begun, status: 'failed', error, usage } },
  ];
  return {
    kind: 'raw',
    headers: { 'content-type': 'text/event-stream' },
    body: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0)!, 0x01000193);
  return value >>> 0;
}
