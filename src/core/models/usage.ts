/** Token counts of one attempt, as the server gave them. Undefined where it did not say. */
export interface Usage {
  /** Tokens billed for the prompt, cached and cache-write ones included. */
  inputTokens: number | undefined;
  /** Part of inputTokens that came from the prompt cache. */
  cachedInputTokens: number | undefined;
  /** Part of inputTokens that was written to the prompt cache. */
  cacheWriteTokens: number | undefined;
  /** Tokens billed for the answer, reasoning included. */
  outputTokens: number | undefined;
  /** Part of outputTokens that was spent on reasoning. */
  reasoningTokens: number | undefined;
}

export const unknownUsage: Usage = {
  inputTokens: undefined,
  cachedInputTokens: undefined,
  cacheWriteTokens: undefined,
  outputTokens: undefined,
  reasoningTokens: undefined,
};
