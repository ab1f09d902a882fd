/** State kept between the calls of a process: unknown models, rejected parameters, circuits. */
import { Breaker } from './breaker.ts';

export class EngineMemory {
  /** Catalogue names for which the provider returned model_not_found. */
  readonly notFound = new Set<string>();
  readonly breaker = new Breaker();
  readonly #refusedParameters = new Map<string, Set<string>>();

  refusedParameters(model: string): ReadonlySet<string> {
    return this.#refusedParameters.get(model) ?? new Set();
  }

  rememberRefusal(model: string, parameter: string): void {
    const known = this.#refusedParameters.get(model) ?? new Set();
    known.add(parameter);
    this.#refusedParameters.set(model, known);
  }
}
