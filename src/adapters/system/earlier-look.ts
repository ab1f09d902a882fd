/**
 * The time by which old files are judged. A clock that has just jumped must not make everything old at once, so what
 * counts is the time of an earlier look at the folder, and only after a day.
 */
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the file that keeps the time. It is not one of the folder's own files. */
export const lookName = '.last-look';
const lookAgainMs = 24 * 3_600_000;

/**
 * Milliseconds since 1970 of the last look at the folder if that was a day ago or more; this look then takes its place.
 * Undefined otherwise: nothing may be called old. Throws what the file system throws.
 */
export function earlierLook(folder: string): number | undefined {
  const file = join(folder, lookName);
  const now = Date.now();
  const earlier = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (earlier !== undefined && earlier <= now && now - earlier < lookAgainMs) return undefined;
  writeFileSync(file, '', { mode: 0o600 });
  utimesSync(file, now / 1000, now / 1000);
  // The clock was set back.
  return earlier === undefined || earlier > now ? undefined : earlier;
}
