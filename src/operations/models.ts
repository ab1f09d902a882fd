import * as z from 'zod';
import { modelOverview } from '../core/models/overview.ts';
import { utcDay } from '../core/text/utc-day.ts';
import { commandOnly } from './operation.ts';

const modelsOutput = () =>
  z.object({
    models: z.array(
      z.object({
        alias: z.string().nullable(),
        model: z.string().describe('What answers today.'),
        note: z.string().nullable(),
        usd_per_million_tokens: z.object({ input: z.number(), output: z.number() }).nullable(),
        max_input_tokens: z.number().nullable(),
        efforts: z.array(z.string()),
        shutdown: z.string().nullable(),
        used_by: z.array(z.string()),
      }),
    ),
    warnings: z.array(z.string()),
  });

export type ModelsOutput = z.output<ReturnType<typeof modelsOutput>>;

export const modelsOperation = commandOnly({
  input: () => z.strictObject({}),
  output: modelsOutput,
  examples: ['orch models', 'orch models --json'],
  async run(_input, context) {
    const config = context.config();
    const today = utcDay(context.clock().now());
    return { models: modelOverview(config, today), warnings: [...context.notes()] };
  },
});
