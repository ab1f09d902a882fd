/** Puts an answer on the wire: server-sent events or one JSON body, with whatever is to go wrong on the way. */
import type { ServerResponse } from 'node:http';
import type { Intervention, Performance } from './compose.ts';
import { isPiece, pieces, type StreamEvent, streamEvents } from './events.ts';
import { inProgress } from './response.ts';

export interface Wire {
  response: ServerResponse;
  stream: boolean;
  /** Headers that every answer carries. */
  headers: Record<string, string>;
  /** Aborts when the client goes away or the server closes. */
  signal: AbortSignal;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

type Told = 'go-on' | 'stop';

export async function perform(performance: Performance, wire: Wire): Promise<void> {
  if (performance.kind === 'plain') return sendPlain(performance, wire);
  const director = new Director(performance, wire);
  if ((await director.reach('request')) === 'stop') return;
  const type = wire.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  wire.response.writeHead(200, { ...wire.headers, 'content-type': type });
  wire.response.flushHeaders();
  if ((await director.reach('headers')) === 'stop') return;
  await (wire.stream ? sendEvents(performance, director, wire) : sendBody(performance, director, wire));
}

type Answer = Extract<Performance, { kind: 'response' }>;

async function sendPlain(plain: Extract<Performance, { kind: 'plain' }>, wire: Wire): Promise<void> {
  const { response } = wire;
  response.writeHead(plain.status, { ...wire.headers, ...plain.headers });
  for (const piece of plain.body) await write(response, piece);
  response.end();
}

async function sendEvents(answer: Answer, director: Director, { response }: Wire): Promise<void> {
  const events = streamEvents(answer.response, answer);
  const lastPiece = events.findLastIndex(isPiece);
  const closingAt = lastPiece < 0 ? events.length - 1 : lastPiece + 1;
  let sent = 0;
  for (const [position, event] of events.entries()) {
    // Before each piece what is due by then; before the closing events whatever is left.
    const moment = position === closingAt ? Number.POSITIVE_INFINITY : isPiece(event) ? sent : undefined;
    if (moment !== undefined && (await director.reach(moment)) === 'stop') return;
    await write(response, director.encode(event));
    if (isPiece(event)) sent++;
    if (position === 0) {
      if (answer.noise) await write(response, ': keep-alive\n\n');
      if ((await director.reach('first-event')) === 'stop') return;
    }
  }
  response.end();
}

const bodyPieces = 4;

async function sendBody(answer: Answer, director: Director, { response }: Wire): Promise<void> {
  const body = pieces(JSON.stringify(answer.response), answer.chunks ?? bodyPieces);
  for (const [sent, piece] of body.entries()) {
    if (sent === 1 && (await director.reach('first-event')) === 'stop') return;
    // What is due later than the last piece is due before it: a body that is cut must not be whole.
    const due = sent === body.length - 1 ? Number.POSITIVE_INFINITY : sent;
    if ((await director.reach(due)) === 'stop') return;
    await write(response, piece);
  }
  response.end();
}

/** Carries out the interventions of an answer, each once, when its moment has come. */
class Director {
  private readonly pending: Intervention[];
  private sequenceNumber = 0;

  constructor(
    private readonly answer: Answer,
    private readonly wire: Wire,
  ) {
    this.pending = [...answer.interventions];
  }

  encode(event: StreamEvent): string {
    const data = JSON.stringify({ ...event, sequence_number: this.sequenceNumber++ });
    return `event: ${event.type}\ndata: ${data}\n\n`;
  }

  /** A number stands for so many pieces sent; what is due at a smaller number is due too. */
  async reach(moment: Intervention['at']): Promise<Told> {
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

  private async carryOut(intervention: Intervention): Promise<Told> {
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
        await write(response, this.encode(this.completeError(intervention.event)));
        response.end();
        return 'stop';
    }
  }

  private completeError(event: StreamEvent): StreamEvent {
    if (event.type !== 'response.failed') return event;
    const { error, ...rest } = event;
    return { ...rest, response: { ...inProgress(this.answer.response), status: 'failed', error } };
  }
}

/** One turn of the event loop after each write, so that the pieces leave one by one. */
async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || text === '') return;
  response.write(text);
  await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function settled(promise: PromiseLike<unknown>): Promise<void> {
  try {
    await promise;
  } catch {
    // A gate that is broken is open.
  }
}
