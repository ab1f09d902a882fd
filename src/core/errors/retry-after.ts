/** The wait requested by a provider, from a header or from the text of its message, in milliseconds. */

export type Headers = (name: string) => string | null | undefined;

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `6m0s`, `1.5s`, `120ms`: the format of the x-ratelimit-reset headers. */
export function readDuration(text: string): number | undefined {
  if (!/^\s*(?:\d+(?:\.\d+)?(?:ms|s|m|h))+\s*$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.reduce((sum, part) => sum + Number(part[1]) * unitMs[part[2]!]!, 0);
}

function readSeconds(text: string): number | undefined {
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : undefined;
}

/** `now` in milliseconds since 1970, used when a header contains a date. */
export function retryAfterMs(header: Headers, message: string, now: number): number | undefined {
  const milliseconds = header('retry-after-ms');
  if (milliseconds && /^\s*\d+(\.\d+)?\s*$/.test(milliseconds)) return Number(milliseconds);
  const after = header('retry-after');
  if (after) {
    const seconds = readSeconds(after);
    if (seconds !== undefined) return seconds;
    const date = Date.parse(after);
    // Relative to the provider's clock: ours may be wrong or may change in the meantime.
    const sent = Date.parse(header('date') ?? '');
    if (!Number.isNaN(date)) return Math.max(0, date - (Number.isNaN(sent) ? now : sent));
  }
  const fromMessage = waitInMessage(message);
  if (fromMessage !== undefined) return fromMessage;
  const resets = ['x-ratelimit-reset-requests', 'x-ratelimit-reset-tokens']
    .filter(
      (_, index) =>
        Number(header(['x-ratelimit-remaining-requests', 'x-ratelimit-remaining-tokens'][index]!) ?? 0) === 0,
    )
    .map((name) => {
      const value = header(name);
      return value ? (readDuration(value) ?? readSeconds(value)) : undefined;
    })
    .filter((value) => value !== undefined);
  return resets.length > 0 ? Math.max(...resets) : undefined;
}

/** `Please try again in 7.66s`, `in 6m0s`, `retry after 5 seconds`. */
function waitInMessage(message: string): number | undefined {
  const match =
    /(?:try again|retry) (?:in|after) (?:((?:\d+(?:\.\d+)?(?:ms|s|m|h))+)|([\d.]+) (\w+))(?!\w)/i.exec(
      message,
    );
  if (!match) return undefined;
  if (match[1] !== undefined) return readDuration(match[1].toLowerCase());
  const unit = /^(ms|milliseconds?|s|seconds?|m|minutes?)$/i.exec(match[3]!)?.[1]?.toLowerCase();
  if (unit === undefined || Number.isNaN(Number(match[2]))) return undefined;
  const factor = unit.startsWith('ms') || unit.startsWith('milli') ? 1 : unit.startsWith('m') ? 60_000 : 1000;
  return Number(match[2]) * factor;
}
