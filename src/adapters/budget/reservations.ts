/** The reservations of this process, which are renewed three times in the time they last. */
import type { Expense } from '../../engine/budget.ts';

export class Reservations {
  readonly #kept = new Map<string, Expense>();
  readonly #everyMs: number;
  readonly #renew: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor(leaseMs: number, renew: () => Promise<void>) {
    this.#everyMs = leaseMs / 3;
    this.#renew = renew;
  }

  get ids(): string[] {
    return [...this.#kept.keys()];
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  keep(id: string, spending: Expense): void {
    this.#kept.set(id, spending);
    // One that cannot be renewed runs out, which is noticed when it is committed.
    this.#timer ??= setInterval(() => void this.#renew().catch(() => undefined), this.#everyMs).unref();
  }

  get(id: string): Expense {
    const found = this.#kept.get(id);
    if (!found) throw new Error(`no reservation ${id} in this process`);
    return found;
  }

  drop(id: string): void {
    this.#kept.delete(id);
    if (this.#kept.size === 0) this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
