/** Adapts the policy's generation settings to what a model accepts, so that no parameter is refused. */

import type { GenerationPolicy } from '../config/policy.ts';
import { type ReasoningEffort, reasoningEfforts, type Verbosity } from '../tasks/tasks.ts';
import { formatCount } from '../text/format.ts';
import type { ModelCard } from './model-card.ts';

/** The provider rejects anything lower. */
export const minOutputTokens = 16;
/** More is a slip: no model writes as much. */
export const mostOutputTokens = 1_000_000;
/** Room for the visible answer. */
export const defaultVisibleTokens = 2048;

/**
 * Reasoning counts against max_output_tokens: with caps of 400 to 2048, answers came back empty but billed.
 * So a policy's max_output_tokens covers the visible answer only, and this is added to it.
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

const whyNoTemperature = {
  never: 'the model does not support it',
  'effort-none': 'the model supports it only with effort none',
  always: '',
  unknown: 'whether the model supports it is unknown',
};

export interface GenerationParameters {
  /** Sent as max_output_tokens: visible answer plus reasoning. */
  maxOutputTokens: number;
  /** Share of it reserved for the visible answer. */
  visibleOutputTokens: number;
  /** Not sent when undefined. */
  temperature: number | undefined;
  effort: ReasoningEffort | undefined;
  verbosity: Verbosity | undefined;
}

export interface FittedParameters {
  parameters: GenerationParameters;
  /** Settings that were changed or not sent, as text for the user. */
  notes: string[];
  /** The one of them about the requested effort. */
  effortNote?: string | undefined;
}

/** The supported effort closest to `requested`; the lower one on a tie. */
export function clampEffort(
  requested: ReasoningEffort,
  supported: readonly ReasoningEffort[],
): ReasoningEffort | undefined {
  const rank = (effort: ReasoningEffort) => reasoningEfforts.indexOf(effort);
  let best: ReasoningEffort | undefined;
  for (const effort of [...supported].sort((a, b) => rank(a) - rank(b))) {
    if (
      best === undefined ||
      Math.abs(rank(effort) - rank(requested)) < Math.abs(rank(best) - rank(requested))
    )
      best = effort;
  }
  return best;
}

/** `steps` further up or down among the supported efforts. */
function stepped(
  effort: ReasoningEffort | undefined,
  steps: number,
  supported: readonly ReasoningEffort[],
): ReasoningEffort | undefined {
  if (effort === undefined) return undefined;
  const sorted = reasoningEfforts.filter((each) => supported.includes(each));
  const at = sorted.indexOf(effort) + steps;
  return sorted[Math.min(Math.max(at, 0), sorted.length - 1)];
}

/**
 * `requested` is the effort set by the caller or the routing list, `requestedOutput` the caller's limit of the visible
 * answer; changing them adds a note. `effortSteps`: what the complexity of the work adds to the effort or takes from it.
 */
export function fitParameters(
  policy: GenerationPolicy,
  card: ModelCard | undefined,
  requested: ReasoningEffort | undefined,
  requestedOutput?: number,
  effortSteps = 0,
): FittedParameters {
  const notes: string[] = [];
  const visible = requestedOutput ?? policy.max_output_tokens ?? defaultVisibleTokens;
  if (!card) {
    // Unknown model: leave room for reasoning and send only what was explicitly requested.
    const parameters: GenerationParameters = {
      maxOutputTokens: Math.max(minOutputTokens, visible + headRoomTokens[requested ?? 'medium']),
      visibleOutputTokens: visible,
      temperature: undefined,
      effort: requested,
      verbosity: undefined,
    };
    return { parameters, notes };
  }

  const { efforts } = card;
  // Where the efforts are unknown, only the caller's is sent, as to an unknown model.
  const declared = efforts
    ? clampEffort(requested ?? policy.reasoning_effort ?? 'medium', efforts)
    : requested;
  const effort = efforts ? stepped(declared, effortSteps, efforts) : declared;
  if (effort !== declared) notes.push(`effort ${effort} in place of ${declared}: by the complexity`);
  let effortNote: string | undefined;
  if (efforts && requested !== undefined && declared !== requested) {
    effortNote =
      declared === undefined
        ? `effort ${requested} not sent: not a reasoning model`
        : `effort ${requested} changed to ${declared}: the model supports ${efforts.join(', ')}`;
    notes.push(effortNote);
  }
  const takesTemperature =
    card.temperature === 'always' || (card.temperature === 'effort-none' && effort === 'none');
  if (policy.temperature !== undefined && !takesTemperature) {
    notes.push(`temperature not sent: ${whyNoTemperature[card.temperature ?? 'unknown']}`);
  }
  const thinking = efforts ? effort : (effort ?? 'medium');
  const full = visible + (thinking === undefined ? 0 : headRoomTokens[thinking]);
  const most = card.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const maxOutputTokens = Math.max(minOutputTokens, Math.min(full, most));
  if (requestedOutput !== undefined && maxOutputTokens < full)
    notes.push(
      `output limited to ${formatCount(maxOutputTokens)} tokens, reasoning included: the model's most`,
    );
  return {
    parameters: {
      maxOutputTokens,
      visibleOutputTokens: Math.min(visible, maxOutputTokens),
      temperature: takesTemperature ? policy.temperature : undefined,
      effort,
      verbosity: card.verbosity === false ? undefined : policy.verbosity,
    },
    notes,
    effortNote,
  };
}
