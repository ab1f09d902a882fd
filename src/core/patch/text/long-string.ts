/** Multi-line strings between three quotes. */

/** The quote of the multi-line string (Python, Kotlin, Java, Swift, …) that is open after `line`; `open`: before it. */
export function stringBehind(line: string, open: string | undefined): string | undefined {
  for (const [quote] of line.matchAll(/(?<!")"""(?!")|(?<!')'''(?!')/g)) {
    if (open === undefined) open = quote;
    else if (open === quote) open = undefined;
  }
  return open;
}

const extensions =
  /\.(?:py|pyi|pyw|pyx|pxd|bzl|star|jl|ex|exs|kt|kts|java|scala|sc|groovy|gradle|swift|cs|dart|nim)$/i;

/** Whether the language of a file has such strings, by its name. */
export function hasLongStrings(path: string): boolean {
  return extensions.test(path);
}
