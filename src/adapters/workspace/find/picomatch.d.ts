/** The part of picomatch that is used here. */
declare module 'picomatch' {
  /** Whether a path with forward slashes matches one of the patterns. */
  export default function picomatch(
    patterns: readonly string[],
    options: { dot: boolean },
  ): (path: string) => boolean;
}
