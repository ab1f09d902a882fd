/** Leaves a model alone after failures in a row, and lets one probe through after a while. */
import type { BreakerPolicy } from '../core/policy.ts';

interface Circuit {
  failures: number;
  /** Milliseconds of the monotonic clock; undefined while closed. */
  openedAt: number | undefined;
  probing: boolean;
}

export class Breaker {
  readonly #circuits = new Map<string, Circuit>();

  /** Whether a model may be asked now. A `true` on an open circuit is the one probe: report how it went. */
  admits(model: string, { cooldownMs }: BreakerPolicy, now: number): boolean {
    const circuit = this.#circuits.get(model);
    if (circuit?.openedAt === undefined) return true;
    if (circuit.probing || now - circuit.openedAt < cooldownMs) return false;
    circuit.probing = true;
    return true;
  }

  /** Whether the probe of an open circuit is under way. */
  isProbed(model: string): boolean {
    return this.#circuits.get(model)?.probing ?? false;
  }

  succeeded(model: string): void {
    this.#circuits.delete(model);
  }

  failed(model: string, { failures }: BreakerPolicy, now: number): void {
    const circuit = this.#circuits.get(model) ?? { failures: 0, openedAt: undefined, probing: false };
    circuit.failures++;
    circuit.probing = false;
    if (circuit.failures >= failures) circuit.openedAt = now;
    this.#circuits.set(model, circuit);
  }

  /** The attempt said nothing about the model's health, e.g. it was cancelled. */
  abandoned(model: string): void {
    const circuit = this.#circuits.get(model);
    if (circuit) circuit.probing = false;
  }
}
