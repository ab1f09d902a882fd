/** The long string (Python, Kotlin, Java, Swift, …) that is open behind `line`, if one was open before it. */
export function stringBehind(line: string, open: string | undefined): string | undefined {
  for (const [quote] of line.matchAll(/(?<!")"""(?!")|(?<!')'''(?!')/g)) {
    if (open === undefined) open = quote;
    else if (open === quote) open = undefined;
  }
  return open;
}
