/** Puts an answer on the wire: server-sent events or one JSON body, with whatever is to go wrong on the way. */
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { encodeEvent, type StreamEvent } from '../../src/rehearsal/stream-events.ts';
import { type Delivery, type Intervention, isDelta, pieces } from './apply-scenario.ts';

interface Wire {
  response: ServerResponse;
  stream: boolean;
  /** Headers that every answer carries. */
  headers: Record<string, string>;
  /** Aborts when the client goes away or the server closes. */
  signal: AbortSignal;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

type Step = 'go-on' | 'stop';

export async function send(delivery: Delivery, wire: Wire): Promise<void> {
  if (delivery.kind === 'plain') return sendPlain(delivery, wire);
  const schedule = new Schedule(delivery.interventions, wire);
  if ((await schedule.reach('request')) === 'stop') return;
  const type = wire.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  wire.response.writeHead(200, { ...wire.headers, 'content-type': type });
  wire.response.flushHeaders();
  if ((await schedule.reach('headers')) === 'stop') return;
  await (wire.stream ? sendEvents(delivery, schedule, wire) : sendBody(delivery, schedule, wire));
}

type Answer = Extract<Delivery, { kind: 'response' }>;

async function sendPlain(plain: Extract<Delivery, { kind: 'plain' }>, wire: Wire): Promise<void> {
  const { response } = wire;
  response.writeHead(plain.status, { ...wire.headers, ...plain.headers });
  for (const piece of plain.body) await write(response, piece);
  response.end();
}

async function sendEvents({ events }: Answer, schedule: Schedule, { response }: Wire): Promise<void> {
  const lastPiece = events.findLastIndex(isDelta);
  const closingAt = lastPiece < 0 ? events.length - 1 : lastPiece + 1;
  let sent = 0;
  for (const [position, event] of events.entries()) {
    // Before each piece what is due by then; before the closing events whatever is left.
    const moment = position === closingAt ? Number.POSITIVE_INFINITY : isDelta(event) ? sent : undefined;
    if (moment !== undefined && (await schedule.reach(moment)) === 'stop') return;
    await write(response, schedule.encode(event));
    if (isDelta(event)) sent++;
    if (position === 0 && (await schedule.reach('first-event')) === 'stop') return;
  }
  response.end();
}

async function sendBody(answer: Answer, schedule: Schedule, { response }: Wire): Promise<void> {
  const body = pieces(JSON.stringify(answer.response), answer.bodyPieces);
  for (const [sent, piece] of body.entries()) {
    if (sent === 1 && (await schedule.reach('first-event')) === 'stop') return;
    // What is due later than the last piece is due before it: a body that is cut must not be whole.
    const due = sent === body.length - 1 ? Number.POSITIVE_INFINITY : sent;
    if ((await schedule.reach(due)) === 'stop') return;
    await write(response, piece);
  }
  response.end();
}

/** Carries out the interventions of an answer, each once, when its moment has come. */
class Schedule {
  private readonly pending: Intervention[];
  private sequenceNumber = 0;

  constructor(
    interventions: readonly Intervention[],
    private readonly wire: Wire,
  ) {
    this.pending = [...interventions];
  }

  encode(event: StreamEvent): string {
    return encodeEvent(event, this.sequenceNumber++);
  }

  /** A number stands for so many pieces sent; what is due at a smaller number is due too. */
  async reach(moment: Intervention['at']): Promise<Step> {
    const due = ({ at }: Intervention) =>
      typeof at === 'number' && typeof moment === 'number' ? at <= moment : at === moment;
    let next = this.pending.findIndex(due);
    while (next >= 0) {
      const [intervention] = this.pending.splice(next, 1);
      if ((await this.carryOut(intervention!)) === 'stop') return 'stop';
      next = this.pending.findIndex(due);
    }
    return this.wire.signal.aborted ? 'stop' : 'go-on';
  }

  private async carryOut(intervention: Intervention): Promise<Step> {
    const { response, signal, sleep } = this.wire;
    switch (intervention.act) {
      case 'pause':
        if (intervention.ms > 0) await sleep(intervention.ms, signal);
        if (intervention.until) await Promise.race([settled(intervention.until), aborted(signal)]);
        return 'go-on';
      case 'hang':
        await aborted(signal);
        return 'stop';
      case 'reset':
        // What was written before is let out first: a reset throws away what is still in the buffer.
        await turn();
        response.socket?.resetAndDestroy();
        return 'stop';
      case 'cut':
        response.end();
        return 'stop';
      case 'send':
        await write(response, intervention.raw);
        return 'go-on';
      case 'end-with':
        await write(response, this.encode(intervention.event));
        response.end();
        return 'stop';
    }
  }
}

/** One turn of the event loop after each write, so that the pieces leave one by one. */
async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || text === '') return;
  response.write(text);
  await turn();
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function settled(promise: PromiseLike<unknown>): Promise<void> {
  try {
    await promise;
  } catch {
    // A pause that is called off is over.
  }
}
