/** Writes the row of an attempt to the usage record. */

import type { OrchError } from '../../core/errors/orch-error.ts';
import type { Attempt } from './attempt.ts';
import { toUsageRecord } from './attempt.ts';
import type { Call } from './call.ts';

/**
 * To be called before the reservation of the attempt is settled: if the process is killed in between, there is an
 * estimate beside the row. The other way round the row would be missing. Never rejects: if it cannot be written, the
 * call says so at its end.
 */
export async function recordAttempt(attempt: Attempt, call: Call): Promise<void> {
  const { runId, context, prepared, records, recordFaults } = call;
  const { decision, input } = prepared;
  const { approxTokens: estTokens, droppedTokens } = input;
  const row = toUsageRecord(attempt, { runId, decision, estTokens, droppedTokens }, context);
  records.push(row);
  try {
    await context.ledger.append([row]);
  } catch (error) {
    recordFaults.add(notRecorded(error));
  }
}

/** What a call warns about where its row could not be written, and what helps. */
export function notRecorded(error: unknown): string {
  const { message, hint } = error as OrchError;
  return `usage was not recorded: ${[message, ...(hint === undefined ? [] : [hint])].join('; ')}`;
}
