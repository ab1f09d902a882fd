/** The text of a request, whichever of the allowed forms it has. */
import { approxTokens } from '../core/input/tokens.ts';
import { isObject, type JsonObject } from './json.ts';

export interface RequestText {
  instructions: string;
  input: string;
}

/** Messages of role `system` or `developer` count as instructions where no instructions are given. */
export function readText(body: JsonObject): RequestText {
  const messages = Array.isArray(body.input) ? body.input.filter(isObject) : [];
  const leading = (message: JsonObject) => message.role === 'system' || message.role === 'developer';
  const join = (list: JsonObject[]) => list.map((message) => contentText(message.content)).join('\n\n');
  const given = typeof body.instructions === 'string' ? body.instructions : undefined;
  return {
    instructions: given ?? join(messages.filter(leading)),
    input:
      typeof body.input === 'string'
        ? body.input
        : join(given === undefined ? messages.filter((message) => !leading(message)) : messages),
  };
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .filter(isObject)
    .map((part) => (typeof part.text === 'string' ? part.text : ''))
    .join('');
}

/** Tokens of a request, as the rehearsal counts them. */
export function inputTokens({ instructions, input }: RequestText): number {
  return approxTokens(instructions + input);
}
