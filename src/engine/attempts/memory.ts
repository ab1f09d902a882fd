/** State kept between the calls of a process: unknown models, rejected parameters, circuits, files read. */
import { Breaker } from './breaker.ts';

/** For how long the provider keeps a cached prefix at least. */
const cachedMs = 30 * 60_000;

export class EngineMemory {
  /** Catalogue names for which the provider returned model_not_found. */
  readonly notFound = new Set<string>();
  readonly breaker = new Breaker();
  /** What became known when the result of its call was on its way; the next call says it. */
  readonly unsaid = new Set<string>();
  readonly #refusedParameters = new Map<string, Set<string>>();
  /** Per model the files of the last answered request, as sent. */
  readonly #filesRead = new Map<string, { files: string; at: number }>();

  refusedParameters(model: string): ReadonlySet<string> {
    return this.#refusedParameters.get(model) ?? new Set();
  }

  rememberRefusal(model: string, parameter: string): void {
    const known = this.#refusedParameters.get(model) ?? new Set();
    known.add(parameter);
    this.#refusedParameters.set(model, known);
  }

  takeUnsaid(): Set<string> {
    const taken = new Set(this.unsaid);
    this.unsaid.clear();
    return taken;
  }

  /** `now` is monotonic, in milliseconds. */
  noteFiles(model: string, files: string, now: number): void {
    this.#filesRead.set(model, { files, at: now });
  }

  /** Whether the model has read exactly these files, so recently that a cache would still hold them. */
  hasRead(model: string, files: string, now: number): boolean {
    const last = this.#filesRead.get(model);
    return last !== undefined && last.files === files && now - last.at < cachedMs;
  }
}
