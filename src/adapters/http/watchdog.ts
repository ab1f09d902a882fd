/**
 * Ends an attempt that is silent for too long or takes too long. The package's own time-out covers only the
 * wait for headers: a stalled body would hang for ever.
 */
import { firstEventAtMostMs, keptAliveMs } from '../../core/config/timeouts.ts';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { formatDuration } from '../../core/text/format.ts';
import type { AttemptLimits } from '../../engine/ports.ts';
import { timerMs } from '../../engine/timer.ts';

/** Before the first event, until the visible text begins, and from then on. */
type Phase = 'start' | 'thinking' | 'writing';

export class Watchdog {
  readonly #controller = new AbortController();
  readonly #limits: Required<Omit<AttemptLimits, 'settings'>> & Pick<AttemptLimits, 'settings'>;
  readonly #caller: AbortSignal;
  readonly #total: NodeJS.Timeout;
  readonly #started = performance.now();
  #phase: Phase = 'start';
  /** When silence ends the attempt, in milliseconds since its start. */
  #due: number;
  #silence: NodeJS.Timeout | undefined;
  /** When the timer of silence goes off: not later than `#due`. */
  #checkedAt = Number.POSITIVE_INFINITY;
  #failure: ProviderFailure | undefined;
  readonly #onCallerAbort = () => this.#stop(new ProviderFailure('cancelled', 'cancelled'));

  constructor(limits: AttemptLimits, caller: AbortSignal) {
    this.#limits = { thinkingMs: limits.idleMs, firstEventAtMostMs, keptAliveMs, ...limits };
    this.#caller = caller;
    this.#due = limits.firstEventMs;
    this.#watchSilence();
    this.#total = setTimeout(() => {
      this.#stop(this.#exceeded('attempt-timeout', 'not finished within', limits.totalMs, 'total'));
    }, timerMs(limits.totalMs));
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
    if (this.#phase === 'start') this.#phase = 'thinking';
    this.#due = this.#elapsed() + this.#silenceMs;
    this.#watchSilence();
  }

  /** Visible text is being written, or the model thinks again. */
  enter(phase: 'thinking' | 'writing'): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    this.beat();
  }

  /** Bytes have come, whatever they are: by themselves they extend the time of silence up to a bound. */
  stir(): void {
    const { firstEventAtMostMs: mostBefore, keptAliveMs: mostAfter } = this.#limits;
    const most = this.#phase === 'start' ? mostBefore : mostAfter;
    this.#due = Math.max(this.#due, Math.min(this.#elapsed() + this.#silenceMs, most));
  }

  close(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    this.#caller.removeEventListener('abort', this.#onCallerAbort);
  }

  get #silenceMs(): number {
    const { firstEventMs, thinkingMs, idleMs } = this.#limits;
    return { start: firstEventMs, thinking: thinkingMs, writing: idleMs }[this.#phase];
  }

  #elapsed(): number {
    return performance.now() - this.#started;
  }

  /** Most events only move `#due` on: the timer finds out when it goes off. */
  #watchSilence(): void {
    if (this.#failure || this.#checkedAt <= this.#due) return;
    clearTimeout(this.#silence);
    this.#checkedAt = this.#due;
    this.#silence = setTimeout(
      () => {
        this.#checkedAt = Number.POSITIVE_INFINITY;
        if (this.#elapsed() < this.#due) this.#watchSilence();
        else this.#stop(this.#silent());
      },
      timerMs(this.#due - this.#elapsed()),
    );
  }

  #silent(): ProviderFailure {
    if (this.#phase === 'start')
      return this.#exceeded('first-event-timeout', 'no first event within', this.#due, 'firstEvent');
    const { keptAliveMs } = this.#limits;
    if (this.#due === keptAliveMs)
      return new ProviderFailure(
        'idle-timeout',
        `not finished within ${formatDuration(keptAliveMs)}, and nothing but comments came at the end`,
      );
    return this.#exceeded('idle-timeout', 'the stream was silent for', this.#silenceMs, 'idle');
  }

  #exceeded(
    failureClass: 'first-event-timeout' | 'idle-timeout' | 'attempt-timeout',
    what: string,
    milliseconds: number,
    limit: keyof NonNullable<AttemptLimits['settings']>,
  ): ProviderFailure {
    const setting = this.#limits.settings?.[limit];
    const where = setting === undefined ? '' : ` (${setting})`;
    return new ProviderFailure(failureClass, `${what} ${formatDuration(milliseconds)}${where}`);
  }

  #stop(failure: ProviderFailure): void {
    this.#failure ??= failure;
    this.close();
    this.#controller.abort();
  }
}
