/** Expands globs within limits of time and files. Links are not followed, git's own files and packages not entered. */
import { type Dirent, existsSync, readdir } from 'node:fs';
import { resolve } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { hasDotGit } from '../../../core/text/dot-git.ts';

export interface GlobLimits {
  ms: number;
  /** Files and folders that are looked at. */
  entries: number;
}

const usual: GlobLimits = { ms: 10_000, entries: 500_000 };

/** The folder in which the search starts: all before the first part that is a pattern. */
export function globStart(pattern: string, cwd: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => isPattern(part));
  return resolve(
    cwd,
    parts.slice(0, first === -1 ? -1 : first).join('/') || (pattern[0] === '/' ? '/' : '.'),
  );
}

export function isPattern(text: string): boolean {
  return /[*?[\]{}!()]/.test(text);
}

/** Wildcards between two slashes, and choices with them; `**`. Comparing a long name takes a power of their number. */
const mostStars = 3;
const mostChoices = 6;
const mostGlobstars = 3;

/** Throws `usage` for a pattern that could take minutes to compare with a single name. */
export function refuseCostly(pattern: string): void {
  const parts = pattern.split('/');
  const globstars = parts.filter((part) => part === '**').length;
  const isCostly = parts.some((part) => {
    const stars = part.match(/\*+/g)?.length ?? 0;
    return stars > mostStars || stars + (part.match(/[({]/g)?.length ?? 0) > mostChoices;
  });
  const repeats = /[+*]\(/.test(pattern);
  if (!isCostly && !repeats && globstars <= mostGlobstars) return;
  throw new OrchError('usage', `${pattern.slice(0, 200)}: the pattern is too complex`, {
    hint: repeats
      ? 'leave out +(…) and *(…)'
      : `use at most ${mostStars} stars between two slashes, or several patterns`,
  });
}

/** Absolute paths, sorted. Throws `usage` for a costly pattern, and `input-too-large` beyond a limit. */
export async function expandGlob(
  pattern: string,
  cwd: string,
  signal: AbortSignal,
  { ms, entries }: GlobLimits = usual,
): Promise<string[]> {
  refuseCostly(pattern);
  if (!existsSync(globStart(pattern, cwd))) return [];
  const { glob } = await import('tinyglobby');
  const stop = new AbortController();
  const end = () => stop.abort(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  const tooMuch = (what: string) =>
    stop.abort(
      new OrchError('input-too-large', `${pattern}: ${what}; the search was stopped`, {
        hint: 'name the folder in the glob, e.g. src/**/*.ts, or name the files',
      }),
    );
  const late = () => tooMuch(`not finished after ${ms / 1000} s`);
  const deadline = performance.now() + ms;
  const timer = setTimeout(late, ms);
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
  });
  let seen = 0;
  const limited = (path: string, options: object, callback: (error: unknown, found: Dirent[]) => void) => {
    // The timer is late where comparing names takes all the time.
    if (performance.now() >= deadline) late();
    if (stop.signal.aborted) return callback(null, []);
    readdir(path, { ...options, withFileTypes: true }, (error, found = []) => {
      seen += found.length;
      if (seen > entries) tooMuch(`more than ${entries.toLocaleString('en-US')} files to look through`);
      callback(error, stop.signal.aborted ? [] : found.filter(({ name }) => !isLeftOut(name)));
    });
  };
  try {
    // Whatever has no end, such as a folder of a remote machine, is left behind.
    const matches = await Promise.race([
      stopped,
      glob(pattern, {
        cwd,
        absolute: true,
        dot: true,
        onlyFiles: true,
        expandDirectories: false,
        followSymbolicLinks: false,
        signal: stop.signal,
        fs: { readdir: limited as typeof readdir },
      }),
    ]);
    stop.signal.throwIfAborted();
    return matches.map((match) => resolve(match)).sort();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    stopped.catch(() => {});
  }
}

function isLeftOut(name: string): boolean {
  return hasDotGit(name) || name.toLowerCase() === 'node_modules';
}
