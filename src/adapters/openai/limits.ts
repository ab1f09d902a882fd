/** How much one answer may hold. A hostile or broken server would otherwise fill the memory, or send without end. */
import { type FailureDetails, ProviderFailure } from '../../core/errors/provider-failure.ts';

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;

export interface AnswerLimits {
  /** All bytes of the body, unpacked. */
  bodyBytes: number;
  /** One event of a stream, or an answer without a stream. */
  eventBytes: number;
  /** Characters of the visible text. */
  textLength: number;
  /** Items, parts and other things with a name of their own. */
  places: number;
}

/**
 * In proportion to the output cap. The longest tokens are runs of spaces; a stream needs some 300 bytes for the event of
 * a token, and its last event repeats the text.
 */
export function limitsFor(maxOutputTokens: number): AnswerLimits {
  const textLength = Math.min(64 * kilobyte + 64 * maxOutputTokens, 4 * megabyte);
  return {
    bodyBytes: Math.min(4 * megabyte + kilobyte * maxOutputTokens, 64 * megabyte),
    eventBytes: megabyte + 2 * textLength,
    textLength,
    places: 10_000,
  };
}

/** `details`: of an answer that came to its end, and so tells what it cost. */
export function tooLarge({
  usage,
  serviceTier,
  completionWindow,
  responseId,
  servedModel,
}: FailureDetails = {}): ProviderFailure {
  return new ProviderFailure(
    'answer-too-large',
    'the provider sent more data than an answer of this length can have',
    {
      usage,
      serviceTier,
      completionWindow,
      responseId,
      servedModel,
      hint: 'check OPENAI_BASE_URL: its server is broken, or sends something other than an answer',
    },
  );
}
