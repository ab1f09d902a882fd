/** Human-readable numbers, the same in every locale. */

/** `12 000`: groups of three separated by a space, which no locale misreads. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

/** `1 test`, `12 tests`: for nouns with a plural in -s. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Two decimals from one dollar up, otherwise two significant digits (8 decimals at most). */
export function formatUsd(usd: number | undefined | null): string {
  if (usd === undefined || usd === null) return 'unknown';
  if (usd === 0) return '$0';
  if (usd >= 1) return `$${usd.toFixed(2)}`;
  const digits = Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(usd))));
  return `$${usd.toFixed(digits)}`;
}

/** An amount that is at least as much, in the same form. */
export function formatUsdUp(usd: number): string {
  const shown = formatUsd(usd);
  if (Number(shown.slice(1)) >= usd) return shown;
  const decimals = shown.split('.')[1]?.length ?? 0;
  return formatUsd(Number(shown.slice(1)) + 10 ** -decimals);
}

/** An amount that is at most as much, in the same form. */
export function formatUsdDown(usd: number): string {
  const shown = formatUsd(usd);
  if (Number(shown.slice(1)) <= usd) return shown;
  const decimals = shown.split('.')[1]?.length ?? 0;
  return formatUsd(Number(shown.slice(1)) - 10 ** -decimals);
}

export function formatDuration(milliseconds: number): string {
  // Round before choosing the unit, to avoid `1000 ms`, `60.0 s` and `1 min 60 s`.
  const whole = Math.round(milliseconds);
  if (whole < 1000) return `${whole} ms`;
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
