import type { GenerateRequest } from '../../src/engine/ports.ts';

/** A request that any model takes. */
export const question: GenerateRequest = {
  model: 'gpt-6.1-terra',
  instructions: 'Be brief.',
  input: 'Why?',
  maxOutputTokens: 256,
  temperature: undefined,
  effort: undefined,
  verbosity: undefined,
  serviceTier: undefined,
  stream: true,
};
