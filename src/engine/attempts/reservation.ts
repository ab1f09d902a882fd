/** What one attempt may cost at most, reserved under the budgets that all processes share. */
import { describeShortage } from '../../core/budget/fit.ts';
import { describeLimit, limitsOf } from '../../core/budget/limits.ts';
import { nanoAtMost, nanoOf } from '../../core/budget/nano.ts';
import type { Limit, Standing } from '../../core/budget/state.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { Candidate } from '../../core/router/decision.ts';
import type { Budget } from '../budget.ts';
import type { EngineContext } from '../context.ts';
import type { GenerateRequest } from '../ports.ts';
import { toAttempt, toUsageRecord } from './attempt.ts';
import type { Call } from './call.ts';
import { worstCaseUsd } from './request.ts';

/** Why a candidate was not asked. */
export interface Refusal {
  candidate: Candidate;
  request: GenerateRequest;
  /** Undefined if the price is unknown: then it fits no budget. */
  worstUsd: number | undefined;
  /** Undefined if the price is unknown. */
  standing: Standing | undefined;
}

export interface Reservation {
  /** To be called once, when the attempt has ended. In USD; undefined for the highest possible cost. Never rejects. */
  settle(spentUsd: number | undefined): Promise<void>;
}

interface Planned {
  candidate: Candidate;
  request: GenerateRequest;
  number: number;
  escalatedFrom: string | undefined;
}

/** None in a rehearsal, which spends nothing. */
export function budgetLimits({ config, projectName, rehearsal }: EngineContext): Limit[] {
  return rehearsal ? [] : limitsOf(config.policies.budgets, projectName);
}

/** What it returns counts as spent: the request may be sent. Throws `budget-unavailable`, unless the user allows it. */
export async function reserve(planned: Planned, call: Call): Promise<Reservation | { refused: Refusal }> {
  const { context } = call;
  if (context.rehearsal) return { settle: async () => undefined };
  const limits = budgetLimits(context);
  const { candidate, request } = planned;
  const worstUsd = worstCaseUsd(request, candidate, context);
  if (limits.length === 0) return { settle: (usd = worstUsd) => addUnlimited(usd, call) };
  const nano = worstUsd === undefined ? undefined : nanoAtMost(worstUsd);
  if (nano === undefined) return { refused: { candidate, request, worstUsd, standing: undefined } };
  try {
    const budget = (await context.budget(true))!;
    for (;;) {
      const day = context.localDay();
      const project = context.projectName ?? '';
      const row = estimatedRow(planned, call);
      const answer = await budget.reserve({ day, project, nano, limits, row });
      if ('refused' in answer) return { refused: { candidate, request, worstUsd, standing: answer.refused } };
      // It is over only if this process was stopped for longer than it lasts.
      if (await budget.commit(answer.id))
        return { settle: (usd = worstUsd) => settle(budget, answer.id, nanoOf(usd!) ?? nano, call) };
    }
  } catch (error) {
    if (!isUnavailable(error) || context.config.policies.budgets.onUnavailable !== 'allow') throw error;
    call.warnings.add(`sent without being counted: ${error.message}`);
    return { settle: async () => undefined };
  }
}

/** Such as "it may cost $0.021, and $0.012 is left of the daily budget of $5.00". */
export function refusalReason({ worstUsd, standing }: Refusal): string {
  return describeShortage(worstUsd, standing);
}

const nearlySpent = 0.8;

/** Warnings that need to be said once a day, as they do not change when more is spent. */
export async function budgetReminders(context: EngineContext): Promise<string[]> {
  const limits = budgetLimits(context).filter(({ nano }) => nano > 0);
  if (limits.length === 0) return [];
  try {
    const standings = await (await context.budget(true))!.state(limits, context.localDay());
    return standings
      .filter(({ settled, nano }) => settled >= nearlySpent * nano)
      .map((standing) => `${nearlySpent * 100} % of the ${describeLimit(standing)} is spent`);
  } catch {
    // That it cannot be used was said when it was needed.
    return [];
  }
}

async function settle(budget: Budget, id: string, nano: number, call: Call): Promise<void> {
  try {
    await budget.settle(id, nano);
  } catch (error) {
    call.warnings.add(`counted at its highest possible cost: ${(error as Error).message}`);
  }
}

/** What is spent without a budget counts for one that is set later, or elsewhere. */
async function addUnlimited(usd: number | undefined, { context, warnings }: Call): Promise<void> {
  const nano = nanoOf(usd ?? 0) ?? 0;
  if (nano === 0) return;
  try {
    const budget = await context.budget(false);
    await budget?.add({ day: context.localDay(), project: context.projectName ?? '', nano });
  } catch (error) {
    warnings.add(`not counted for budgets: ${(error as Error).message}`);
  }
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

function isUnavailable(error: unknown): error is OrchError {
  return error instanceof OrchError && error.code === 'budget-unavailable';
}
