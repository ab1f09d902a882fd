/** Node's maximum; a timer with a longer delay fires immediately. */
const longestMs = 2 ** 31 - 1;

/** Clamps a delay to what a timer accepts: a whole number, at most about 25 days. */
export function timerMs(milliseconds: number): number {
  return Math.min(Math.max(1, Math.ceil(milliseconds)), longestMs);
}
