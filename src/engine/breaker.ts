/** Leaves a model alone after failures in a row, and lets one probe through after a while. */
import type { BreakerPolicy } from '../core/config/policy.ts';

interface Circuit {
  failures: number;
  /** Milliseconds of the monotonic clock from which on a probe is let through; undefined while closed. */
  probeAt: number | undefined;
  probing: boolean;
}

/** `closed`: ask. `probe`: ask once, and report how it went. `open`: leave the model alone. */
export type Admission = 'closed' | 'probe' | 'open';

export class Breaker {
  readonly #circuits = new Map<string, Circuit>();

  /** Takes the probe where one is due: whoever asks must send it, or say that it was abandoned. */
  admits(model: string, now: number): Admission {
    const circuit = this.#circuits.get(model);
    if (circuit?.probeAt === undefined) return 'closed';
    if (this.isOpen(model, now)) return 'open';
    circuit.probing = true;
    return 'probe';
  }

  /** Whether the model would be left alone, without taking its probe. */
  isOpen(model: string, now: number): boolean {
    const circuit = this.#circuits.get(model);
    return circuit?.probeAt !== undefined && (circuit.probing || now < circuit.probeAt);
  }

  succeeded(model: string): void {
    this.#circuits.delete(model);
  }

  /** A probe that failed is followed by the next one after half the time: who was ill for long is missed. */
  failed(model: string, admission: Admission, { failures, cooldownMs }: BreakerPolicy, now: number): void {
    const circuit = this.#circuits.get(model) ?? { failures: 0, probeAt: undefined, probing: false };
    circuit.failures++;
    // Another call may have closed the circuit while the probe was under way: then it is a failure like any other.
    if (admission === 'probe' && circuit.probing) {
      circuit.probing = false;
      circuit.probeAt = now + cooldownMs / 2;
    } else if (circuit.failures >= failures && circuit.probeAt === undefined) {
      circuit.probeAt = now + cooldownMs;
    }
    this.#circuits.set(model, circuit);
  }

  /** The attempt said nothing about the model's health, e.g. it was cancelled. */
  abandoned(model: string, admission: Admission): void {
    const circuit = this.#circuits.get(model);
    if (circuit && admission === 'probe') circuit.probing = false;
  }
}
