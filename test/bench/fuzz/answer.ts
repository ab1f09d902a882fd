/** Answers in the shapes that servers give them, before anything goes wrong. */
import type { Chance } from './random.ts';

export type Json = Record<string, unknown>;

export interface Frame {
  /** The event's own name, in its `event:` line. */
  name: string | undefined;
  /** Sent as JSON; a string is sent as it stands. */
  data: Json | string;
}

export interface Answer {
  /** The one text that a success may give, unless the closing response says another. */
  text: string;
  frames: Frame[];
  /** The same as one document. */
  response: Json;
}

const words = [
  'alpha',
  'βeta',
  'git diff',
  '"quoted"',
  'back\\slash',
  '行',
  '🙂',
  'tab\t',
  '\n\n',
  'data: x',
  '</p>',
];

export function healthyAnswer(by: Chance): Answer {
  const pieces = Array.from({ length: 1 + by.integer(12) }, () => `${by.pick(words)} ${by.integer(1000)} `);
  const text = pieces.join('');
  const id = `resp_${by.integer(1e9)}`;
  const item = `msg_${by.integer(1e9)}`;
  const base = { id, object: 'response', model: 'gpt-6.1-terra', service_tier: 'default' };
  const commented = by.odds(0.2);
  const message = (content: string, phase?: string): Json => ({
    type: 'message',
    id: phase === 'commentary' ? `${item}_c` : item,
    role: 'assistant',
    status: 'completed',
    ...(phase === undefined ? {} : { phase }),
    content: [{ type: 'output_text', text: content, annotations: [] }],
  });
  const output = commented
    ? [message('Let me see. ', 'commentary'), message(text, 'final_answer')]
    : [message(text)];
  const response: Json = {
    ...base,
    status: 'completed',
    error: null,
    incomplete_details: null,
    output,
    usage: { input_tokens: 12, output_tokens: 34, output_tokens_details: { reasoning_tokens: 5 } },
  };
  // Compatible servers may leave the output of the closing event empty; those number their events.
  const closing = !commented && by.odds(0.3) ? { ...response, output: [] } : response;
  const numbered = closing !== response || by.odds(0.7);
  const started = { ...base, status: 'in_progress', output: [] };
  const place = { item_id: item, output_index: commented ? 1 : 0, content_index: 0 };
  const events: (Json & { type: string })[] = [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
  ];
  if (commented) {
    events.push({ type: 'response.output_item.added', output_index: 0, item: message('', 'commentary') });
    events.push({ type: 'response.output_text.delta', item_id: `${item}_c`, delta: 'Let me see. ' });
  }
  events.push({ type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: item } });
  for (const delta of pieces) events.push({ type: 'response.output_text.delta', ...place, delta });
  if (by.odds(0.8)) events.push({ type: 'response.output_text.done', ...place, text });
  events.push({ type: 'response.completed', response: closing });
  const frames = events.map(
    (event, at): Frame => ({
      name: event.type,
      data: numbered ? { ...event, sequence_number: at } : event,
    }),
  );
  return { text, frames, response };
}
