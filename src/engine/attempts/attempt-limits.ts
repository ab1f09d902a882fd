/** What one attempt may take of the time of its call. */

import type { TimeoutSettings } from '../../core/config/policy.ts';
import {
  firstEventKey,
  leastShareOfFirstEvent,
  shareOfAttempt,
  timeoutSetting,
  timeoutsFor,
} from '../../core/config/timeouts.ts';
import type { Candidate } from '../../core/router/decision.ts';
import type { AttemptLimits, GenerateRequest } from '../ports.ts';
import { type Call, remainingMs } from './call.ts';

/** Milliseconds that a call must have left for another attempt with a candidate to be made. */
function leastMs({ alias }: Candidate, request: GenerateRequest, { context }: Call): number {
  // One in tier flex may wait for longer, but does not need to.
  const asked = { ...request, serviceTier: undefined };
  return timeoutsFor(context.config.policies, alias, asked).firstEventMs * leastShareOfFirstEvent;
}

/** Whether the call has the time for another attempt. The first one is always made. */
export function hasTimeFor(candidate: Candidate, request: GenerateRequest, call: Call, waitMs = 0): boolean {
  return remainingMs(call) - waitMs >= leastMs(candidate, request, call);
}

/** `isLast`: whether no other model is left that could answer. */
export function attemptLimits(
  candidate: Candidate,
  request: GenerateRequest,
  call: Call,
  isLast: boolean,
): AttemptLimits {
  const { policies } = call.context.config;
  const { alias } = candidate;
  const timeouts = timeoutsFor(policies, alias, request);
  const total = timeoutSetting(policies, alias, 'totalMs');
  const nameOf = (key: keyof TimeoutSettings) =>
    `${timeoutSetting(policies, alias, key).name} in policies.json`;
  const left = Math.max(1, remainingMs(call));
  let totalSetting = nameOf('totalMs');
  let { totalMs } = timeouts;
  const share = Math.max(1, Math.round(left * shareOfAttempt));
  // With no more than the least, the next model could hardly answer, or not be asked if stopping the first takes a while.
  const keepsEnough = left - share >= leastMs(candidate, request, call) * 2;
  if (!isLast && keepsEnough && !total.isSet && totalMs > share) {
    totalMs = share;
    totalSetting = `the rest of the call's time is kept for other models; ${totalSetting}`;
  } else if (totalMs > left) {
    totalMs = left;
    if (call.prepared.request.timeoutMs !== undefined) totalSetting = '--timeout';
  }
  return {
    ...timeouts,
    totalMs,
    settings: { firstEvent: nameOf(firstEventKey(request)), idle: nameOf('idleMs'), total: totalSetting },
  };
}
