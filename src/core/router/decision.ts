/** A routing decision as a value: `route --explain` prints it, `run` follows it. */

import type { Timeouts } from '../config/timeouts.ts';
import type { Hop } from '../models/life-cycle.ts';
import type { ModelCard } from '../models/model-card.ts';
import type { GenerationParameters } from '../models/parameters.ts';
import type { CostRange } from '../models/pricing.ts';
import { formatUsdUp } from '../text/format.ts';
import type { RequestFeatures } from './features.ts';

export interface Candidate {
  /** The name used in the routing list or by the caller: an alias or a model id. */
  alias: string;
  /** Model that the name maps to, before any hop. */
  requestedModel: string;
  /** Catalogue name of the model after hops. */
  model: string;
  /** Model id sent in the request. */
  apiModel: string;
  card: ModelCard | undefined;
  hops: Hop[];
  parameters: GenerationParameters;
  /** Sent as service_tier; undefined: the project's own applies. */
  serviceTier: string | undefined;
  /** Of the first request; those of an attempt are shorter where the call's time demands it. */
  timeouts: Timeouts;
  /** Undefined when the price is unknown. */
  cost: CostRange | undefined;
  /** Settings changed or not sent for this model. */
  notes: string[];
  /** Reported if this model answers: hops, an upcoming shutdown, an unknown price. */
  warnings: string[];
  /** Those of the warnings that need not be repeated all day. */
  reminders: string[];
}

export type RejectionCode =
  | 'safety'
  | 'cap'
  | 'window'
  | 'ceiling'
  | 'budget'
  | 'budget-unavailable'
  | 'unknown-price'
  | 'duplicate'
  | 'retired'
  | 'unknown-model'
  | 'forbidden'
  | 'tier';

export interface Rejection {
  alias: string;
  model: string;
  code: RejectionCode;
  reason: string;
  /** What it could have cost, where that is more than the ceiling or a budget allows. */
  worstUsd?: number;
}

/** As the surfaces show them. */
export function shownRejections(rejected: readonly Rejection[]): Omit<Rejection, 'worstUsd'>[] {
  return rejected.map(({ alias, model, code, reason }) => ({ alias, model, code, reason }));
}

/** What would get a call through that its ceiling refuses. */
export interface CeilingAdvice {
  /** The lowest ceiling that would do, and for which candidate. */
  enoughUsd: number;
  alias: string;
  /** Other models of the user's that would fit the ceiling as it is, the dearest first. */
  fits: string[];
}

/** The rule that determined the order. */
export type RoutingRule = 'forced' | 'safety-critical' | 'complexity' | 'cost' | 'language' | 'task-order';

export interface RouteDecision {
  features: RequestFeatures;
  rule: RoutingRule;
  /** Undefined when no candidate is eligible. */
  selected: Candidate | undefined;
  /** Tried in this order after the selected candidate fails. */
  fallbacks: Candidate[];
  rejected: Rejection[];
  /** One line: `task=refactor size=5800 safety=true => gpt-5-codex`, followed by any hops. */
  rationale: string;
  /** Warnings that do not depend on the model, e.g. an unknown task. */
  warnings: string[];
  /** Cost ceiling of the call, in USD. */
  ceilingUsd: number | undefined;
  /** Undefined unless the ceiling leaves no candidate. */
  ceilingAdvice: CeilingAdvice | undefined;
}

/** One sentence for people: `$0.021 would be enough for full; mini fits (-m mini)`. */
export function describeAdvice({ enoughUsd, alias, fits: [fitting] }: CeilingAdvice): string {
  const other = fitting === undefined ? '' : `; ${fitting} fits (-m ${fitting})`;
  return `${formatUsdUp(enoughUsd)} would be enough for ${alias}${other}`;
}

/** Error code when no candidate is eligible, chosen by what the caller can change. */
export function refusalCode(
  rejected: readonly { code: string }[],
): 'usage' | 'over-budget' | 'no-eligible-model' {
  const has = (...codes: RejectionCode[]) => rejected.some(({ code }) => (codes as string[]).includes(code));
  if (has('unknown-model')) return 'usage';
  return has('ceiling', 'budget', 'unknown-price') ? 'over-budget' : 'no-eligible-model';
}

/** Of a call that is only explained: without `withBudgetsUnavailable`, as `refusalCode`. */
export function explainedCode(
  rejected: readonly { code: string }[],
): ReturnType<typeof refusalCode> | 'budget-unavailable' {
  // Whatever was eligible has it.
  return rejected.some(({ code }) => code === 'budget-unavailable')
    ? 'budget-unavailable'
    : refusalCode(rejected);
}

/** Why no candidate is eligible, one line per candidate. */
export function refusalMessage(
  rejected: readonly { alias: string; model: string; reason: string }[],
): string {
  const lines = rejected.map(
    ({ alias, model, reason }) => `${alias}${alias === model ? '' : ` (${model})`}: ${reason}`,
  );
  return lines.length === 1 ? lines[0]! : ['no eligible model:', ...lines].join('\n  ');
}

export function candidatesOf(decision: RouteDecision): Candidate[] {
  return decision.selected ? [decision.selected, ...decision.fallbacks] : [];
}
