/** Circuit breaker: skips a model after consecutive failures and allows one probe after the cooldown. */
import type { BreakerPolicy } from '../../core/config/policy.ts';

interface Circuit {
  failures: number;
  /** Monotonic time in milliseconds from which a probe is allowed; undefined while closed. */
  probeAt: number | undefined;
  probing: boolean;
}

/** `closed`: send. `probe`: send once and report the outcome. `open`: skip the model. */
export type Admission = 'closed' | 'probe' | 'open';

export class Breaker {
  readonly #circuits = new Map<string, Circuit>();

  /** Claims the probe if one is due: the caller must send it or call `abandoned`. */
  admits(model: string, now: number): Admission {
    const circuit = this.#circuits.get(model);
    if (circuit?.probeAt === undefined) return 'closed';
    if (this.isOpen(model, now)) return 'open';
    circuit.probing = true;
    return 'probe';
  }

  /** Whether the model would be skipped. Does not claim the probe. */
  isOpen(model: string, now: number): boolean {
    const circuit = this.#circuits.get(model);
    return circuit?.probeAt !== undefined && (circuit.probing || now < circuit.probeAt);
  }

  succeeded(model: string): void {
    this.#circuits.delete(model);
  }

  /** After a failed probe, the next one is allowed after half the cooldown, to notice recovery sooner. */
  failed(model: string, admission: Admission, { failures, cooldownMs }: BreakerPolicy, now: number): void {
    const circuit = this.#circuits.get(model) ?? { failures: 0, probeAt: undefined, probing: false };
    circuit.failures++;
    // If another call closed the circuit during the probe, this counts as an ordinary failure.
    if (admission === 'probe' && circuit.probing) {
      circuit.probing = false;
      circuit.probeAt = now + cooldownMs / 2;
    } else if (circuit.failures >= failures && circuit.probeAt === undefined) {
      circuit.probeAt = now + cooldownMs;
    }
    this.#circuits.set(model, circuit);
  }

  /** For attempts that say nothing about the model's health, e.g. cancelled ones. */
  abandoned(model: string, admission: Admission): void {
    const circuit = this.#circuits.get(model);
    if (circuit && admission === 'probe') circuit.probing = false;
  }
}
