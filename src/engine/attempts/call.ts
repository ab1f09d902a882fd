/** A call in progress, and what its attempts so far have left of its limits. */

import { roundUsd, sumUsd } from '../../core/models/money.ts';
import type { UsageRecord } from '../../core/record/usage-record.ts';
import type { Candidate } from '../../core/router/decision.ts';
import type { CallOptions, EngineContext } from '../context.ts';
import type { GenerateRequest } from '../ports.ts';
import type { PreparedCall } from '../prepare/prepare.ts';
import { type Attempt, maxSpent } from './attempt.ts';
import { firstRequest, type RequestSource, worstCaseUsd } from './request.ts';

export interface Call {
  readonly runId: string;
  /** Said with the result. */
  readonly warnings: Set<string>;
  /** Those that need not be repeated all day. */
  readonly reminders: Set<string>;
  /** The rows of its attempts so far. */
  readonly records: UsageRecord[];
  /** Why rows could not be written. */
  readonly recordFaults: Set<string>;
  readonly prepared: PreparedCall;
  readonly context: EngineContext;
  readonly options: CallOptions;
  /** Monotonic time in milliseconds at which the whole call must have ended. */
  readonly deadline: number;
}

export function requestSource({ prepared, context, options }: Call): RequestSource {
  return { prepared, context, stream: options.stream ?? true };
}

/** Milliseconds until the deadline; negative after it. */
export function remainingMs({ deadline, context }: Call): number {
  return deadline - context.clock.monotonic();
}

/** Whether the worst-case cost of a request fits in what the attempts have left of the ceiling. */
export function isAffordable(
  request: GenerateRequest,
  candidate: Candidate,
  call: Call,
  attempts: readonly Attempt[],
): boolean {
  const { ceilingUsd } = call.prepared.decision;
  if (ceilingUsd === undefined) return true;
  const worst = worstCaseUsd(request, candidate, call.context);
  if (worst === undefined) return false;
  return worst <= roundUsd(ceilingUsd - sumUsd(attempts.map(maxSpent)));
}

/** The same for the first request to a candidate. */
export function fitsCeiling(candidate: Candidate, call: Call, attempts: readonly Attempt[]): boolean {
  return isAffordable(firstRequest(candidate, requestSource(call)), candidate, call, attempts);
}
