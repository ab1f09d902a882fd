/**
 * The reservations of this process, which are renewed three times in the time they last, and what could not be settled,
 * which is then tried again.
 */
import type { Expense } from '../../engine/budget.ts';

/** After an hour, a Redis would not notice that something was settled before. */
const triedForMs = 50 * 60_000;

interface Unsettled {
  settle: () => Promise<void>;
  triesLeft: number;
}

export class Reservations {
  readonly #kept = new Map<string, Expense>();
  readonly #unsettled = new Map<string, Unsettled>();
  readonly #everyMs: number;
  readonly #renew: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  /** `renew` renews those of `ids`. */
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
    this.#start();
  }

  get(id: string): Expense {
    const found = this.#kept.get(id);
    if (!found) throw new Error(`no reservation ${id} in this process`);
    return found;
  }

  drop(id: string): void {
    this.#kept.delete(id);
    this.#stopIfIdle();
  }

  /** Until this succeeds, or `settle` resolves to nothing more to be done, it counts at its full amount. */
  settleLater(id: string, settle: () => Promise<void>): void {
    this.#unsettled.set(id, { settle, triesLeft: Math.floor(triedForMs / this.#everyMs) });
    this.#start();
  }

  /** Tries to settle what could not be settled, and then renews the others. Rejects if that fails. */
  async goOn(): Promise<void> {
    for (const [id, unsettled] of [...this.#unsettled]) {
      try {
        await unsettled.settle();
        this.#unsettled.delete(id);
      } catch {
        if (--unsettled.triesLeft <= 0) this.#unsettled.delete(id);
        // The others would fail as well.
        break;
      }
    }
    await this.#renew();
    this.#stopIfIdle();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    // One that cannot be renewed runs out, which is noticed when it is committed.
    this.#timer ??= setInterval(() => void this.goOn().catch(() => undefined), this.#everyMs).unref();
  }

  #stopIfIdle(): void {
    if (this.#kept.size === 0 && this.#unsettled.size === 0) this.stop();
  }
}
