/** Token counts of one attempt as reported by the server; undefined when not reported. */
export interface Usage {
  /** Tokens billed for the prompt, including cached and cache-write tokens. */
  inputTokens: number | undefined;
  /** Part of inputTokens read from the prompt cache. */
  cachedInputTokens: number | undefined;
  /** Part of inputTokens written to the prompt cache. */
  cacheWriteTokens: number | undefined;
  /** Tokens billed for the answer, including reasoning. */
  outputTokens: number | undefined;
  /** Part of outputTokens spent on reasoning. */
  reasoningTokens: number | undefined;
}

export const unknownUsage: Usage = {
  inputTokens: undefined,
  cachedInputTokens: undefined,
  cacheWriteTokens: undefined,
  outputTokens: undefined,
  reasoningTokens: undefined,
};

/** Of a response that failed and names no tokens: it is not billed. */
export const noUsage: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};
