import { openAiProvider } from '../../src/adapters/openai/provider.ts';
import type { GenerateOptions, GenerateRequest, GenerateResult } from '../../src/engine/ports.ts';

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

/** Asks it, with a key that is no secret and limits that nothing reaches. */
export function askQuestion(
  baseUrl: string,
  options: Partial<GenerateOptions> = {},
): Promise<GenerateResult> {
  const provider = openAiProvider({
    apiKey: 'sk-test',
    baseUrl,
    organization: undefined,
    project: undefined,
    redact: (text) => text,
  });
  return provider.generate(question, {
    signal: new AbortController().signal,
    firstEventMs: 60_000,
    idleMs: 60_000,
    totalMs: 60_000,
    ...options,
  });
}
