/** The sums of a set of attempts. */
import { Latencies } from './latencies.ts';
import { UsdSum } from './usd-sum.ts';

export class Tally {
  /** The number of its group. */
  readonly index: number;
  calls = 0;
  attempts = 0;
  /** Attempts. */
  failures = 0;
  /** Calls. */
  successes = 0;
  fallbacks = 0;
  inputTokens = 0;
  cachedInputTokens = 0;
  cacheWriteTokens = 0;
  outputTokens = 0;
  reasoningTokens = 0;
  readonly cost = new UsdSum();
  /** Attempts whose cost is known; those of unknown cost that may have been billed. */
  costKnown = 0;
  costUnknown = 0;
  /** Those of known cost for which it is the worst case, and the sum of it. */
  estimates = 0;
  readonly estimated = new UsdSum();
  readonly baseline = new UsdSum();
  baselineKnown = 0;
  /** Of attempts that succeeded. */
  readonly latencies = new Latencies();
  verifyMs = 0;
  verified = 0;

  constructor(index: number) {
    this.index = index;
  }

  addAll(other: Tally): void {
    this.calls += other.calls;
    this.attempts += other.attempts;
    this.failures += other.failures;
    this.successes += other.successes;
    this.fallbacks += other.fallbacks;
    this.inputTokens += other.inputTokens;
    this.cachedInputTokens += other.cachedInputTokens;
    this.cacheWriteTokens += other.cacheWriteTokens;
    this.outputTokens += other.outputTokens;
    this.reasoningTokens += other.reasoningTokens;
    this.cost.addSum(other.cost);
    this.costKnown += other.costKnown;
    this.costUnknown += other.costUnknown;
    this.estimates += other.estimates;
    this.estimated.addSum(other.estimated);
    this.baseline.addSum(other.baseline);
    this.baselineKnown += other.baselineKnown;
    this.latencies.addAll(other.latencies);
    this.verifyMs += other.verifyMs;
    this.verified += other.verified;
  }
}
