/**
 * Reads a response object of the Responses API, leniently: compatible servers leave much out. A success is
 * `completed` with text that was not a refusal; everything else becomes an `AttemptFailure`.
 */
import { classifyProviderError } from '../core/error-policy.ts';
import { AttemptFailure, type FailureDetails } from '../core/failure.ts';
import type { Usage } from '../core/usage.ts';
import type { FinishReason, GenerateResult } from '../engine/ports.ts';

type Json = Record<string, unknown>;

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function readUsage(value: unknown): Usage {
  const usage = asObject(value) ?? {};
  const input = asObject(usage.input_tokens_details) ?? {};
  const output = asObject(usage.output_tokens_details) ?? {};
  return {
    inputTokens: asCount(usage.input_tokens),
    cachedInputTokens: asCount(input.cached_tokens),
    cacheWriteTokens: asCount(input.cache_write_tokens),
    outputTokens: asCount(usage.output_tokens),
    reasoningTokens: asCount(output.reasoning_tokens),
  };
}

interface ReadOutput {
  text: string;
  refusal: string | undefined;
}

/** Newer models mark their messages: where any is marked as the final answer, only those count. */
function readOutput(output: unknown): ReadOutput {
  const messages = asList(output)
    .map(asObject)
    .filter((item) => item?.type === 'message');
  const final = messages.filter((message) => message?.phase === 'final_answer');
  const chosen = final.length > 0 ? final : messages.filter((message) => message?.phase !== 'commentary');
  const parts = chosen.flatMap((message) => asList(message?.content).map(asObject));
  const join = (type: string, key: string) =>
    parts.map((part) => (part?.type === type ? (asText(part[key]) ?? '') : '')).join('');
  return { text: join('output_text', 'text'), refusal: asText(join('refusal', 'refusal')) };
}

function finishReasonOf(raw: string): FinishReason {
  if (raw === 'completed') return { unified: 'stop', raw };
  if (raw === 'max_output_tokens') return { unified: 'length', raw };
  return { unified: raw === 'content_filter' ? 'content-filter' : 'other', raw };
}

/**
 * `streamedText` stands in where a compatible server streams the text but leaves `output` of the final
 * response empty.
 */
export function readResponse(
  value: unknown,
  facts: { streamedText: string; firstEventMs: number },
): GenerateResult {
  const response = asObject(value);
  if (!response)
    throw new AttemptFailure(
      'malformed-answer',
      'the provider answered with something that is not a response object',
    );
  const usage = readUsage(response.usage);
  const identity = {
    responseId: asText(response.id),
    servedModel: asText(response.model),
    serviceTier: asText(response.service_tier),
  };
  const details: FailureDetails = { ...identity, usage };
  const status = asText(response.status) ?? 'missing';
  if (status === 'failed' || asObject(response.error))
    throw failedResponse(asObject(response.error) ?? {}, details);

  const { text: written, refusal } = readOutput(response.output);
  const text = written === '' && refusal === undefined ? facts.streamedText : written;
  if (status === 'incomplete') {
    const reason = asText(asObject(response.incomplete_details)?.reason) ?? 'unknown';
    if (reason === 'content_filter')
      throw new AttemptFailure('content-policy', "the provider's content filter cut the answer", details);
    const what = text.trim() === '' ? 'no visible answer' : 'a cut answer';
    if (reason === 'max_output_tokens')
      throw new AttemptFailure('answer-cut-by-length', `${what}: the output limit was reached`, details);
    throw new AttemptFailure('cut', `${what}: incomplete, ${reason}`, details);
  }
  if (status === 'cancelled')
    throw new AttemptFailure('server-error', 'the provider cancelled the response', details);
  if (status !== 'completed')
    throw new AttemptFailure('cut', `the answer ended with status ${status}`, details);
  if (text.trim() === '') {
    if (refusal !== undefined)
      throw new AttemptFailure('refusal', `the model refused: ${refusal.slice(0, 500)}`, details);
    throw new AttemptFailure(
      'empty-answer',
      'the provider reports success, but the answer is empty',
      details,
    );
  }
  return { text, usage, finishReason: finishReasonOf(status), firstEventMs: facts.firstEventMs, ...identity };
}

/** The error of a `failed` response, or of an error event inside a stream that began with 200. */
export function failedResponse(error: Json, details: FailureDetails = {}): AttemptFailure {
  return classifyProviderError(
    {
      status: undefined,
      code: asText(error.code),
      type: asText(error.type),
      param: asText(error.param),
      message: asText(error.message) ?? 'the response failed without a reason',
    },
    details,
  );
}
