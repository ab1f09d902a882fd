/** Turns a response into the stream events of the real service, in order and shape. */
import type { Json } from '../core/text/json.ts';
import type { MessageItem, ResponseObject } from './respond.ts';

/** An event without its sequence number, which is added when it is sent. */
export type StreamEvent = Json & { type: string };

export function streamEvents(response: ResponseObject): StreamEvent[] {
  const started = { ...response, status: 'in_progress', output: [], usage: null, incomplete_details: null };
  const closing = response.status === 'incomplete' ? 'response.incomplete' : 'response.completed';
  return [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
    ...response.output.flatMap((item, index) =>
      item.type === 'message'
        ? messageEvents(item, index)
        : [
            { type: 'response.output_item.added', output_index: index, item },
            { type: 'response.output_item.done', output_index: index, item },
          ],
    ),
    { type: closing, response },
  ];
}

function messageEvents(item: MessageItem, index: number): StreamEvent[] {
  const place = { item_id: item.id, output_index: index, content_index: 0 };
  const [part] = item.content;
  const started = { ...item, status: 'in_progress', content: [] };
  return [
    { type: 'response.output_item.added', output_index: index, item: started },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    ...pieces(part.text).map((delta) => ({
      type: 'response.output_text.delta',
      ...place,
      delta,
      logprobs: [],
    })),
    { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

const pieceLength = 24;
const maxPieces = 64;

/** Never splits a surrogate pair. */
function pieces(text: string): string[] {
  const length = Math.max(pieceLength, Math.ceil(text.length / maxPieces));
  return text.match(new RegExp(`[^]{1,${length}}`, 'gu')) ?? [];
}

/** Encodes a server-sent event. */
export function encodeEvent(event: StreamEvent, sequenceNumber: number): string {
  return `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: sequenceNumber })}\n\n`;
}
