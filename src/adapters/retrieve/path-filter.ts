/** Patterns of paths, as `--file` and `.orchignore` have them. */
import { isAbsolute, posix, relative, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { refuseCostly } from '../workspace/find/glob.ts';

export type MatchesPath = (path: string) => boolean;

/** Longer ones are no names. */
const longestPattern = 4096;

export interface FileFilter {
  accepts: MatchesPath;
  /** The patterns that have matched nothing so far, as they were given. */
  idle(): string[];
}

/**
 * A pattern without a slash holds in every folder; others start in the working directory, or at the base. What is below
 * a folder that matches, matches. `!pattern` rules out. Throws `usage`.
 */
export async function fileFilter(
  patterns: readonly string[],
  { base, cwd }: { base: string; cwd: string },
): Promise<FileFilter> {
  const start = relative(base, cwd).split(sep).join('/');
  const rules = await Promise.all(
    patterns.map(async (given) => {
      const excludes = given.startsWith('!');
      const pattern = fromBase(excludes ? given.slice(1) : given, { base, start, given });
      // Relative to the working directory, as a shell completes it, or to the base, as results are shown.
      const places = pattern.includes('/') && start !== '' ? [pattern, `${start}/${pattern}`] : [pattern];
      const matchers = await Promise.all(places.map((place) => matcher(posix.normalize(place))));
      const rule = {
        given,
        excludes,
        used: false,
        matches: (path: string) => matchers.some((each) => each(path)),
      };
      return rule;
    }),
  );
  const matched = (path: string, excludes: boolean) => {
    let found = false;
    for (const rule of rules) {
      if (rule.excludes !== excludes || !rule.matches(path)) continue;
      rule.used = true;
      found = true;
    }
    return found;
  };
  const includesAll = rules.every(({ excludes }) => excludes);
  return {
    accepts: (path) => (includesAll || matched(path, false)) && !matched(path, true),
    idle: () => rules.filter(({ used }) => !used).map(({ given }) => given),
  };
}

/** The pattern as it is matched. */
function fromBase(
  pattern: string,
  { base, start, given }: { base: string; start: string; given: string },
): string {
  const refuse = (why: string) =>
    new OrchError('usage', `${given.slice(0, 200)}: ${why}`, {
      hint: 'name files, folders or globs of the repository, such as src or src/**/*.ts',
    });
  if (pattern.trim() === '') throw refuse('the pattern is empty');
  if (namesNothing(pattern) && !isAbsolute(pattern)) throw refuse('the pattern names nothing');
  if (pattern.includes('\0')) throw refuse('the pattern contains a NUL character');
  if (pattern.length > longestPattern) throw refuse('the pattern is too long');
  refuseCostly(pattern);
  const plain = pattern.replaceAll('\\', '/').replace(/\/+$/, '');
  const isHere =
    plain === '' || plain === '.' || plain.startsWith('./') || plain.startsWith('../') || plain === '..';
  const named = isAbsolute(pattern)
    ? relative(base, pattern).split(sep).join('/')
    : isHere
      ? posix.join(start, plain)
      : plain;
  if (named === '..' || named.startsWith('../')) throw refuse(`is outside of ${base}`);
  // A slash in front keeps a single name to its folder.
  return named === '' || named === '.' ? '**' : isHere || isAbsolute(pattern) ? `/${named}` : named;
}

/** Of one pattern, as in a `.gitignore`: a slash in front or within binds it to the top. */
async function matcher(pattern: string): Promise<MatchesPath> {
  const { default: picomatch } = await import('picomatch');
  const bare = pattern.replace(/^\/+/, '');
  const from = pattern.includes('/') ? bare : `**/${bare}`;
  return picomatch([from, `${from}/**`], { dot: true });
}

/** Lines of a list of patterns that are used; more take too long to compare. */
const mostPatterns = 500;
/** How long comparing may take in all; thousands of usual patterns and names take a tenth of a second. */
const limitMs = 5000;

/**
 * Whether a path is left out, by the lines of a `.orchignore`. What is wrong with them is a warning. `excludes` throws
 * `input-too-large` where comparing takes too long, which a stranger's patterns and names can be made for.
 */
export async function exclusions(
  lines: readonly string[],
  origin: string,
  most = limitMs,
): Promise<{ excludes: MatchesPath; warnings: string[] }> {
  const patterns = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  const usable = patterns.slice(0, mostPatterns).filter(isUsable);
  const warnings: string[] = [];
  const more = patterns.length - mostPatterns;
  if (more > 0) warnings.push(`${origin}: only the first ${mostPatterns} patterns are used`);
  const refused = Math.min(patterns.length, mostPatterns) - usable.length;
  if (refused > 0)
    warnings.push(
      `${origin}: ${refused === 1 ? '1 pattern is' : `${refused} patterns are`} not used (too complex, only slashes, or begins with !)`,
    );
  if (usable.length === 0) return { excludes: () => false, warnings };
  const matchers = await Promise.all(
    usable.map((line) => matcher(line.replaceAll('\\', '/').replace(/(?<=.)\/+$/, ''))),
  );
  let spentMs = 0;
  const excludes = (path: string) => {
    const began = performance.now();
    const found = matchers.some((matches) => {
      if (spentMs + performance.now() - began > most) throw tooSlow(origin);
      return matches(path);
    });
    spentMs += performance.now() - began;
    return found;
  };
  return { excludes, warnings };
}

function tooSlow(origin: string): OrchError {
  return new OrchError(
    'input-too-large',
    `${origin}: it takes too long to compare its patterns with the names here`,
    {
      hint: 'leave out those with several stars between two slashes',
    },
  );
}

/** Only slashes, of either kind. */
const namesNothing = (pattern: string) => !/[^/\\]/.test(pattern);

function isUsable(line: string): boolean {
  if (line.startsWith('!') || line.includes('\0') || line.length > longestPattern) return false;
  if (namesNothing(line)) return false;
  try {
    refuseCostly(line);
    return true;
  } catch {
    return false;
  }
}
