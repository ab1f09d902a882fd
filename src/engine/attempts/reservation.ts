/** What one attempt may cost at most, reserved under the budgets that all processes share. */
import type { Standing } from '../../core/budget/state.ts';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { Candidate } from '../../core/router/decision.ts';
import type { GenerateRequest } from '../ports.ts';
import { toAttempt, toUsageRecord } from './attempt.ts';
import type { Call } from './call.ts';
import { worstCaseUsd } from './request.ts';
import { type Reservation, reserveUsd } from './reserve-usd.ts';

/** Why a candidate was not asked. */
export interface Refusal {
  candidate: Candidate;
  request: GenerateRequest;
  /** Undefined if the price is unknown: then it fits no budget. */
  worstUsd: number | undefined;
  /** Undefined if the price is unknown. */
  standing: Standing | undefined;
}

interface Planned {
  candidate: Candidate;
  request: GenerateRequest;
  number: number;
  escalatedFrom: string | undefined;
}

/** What it returns counts as spent: the request may be sent. Throws `budget-unavailable`, unless the user allows it. */
export async function reserve(planned: Planned, call: Call): Promise<Reservation | { refused: Refusal }> {
  const { candidate, request } = planned;
  const worstUsd = worstCaseUsd(request, candidate, call.context);
  const answer = await reserveUsd(worstUsd, () => estimatedRow(planned, call), call);
  return 'refused' in answer
    ? { refused: { candidate, request, worstUsd, standing: answer.refused } }
    : answer;
}

/** The row of the attempt if this process does not return from it. */
function estimatedRow({ candidate, request, number, escalatedFrom }: Planned, call: Call) {
  const { context, prepared, runId } = call;
  const { decision, input } = prepared;
  const reservedUsd = worstCaseUsd(request, candidate, context);
  const attempt = toAttempt(
    {
      number,
      candidate,
      effort: request.effort,
      requestedTier: request.serviceTier,
      startedAt: context.clock.now(),
      latencyMs: 0,
      reservedUsd,
      escalatedFrom,
      failure: new ProviderFailure('cancelled', 'cancelled'),
    },
    context,
  );
  const { approxTokens: estTokens, droppedTokens } = input;
  return { ...toUsageRecord(attempt, { runId, decision, estTokens, droppedTokens }, context) };
}
