/** What a timer of this runtime takes: it fires at once for anything longer. */
const longestMs = 2 ** 31 - 1;

/** A time that may be given to a timer: about 25 days at most, and no fraction. */
export function timerMs(milliseconds: number): number {
  return Math.min(Math.max(1, Math.ceil(milliseconds)), longestMs);
}
