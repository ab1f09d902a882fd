/** Turns an operation's output, or its error, into the result of a tool call. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Redact } from '../core/errors/redact.ts';
import { approxTokens } from '../core/input/tokens.ts';
import { formatCount } from '../core/text/format.ts';
import { printable } from '../core/text/hidden.ts';
import type { ResultStore } from '../engine/ports.ts';
import { describeError } from '../operations/describe-error.ts';

/** Codex cuts a result in the middle at about 10,000 tokens; Claude Code cuts at 25,000. */
const mostTokens = 8000;
/** How much of the beginning of a result that is too long is shown. */
const digestTokens = 2000;
/** At most this many characters in the remark below it, not counting the path. */
const remarkWords = 100;
const scheme = 'orch://result/';

export function resultUri(id: string): string {
  return `${scheme}${id}`;
}

export function idOfUri(uri: string): string | undefined {
  return uri.startsWith(scheme) ? uri.slice(scheme.length) : undefined;
}

/** The text repeats `structuredContent` for clients that only read text. */
export function toCallResult(output: Record<string, unknown>, results: ResultStore): CallToolResult {
  const text = JSON.stringify(output);
  const whole: CallToolResult = { content: [{ type: 'text', text }], structuredContent: output };
  if (approxTokens(text) <= mostTokens || typeof output.result !== 'string') return whole;
  const stored = saved(output.result, results);
  if (!stored) return whole;
  const { id, path } = stored;
  const meta = { ...(output.meta as Record<string, unknown>), result_file: path, result_uri: resultUri(id) };
  const around = JSON.stringify({ ...output, result: path, meta }).length + remarkWords;
  const room = Math.min(digestTokens * 3, mostTokens * 3 - around);
  const beginning = beginningOf(output.result, room);
  const result = `${beginning}\n${remark(output.result, beginning, path)}\n`;
  const shortened = { ...output, result, meta };
  return {
    content: [
      { type: 'text', text: JSON.stringify(shortened) },
      {
        type: 'resource_link',
        uri: resultUri(id),
        name: `result ${id}`,
        description: 'the whole result',
        mimeType: 'text/plain',
      },
    ],
    structuredContent: shortened,
  };
}

/** Undefined when it cannot be stored: the result is then returned in full rather than lost. */
function saved(text: string, results: ResultStore): ReturnType<ResultStore['save']> | undefined {
  try {
    return results.save(text);
  } catch {
    return undefined;
  }
}

/** The beginning of the text that takes at most `room` characters as JSON: whole lines, or a part of the first one. */
function beginningOf(text: string, room: number): string {
  let left = room;
  let end = 0;
  for (const character of text) {
    left -= JSON.stringify(character).length - 2;
    if (left < 0) break;
    end += character.length;
  }
  const border = text.lastIndexOf('\n', end);
  return text.slice(0, border > 0 ? border : end);
}

function remark(text: string, shown: string, path: string): string {
  const rest = text.slice(shown.length).replace(/\n$/, '');
  const left = rest.startsWith('\n')
    ? `${formatCount(rest.split('\n').length - 1)} more lines`
    : `${formatCount(rest.length)} more characters`;
  return `[… ${left}: the whole result is in ${path} …]`;
}

/** What hints call by a flag, where it is not part of a command, as the field of a tool. */
const fieldsOfFlags: readonly (readonly [RegExp, string])[] = [
  [/--max-cost (?:or maxCostUsd|\(maxCostUsd\))/g, 'maxCostUsd'],
  [/\(--file, or files\)/g, '(files)'],
  [/(?<=[:(] ?)-m (?=\S)/g, 'forceModel '],
];

function withFieldNames(hint: string): string {
  return fieldsOfFlags.reduce((text, [flag, name]) => text.replace(flag, name), hint);
}

/** The text says what to do next. There is no structured content, which some clients would show as a success. */
export function toErrorResult(error: unknown, redact: Redact): CallToolResult {
  const { code, message, hint, spending, answer } = describeError(error);
  const lines = [`${code}: ${message}`];
  if (hint !== undefined) lines.push(`What to do: ${withFieldNames(hint)}`);
  if (spending !== undefined) lines.push(spending);
  if (answer) lines.push('The answer:', answer.slice(0, mostTokens * 3));
  return { isError: true, content: [{ type: 'text', text: printable(redact(lines.join('\n'))) }] };
}
