/** The events of a streamed answer, in the order and the shapes of the real service. */
import type { JsonObject } from './json.ts';
import { inProgress, type MessageItem, type ResponseObject } from './response.ts';

/** An event without its sequence number, which is given when it is sent. */
export type StreamEvent = JsonObject & { type: string };

export interface EventOptions {
  /** In how many pieces the text is sent; at least one, where there is text. */
  chunks: number | undefined;
  /** Adds events and fields that no client knows. */
  noise: boolean;
}

const terminal: Record<string, string> = {
  completed: 'response.completed',
  incomplete: 'response.incomplete',
  failed: 'response.failed',
};

export function streamEvents(response: ResponseObject, options: EventOptions): StreamEvent[] {
  const started = inProgress(response);
  const events: StreamEvent[] = [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
  ];
  if (options.noise) events.push({ type: 'response.rehearsal_noise', detail: { nothing: null } });
  response.output.forEach((item, index) => {
    if (item.type === 'reasoning') {
      events.push({ type: 'response.output_item.added', output_index: index, item });
      events.push({ type: 'response.output_item.done', output_index: index, item });
    } else {
      events.push(...messageEvents(item, index, options));
    }
  });
  // No event is known for a response that was cancelled: its status stands in the closing one.
  events.push({ type: terminal[response.status] ?? 'response.completed', response });
  return events;
}

/** Whether an event carries a piece of text, by which the moments of a play are counted. */
export function isPiece(event: StreamEvent): boolean {
  return event.type.endsWith('.delta');
}

function messageEvents(item: MessageItem, index: number, { chunks, noise }: EventOptions): StreamEvent[] {
  const place = { item_id: item.id, output_index: index, content_index: 0 };
  const events: StreamEvent[] = [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { ...item, status: 'in_progress', content: [] },
    },
  ];
  for (const part of item.content) {
    const refused = part.type === 'refusal';
    const text = refused ? part.refusal : part.text;
    const empty = refused ? { ...part, refusal: '' } : { ...part, text: '' };
    const extra = { ...(refused ? {} : { logprobs: [] }), ...(noise ? { unheard_of: [1, 2] } : {}) };
    const name = refused ? 'response.refusal' : 'response.output_text';
    events.push({ type: 'response.content_part.added', ...place, part: empty });
    for (const delta of pieces(text, chunks))
      events.push({ type: `${name}.delta`, ...place, delta, ...extra });
    events.push({ type: `${name}.done`, ...place, [refused ? 'refusal' : 'text']: text, ...extra });
    events.push({ type: 'response.content_part.done', ...place, part });
  }
  events.push({ type: 'response.output_item.done', output_index: index, item });
  return events;
}

const pieceLength = 24;
const mostPieces = 64;

/** Cuts a text into `count` pieces of about the same length, never inside a surrogate pair. */
export function pieces(text: string, count: number | undefined): string[] {
  if (text === '') return [];
  const wanted = count ?? Math.min(mostPieces, Math.max(3, Math.ceil(text.length / pieceLength)));
  const characters = [...text];
  const parts = Math.max(1, Math.min(Math.floor(wanted), characters.length));
  return Array.from({ length: parts }, (_, part) =>
    characters
      .slice(
        Math.floor((part * characters.length) / parts),
        Math.floor(((part + 1) * characters.length) / parts),
      )
      .join(''),
  );
}
