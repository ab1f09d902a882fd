/**
 * Reads a response object of the Responses API, leniently: compatible servers leave much out. A success is
 * `completed` with text that was not a refusal; everything else becomes a `ProviderFailure`.
 */

import { type FailureDetails, ProviderFailure } from '../../core/errors/provider-failure.ts';
import { type Headers, retryAfterMs } from '../../core/errors/retry-after.ts';
import { noUsage, type Usage } from '../../core/models/usage.ts';
import { asCount, asList, asName, asObject, asText, type Json } from '../../core/text/json.ts';
import { shortMessage } from '../../core/text/outside-text.ts';
import type { GenerateResult } from '../../engine/ports.ts';
import { classifyProviderError } from './error-policy.ts';

/** More tokens than any window holds: no count, but nonsense that would cost millions. So is a part of a token. */
const mostTokens = 1e9;

function asTokens(value: unknown): number | undefined {
  const count = asCount(value);
  return count !== undefined && Number.isInteger(count) && count <= mostTokens ? count : undefined;
}

export function readUsage(value: unknown): Usage {
  const usage = asObject(value) ?? {};
  const input = asObject(usage.input_tokens_details) ?? {};
  const output = asObject(usage.output_tokens_details) ?? {};
  return {
    inputTokens: asTokens(usage.input_tokens),
    cachedInputTokens: asTokens(input.cached_tokens),
    cacheWriteTokens: asTokens(input.cache_write_tokens),
    outputTokens: asTokens(usage.output_tokens),
    reasoningTokens: asTokens(output.reasoning_tokens),
  };
}

interface ReadOutput {
  /** Undefined: there is one, and a part of it cannot be read. */
  text: string | undefined;
  refusal: string | undefined;
}

/** Newer models mark their messages: where any is marked as the final answer, only such messages count. */
function readOutput(output: unknown): ReadOutput {
  const items = asList(output).map(asObject);
  const messages = items.filter((item) => item?.type === 'message');
  const final = messages.filter((message) => message?.phase === 'final_answer');
  const chosen = final.length > 0 ? final : messages.filter((message) => message?.phase !== 'commentary');
  const parts = chosen.flatMap((message) => partsOf(message?.content));
  const join = (isKind: (part: Json | undefined) => boolean, key: string) =>
    parts.map((part) => (isKind(part) ? (asText(part?.[key]) ?? '') : '')).join('');
  const unread =
    (output !== undefined && output !== null && !Array.isArray(output)) ||
    items.includes(undefined) ||
    chosen.some(({ content } = {}) => !Array.isArray(content) && typeof content !== 'string') ||
    parts.some((part) => isText(part) && typeof part?.text !== 'string');
  return {
    text: unread ? undefined : join(isText, 'text'),
    refusal: asText(join((part) => part?.type === 'refusal', 'refusal')),
  };
}

/** Some compatible servers give the content as in a request: in one string, or in parts of type `text`. */
function partsOf(content: unknown): (Json | undefined)[] {
  if (typeof content === 'string') return [{ type: 'output_text', text: content }];
  return asList(content).map(asObject);
}

function isText(part: Json | undefined): boolean {
  return part?.type === 'output_text' || part?.type === 'text';
}

/** More was streamed, and what the closing event holds is the beginning of it. */
function isCutOf(text: string, streamed: string | undefined): boolean {
  if (streamed === undefined || text.trim() === '') return false;
  return streamed.startsWith(text) && streamed.slice(text.length).trim() !== '';
}

export interface AnswerContext {
  /**
   * Stands in where a compatible server streams the text but leaves `output` of the final response empty.
   * Undefined: parts of it may be missing.
   */
  streamedText: string | undefined;
  /** The items of the output as they were finished in the stream, which say more than its pieces of text. */
  streamedItems?: readonly Json[] | undefined;
  /** The refusal as it was streamed, for the same servers. */
  streamedRefusal?: string | undefined;
  firstEventMs: number;
  header: Headers;
}

