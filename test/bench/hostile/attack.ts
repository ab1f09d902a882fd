/** What an attack is, and how attacks are gathered. */

export const attackClasses = [
  'reading',
  'writing',
  'execution',
  'configuration',
  'hangs',
  'text',
  'races',
  'search',
  'kills',
] as const;
export type AttackClass = (typeof attackClasses)[number];

/** What the attack achieved, in one line; undefined when it was held. */
export type Verdict = string | undefined;

export interface Attack {
  /** Unique; begins with the class: `reading/name/.npmrc`. */
  id: string;
  /** In a few words, for whoever reads a failure. */
  tries: string;
  /** Throws when the attack could not be staged: that counts as a failure of the bench. */
  run(): Promise<Verdict>;
}

/** Runs once, whoever asks first: one process may be judged by many attacks. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The first that was achieved. */
export function firstOf(...verdicts: Verdict[]): Verdict {
  return verdicts.find((verdict) => verdict !== undefined);
}

/** For a stage that is not as the attack needs it: what is judged then means nothing. */
export function staged(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`not staged: ${what}`);
}

export function shown(text: string, length = 160): string {
  const line = JSON.stringify(text.replace(/\s+/g, ' ').trim());
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
