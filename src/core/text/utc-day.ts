/** `YYYY-MM-DD` of a time in milliseconds since 1970, as catalogue dates are given. */
export function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
