import * as z from 'zod';

/** Undefined where nothing was searched for. */
export const autoContextSchema = () =>
  z
    .array(z.object({ path: z.string(), start: z.number(), end: z.number(), tokens: z.number() }))
    .optional()
    .describe('Blocks of code that were found for the task and go along; lines from 1.');
