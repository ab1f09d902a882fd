/** A verdict on tests as every surface shows it. */
import * as z from 'zod';
import { verdicts } from '../../core/verdict/verdict.ts';

export const verdictSchema = () =>
  z.object({
    verdict: z.enum(verdicts),
    reason: z.string().optional().describe('Why they are not accepted.'),
    hint: z.string().optional(),
    path: z.string().describe('Of the test file, from the top of the project.'),
    framework: z.string().nullable(),
    parses: z.boolean().optional(),
    tests: z.object({ passed: z.number(), failed: z.number(), skipped: z.number() }).optional(),
    stable: z.boolean().optional().describe('Passes again in another order, time zone and language.'),
    changes: z
      .object({
        tried: z.number(),
        reached: z.number(),
        killed: z.number().describe('Noticed by an assertion.'),
        failed_otherwise: z.number(),
        survivors: z.array(z.object({ path: z.string(), line: z.number(), change: z.string() })),
      })
      .optional(),
    failures: z.array(z.object({ name: z.string(), why: z.string() })).optional(),
    sandbox: z.string().nullable(),
    ms: z.number(),
  });

export type VerdictOutput = z.output<ReturnType<typeof verdictSchema>>;
