/**
 * Ends an attempt that is silent for too long or takes too long. The package's own time-out covers only the
 * wait for headers: a stalled body would hang for ever.
 */
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { formatDuration } from '../../core/text/format.ts';
import { timerMs } from '../../engine/timer.ts';

export interface WatchdogLimits {
  /** All in milliseconds. */
  firstEventMs: number;
  idleMs: number;
  totalMs: number;
}

/** Comments and blank lines extend the wait for the first event to this at most. */
const firstEventAtMostMs = 120_000;

export class Watchdog {
  readonly #controller = new AbortController();
  readonly #limits: WatchdogLimits;
  readonly #caller: AbortSignal;
  readonly #total: NodeJS.Timeout;
  readonly #started = performance.now();
  #silence: NodeJS.Timeout;
  #hasEvent = false;
  #failure: ProviderFailure | undefined;
  readonly #onCallerAbort = () => this.#stop(new ProviderFailure('cancelled', 'cancelled'));

  constructor(limits: WatchdogLimits, caller: AbortSignal) {
    this.#limits = limits;
    this.#caller = caller;
    this.#silence = this.#after(limits.firstEventMs, 'first-event-timeout', 'no first event');
    this.#total = this.#after(limits.totalMs, 'attempt-timeout', 'not finished');
    if (caller.aborted) this.#onCallerAbort();
    else caller.addEventListener('abort', this.#onCallerAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the attempt was ended; undefined while it may go on. */
  get failure(): ProviderFailure | undefined {
    return this.#failure;
  }

  /** An event has come. Any event counts: a reasoning model is silent for minutes, its stream is not. */
  beat(): void {
    if (this.#hasEvent || this.#failure) {
      this.stir();
      return;
    }
    this.#hasEvent = true;
    clearTimeout(this.#silence);
    this.#silence = this.#after(this.#limits.idleMs, 'idle-timeout', 'the stream was silent');
  }

  /** Bytes have come, whatever they are. Before the first event they extend its limit, up to a bound. */
  stir(): void {
    if (this.#failure) return;
    if (this.#hasEvent) {
      this.#silence.refresh();
      return;
    }
    const { firstEventMs } = this.#limits;
    const elapsed = performance.now() - this.#started;
    const due = Math.min(elapsed + firstEventMs, Math.max(firstEventMs, firstEventAtMostMs));
    clearTimeout(this.#silence);
    this.#silence = this.#after(due, 'first-event-timeout', 'no first event', elapsed);
  }

  close(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    this.#caller.removeEventListener('abort', this.#onCallerAbort);
  }

  #after(
    milliseconds: number,
    failureClass: 'first-event-timeout' | 'idle-timeout' | 'attempt-timeout',
    what: string,
    elapsed = 0,
  ): NodeJS.Timeout {
    return setTimeout(
      () => {
        this.#stop(new ProviderFailure(failureClass, `${what} within ${formatDuration(milliseconds)}`));
      },
      timerMs(milliseconds - elapsed),
    );
  }

  #stop(failure: ProviderFailure): void {
    this.#failure ??= failure;
    this.close();
    this.#controller.abort();
  }
}
