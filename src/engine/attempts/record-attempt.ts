/** Writes the row of an attempt to the usage record. */

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
    recordFaults.add(`usage was not recorded: ${(error as Error).message}`);
  }
}
