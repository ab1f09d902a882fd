/** A routing decision as a value: what `route --explain` prints and what `run` walks. */

import type { Timeouts } from '../config/policy.ts';
import type { Hop } from '../models/life-cycle.ts';
import type { ModelCard } from '../models/model-card.ts';
import type { GenerationParameters } from '../models/parameters.ts';
import type { CostRange } from '../models/pricing.ts';
import type { RequestFeatures } from './features.ts';

export interface Candidate {
  /** As the routing list or the caller names it: an alias or a model id. */
  alias: string;
  /** What that name stands for before any hop. */
  requestedModel: string;
  /** The living model's name in the catalogue. */
  model: string;
  /** The id that goes into the request. */
  apiModel: string;
  card: ModelCard | undefined;
  hops: Hop[];
  parameters: GenerationParameters;
  timeouts: Timeouts;
  /** Undefined: the price is not known. */
  cost: CostRange | undefined;
  /** What was changed or left out for this model, in words. */
  notes: string[];
  /** What the caller must know if this model answers: hops, a shutdown near, an unknown price. */
  warnings: string[];
}

export type RejectionCode =
  | 'safety'
  | 'cap'
  | 'window'
  | 'ceiling'
  | 'unknown-price'
  | 'duplicate'
  | 'retired'
  | 'unknown-model';

export interface Rejection {
  alias: string;
  model: string;
  code: RejectionCode;
  reason: string;
}

/** Which rule chose the order. */
export type RoutingRule = 'forced' | 'safety-critical' | 'language' | 'task-order';

export interface RouteDecision {
  features: RequestFeatures;
  rule: RoutingRule;
  /** Undefined: no candidate is eligible. */
  selected: Candidate | undefined;
  /** Tried in this order when the selected one fails. */
  fallbacks: Candidate[];
  rejected: Rejection[];
  /** One line: `task=refactor size=5800 safety=true => gpt-5-codex`, then what changed the outcome. */
  rationale: string;
  /** What the caller must know whichever model answers, e.g. that the task is not known. */
  warnings: string[];
  /** The ceiling that holds for the call, in USD. */
  ceilingUsd: number | undefined;
}

/** The error code of a decision without a candidate: what the caller can change decides. */
export function refusalCode(
  rejected: readonly { code: string }[],
): 'usage' | 'over-budget' | 'no-eligible-model' {
  const has = (...codes: RejectionCode[]) => rejected.some(({ code }) => (codes as string[]).includes(code));
  if (has('unknown-model')) return 'usage';
  return has('ceiling', 'unknown-price') ? 'over-budget' : 'no-eligible-model';
}

/** Why nothing is left, one line per candidate. */
export function refusalMessage(
  rejected: readonly { alias: string; model: string; reason: string }[],
): string {
  const lines = rejected.map(
    ({ alias, model, reason }) => `${alias}${alias === model ? '' : ` (${model})`}: ${reason}`,
  );
  return lines.length === 1 ? lines[0]! : ['no model may take this request:', ...lines].join('\n  ');
}

export function candidatesOf(decision: RouteDecision): Candidate[] {
  return decision.selected ? [decision.selected, ...decision.fallbacks] : [];
}
