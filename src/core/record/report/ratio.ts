/** Without more decimals than mean something; null of nothing. */
export function ratio(part: number, whole: number, decimals = 6): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(decimals));
}
