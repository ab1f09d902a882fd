/** An amount of money, reserved under the budgets that all processes share. */
import { describeLimit, limitsOf } from '../../core/budget/limits.ts';
import { nanoAtMost, nanoOf } from '../../core/budget/nano.ts';
import type { Limit, Standing } from '../../core/budget/state.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { UsageRecord } from '../../core/record/usage-record.ts';
import type { Budget } from '../budget.ts';
import type { CallOptions, EngineContext } from '../context.ts';

export interface Reservation {
  /**
   * To be called once, when the attempt has ended. In USD; undefined for the highest possible cost. Never rejects.
   * `afterwards`: where it is settled then, and what goes wrong is said with the next call.
   */
  settle(spentUsd: number | undefined, afterwards?: CallOptions['afterwards']): Promise<void>;
}

/** None in a rehearsal, which spends nothing. */
export function budgetLimits({ config, projectName, rehearsal }: EngineContext): Limit[] {
  return rehearsal ? [] : limitsOf(config.policies.budgets, projectName);
}

interface Reserving {
  context: EngineContext;
  warnings: { add(warning: string): unknown };
  /** Warnings that need to be said once a day, as they do not change when more is spent. */
  reminders?: { add(reminder: string): unknown };
}

const nearlySpent = 0.8;

/**
 * What it returns counts as spent: the request may be sent. `refused`: the limit with the least left; undefined if the
 * price is unknown. `row`: of the record, if this process does not return from the request. Throws
 * `budget-unavailable`, unless the user allows it.
 */
export async function reserveUsd(
  worstUsd: number | undefined,
  row: () => UsageRecord,
  reserving: Reserving,
): Promise<Reservation | { refused: Standing | undefined }> {
  const { context, warnings } = reserving;
  if (context.rehearsal) return { settle: async () => undefined };
  const limits = budgetLimits(context);
  const then = async (
    afterwards: CallOptions['afterwards'],
    work: (heard: Reserving['warnings']) => Promise<void>,
  ) => (afterwards ? afterwards(() => work(context.memory.unsaid)) : work(warnings));
  if (limits.length === 0)
    return {
      settle: (usd = worstUsd, afterwards = undefined) =>
        then(afterwards, (heard) => addUnlimited(usd, context, heard)),
    };
  const nano = worstUsd === undefined ? undefined : nanoAtMost(worstUsd);
  if (nano === undefined) return { refused: undefined };
  try {
    const budget = (await context.budget(true))!;
    const day = context.localDay();
    const project = context.projectName ?? '';
    // Committed at once: nothing is waited for until the request is sent.
    const answer = await budget.reserve({ day, project, nano, limits, row: { ...row() }, spend: true });
    if ('refused' in answer) return { refused: answer.refused };
    return {
      async settle(usd = worstUsd, afterwards = undefined) {
        const spent = nanoOf(usd!) ?? nano;
        for (const [index, limit] of limits.entries())
          if (limit.nano > 0 && answer.settled[index]! + spent >= nearlySpent * limit.nano)
            reserving.reminders?.add(`${nearlySpent * 100} % of the ${describeLimit(limit)} is spent`);
        await then(afterwards, (heard) => settle(budget, answer.id, spent, heard));
      },
    };
  } catch (error) {
    if (!isUnavailable(error) || context.config.policies.budgets.onUnavailable !== 'allow') throw error;
    warnings.add(`sent without being counted: ${error.message}`);
    return { settle: async () => undefined };
  }
}

async function settle(
  budget: Budget,
  id: string,
  nano: number,
  warnings: Reserving['warnings'],
): Promise<void> {
  try {
    await budget.settle(id, nano);
  } catch (error) {
    warnings.add(`counted at its highest possible cost: ${(error as Error).message}`);
  }
}

/** What is spent without a budget counts for one that is set later, or elsewhere. */
async function addUnlimited(
  usd: number | undefined,
  context: EngineContext,
  warnings: Reserving['warnings'],
): Promise<void> {
  const nano = nanoOf(usd ?? 0) ?? 0;
  if (nano === 0) return;
  try {
    const budget = await context.budget(false);
    await budget?.add({ day: context.localDay(), project: context.projectName ?? '', nano });
  } catch (error) {
    warnings.add(`not counted for budgets: ${(error as Error).message}`);
  }
}

function isUnavailable(error: unknown): error is OrchError {
  return error instanceof OrchError && error.code === 'budget-unavailable';
}