/** `closing` is the status that the closing event names, where there was one: the response must not contradict it. */
export function readResponse(value: unknown, context: AnswerContext, closing?: string): GenerateResult {
  // A closing event may come without a response.
  const response = asObject(closing === undefined ? value : (value ?? {}));
  if (!response)
    throw new ProviderFailure(
      'malformed-answer',
      'the provider answered with something that is not a response object',
    );
  const usage = readUsage(response.usage);
  const identity = {
    responseId: asName(response.id),
    servedModel: asName(response.model),
    serviceTier: asName(response.service_tier),
    completionWindow: asName(asObject(response.background_options)?.completion_window),
  };
  const details: FailureDetails = { ...identity, usage };
  const status = asName(response.status) ?? closing ?? 'missing';
  const error = errorIn(response) ?? (response.object === 'error' ? response : undefined);
  if (status === 'failed' || closing === 'failed' || error)
    throw failedResponse(error ?? {}, context.header, {
      ...identity,
      usage: asObject(response.usage) ? usage : noUsage,
    });

  const { text: written, refusal: writtenRefusal } = readOutput(response.output);
  const items = readOutput(written === '' ? context.streamedItems : undefined);
  const refusal = writtenRefusal ?? (written === '' ? (items.refusal ?? context.streamedRefusal) : undefined);
  const text =
    written === '' && refusal === undefined
      ? (asText(response.output_text) ??
        asText(items.text) ??
        (context.streamedText === '' ? items.text : context.streamedText))
      : written;
  const reason = asName(asObject(response.incomplete_details)?.reason);
  if (status === 'incomplete' || closing === 'incomplete' || reason !== undefined) {
    const partial = { ...details, partialText: text };
    if (reason === 'content_filter')
      throw new ProviderFailure('content-policy', "the provider's content filter cut the answer", partial);
    const what = text === undefined || text.trim() === '' ? 'no visible answer' : 'a cut answer';
    if (reason === 'max_output_tokens')
      throw new ProviderFailure('answer-cut-by-length', `${what}: the output limit was reached`, partial);
    throw new ProviderFailure('cut', `${what}: incomplete, ${reason ?? 'unknown'}`, partial);
  }
  if (status === 'cancelled')
    throw new ProviderFailure('server-error', 'the provider cancelled the response', details);
  if (status !== 'completed')
    throw new ProviderFailure('cut', `the answer ended with status ${status}`, details);
  if (text === undefined)
    throw new ProviderFailure('malformed-answer', 'parts of the answer are missing or broken', details);
  if (isCutOf(text, context.streamedText))
    throw new ProviderFailure(
      'malformed-answer',
      'the answer is shorter than what was streamed of it',
      details,
    );
  if (text.trim() === '') {
    if (refusal !== undefined)
      throw new ProviderFailure('refusal', `the model refused: ${shortMessage(refusal, 500)}`, details);
    throw new ProviderFailure(
      'empty-answer',
      'the provider reports success, but the answer is empty',
      details,
    );
  }
  return {
    text,
    usage,
    finishReason: status,
    firstEventMs: context.firstEventMs,
    ...identity,
  };
}

/** An error may be no more than words. */
export function errorIn({ error }: Json): Json | undefined {
  return asObject(error) ?? (asText(error) === undefined ? undefined : { message: error });
}

/** The error of a `failed` response, or of an error event inside a stream that began with 200. */
export function failedResponse(error: Json, header: Headers, details: FailureDetails = {}): ProviderFailure {
  const message = shortMessage(asText(error.message) ?? 'the response failed without a reason');
  // Some gateways put the upstream status into the code.
  const status = asCount(error.code) ?? asCount(error.status_code);
  return classifyProviderError(
    {
      status: status !== undefined && status >= 400 && status < 600 ? status : undefined,
      code: asText(error.code),
      type: asText(error.type),
      param: asText(error.param),
      message,
    },
    { ...details, retryAfterMs: retryAfterMs(header, message, Date.now()) },
  );
}
