/** The quote of the multi-line string (Python, Kotlin, Java, Swift, …) that is open after `line`; `open`: before it. */
export function stringBehind(line: string, open: string | undefined): string | undefined {
  for (const [quote] of line.matchAll(/(?<!")"""(?!")|(?<!')'''(?!')/g)) {
    if (open === undefined) open = quote;
    else if (open === quote) open = undefined;
  }
  return open;
}
