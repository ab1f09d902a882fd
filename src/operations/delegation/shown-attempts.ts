/** The attempts of a call as results and kept runs show them. */
import * as z from 'zod';
import { printable } from '../../core/text/hidden.ts';
import type { Attempt } from '../../engine/attempts/attempt.ts';

export const shownAttemptsSchema = () =>
  z.array(
    z.object({
      model: z.string(),
      alias: z.string(),
      error: z.string().optional(),
      message: z.string().optional(),
      latency_ms: z.number(),
      cost_usd: z.number().nullable(),
      cost_estimated: z.boolean().optional().describe('cost_usd is the worst case.'),
    }),
  );
type ShownAttempts = z.output<ReturnType<typeof shownAttemptsSchema>>;

/** `clean`: for messages, which may repeat what a server has sent. */
export function shownAttempts(attempts: readonly Attempt[], clean = printable): ShownAttempts {
  return attempts.map(({ candidate, failure, latencyMs, costUsd, estimatedUsd }) => ({
    model: candidate.model,
    alias: candidate.alias,
    ...(failure ? { error: failure.failureClass, message: clean(failure.message) } : {}),
    latency_ms: Math.round(latencyMs),
    cost_usd: costUsd ?? estimatedUsd ?? null,
    ...(estimatedUsd === undefined ? {} : { cost_estimated: true }),
  }));
}
