/** What a process remembers between calls: models that do not exist, parameters that were refused, circuits. */
import { Breaker } from './breaker.ts';

export class EngineMemory {
  /** Catalogue names that the provider answered model_not_found for. */
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
