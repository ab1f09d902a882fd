/** Fits what a policy asks for to what a model's card takes, so that no request is refused for a parameter. */

import type { GenerationPolicy } from '../config/policy.ts';
import { type ReasoningEffort, reasoningEfforts, type Verbosity } from '../tasks/tasks.ts';
import type { ModelCard } from './model-card.ts';

/** The provider refuses less. */
const leastOutputTokens = 16;
const defaultVisibleTokens = 2048;

/**
 * Reasoning is spent out of max_output_tokens: with caps of 400 to 2048 answers came back empty and billed.
 * So what a policy calls max_output_tokens is the room for the visible answer and this is added.
 */
const headRoomTokens: Record<ReasoningEffort, number> = {
  none: 0,
  minimal: 1024,
  low: 4096,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
  max: 65_536,
};

export interface GenerationParameters {
  /** What is sent as max_output_tokens: visible answer and reasoning together. */
  maxOutputTokens: number;
  /** Room for the visible answer alone. */
  visibleOutputTokens: number;
  /** Undefined: not sent. */
  temperature: number | undefined;
  effort: ReasoningEffort | undefined;
  verbosity: Verbosity | undefined;
}

export interface FittedParameters {
  parameters: GenerationParameters;
  /** What was asked and could not be sent, in words. */
  notes: string[];
}

/** The supported effort nearest to the one wanted, the lower of two equally near. */
export function clampEffort(
  wanted: ReasoningEffort,
  supported: readonly ReasoningEffort[],
): ReasoningEffort | undefined {
  const rank = (effort: ReasoningEffort) => reasoningEfforts.indexOf(effort);
  let best: ReasoningEffort | undefined;
  for (const effort of [...supported].sort((a, b) => rank(a) - rank(b))) {
    if (best === undefined || Math.abs(rank(effort) - rank(wanted)) < Math.abs(rank(best) - rank(wanted)))
      best = effort;
  }
  return best;
}

/** `asked` is the effort that the caller or the routing list named: if it must be changed, that is noted. */
export function fitParameters(
  policy: GenerationPolicy,
  card: ModelCard | undefined,
  asked: ReasoningEffort | undefined,
): FittedParameters {
  const notes: string[] = [];
  const visible = policy.max_output_tokens ?? defaultVisibleTokens;
  if (!card) {
    // Nothing is known of the model: leave room as for a reasoning model and send only what was asked for.
    const parameters: GenerationParameters = {
      maxOutputTokens: Math.max(leastOutputTokens, visible + headRoomTokens[asked ?? 'medium']),
      visibleOutputTokens: visible,
      temperature: undefined,
      effort: asked,
      verbosity: undefined,
    };
    return { parameters, notes };
  }

  const wanted = asked ?? policy.reasoning_effort ?? 'medium';
  const effort = clampEffort(wanted, card.efforts);
  if (asked !== undefined && effort !== asked) {
    notes.push(
      effort === undefined
        ? `effort ${asked} not sent: not a reasoning model`
        : `effort ${asked} becomes ${effort}: the model takes ${card.efforts.join(', ')}`,
    );
  }
  const takesTemperature =
    card.temperature === 'always' || (card.temperature === 'effort-none' && effort === 'none');
  if (policy.temperature !== undefined && !takesTemperature) {
    notes.push(
      card.temperature === 'never'
        ? 'temperature not sent: the model does not take it'
        : `temperature not sent: the model takes it only with effort none`,
    );
  }
  const full = visible + (effort === undefined ? 0 : headRoomTokens[effort]);
  const maxOutputTokens = Math.max(leastOutputTokens, Math.min(full, card.maxOutputTokens));
  return {
    parameters: {
      maxOutputTokens,
      visibleOutputTokens: Math.min(visible, maxOutputTokens),
      temperature: takesTemperature ? policy.temperature : undefined,
      effort,
      verbosity: card.verbosity === false ? undefined : policy.verbosity,
    },
    notes,
  };
}
