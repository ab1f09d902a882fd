/** `--file '!pattern'`: what globs and folders leave out at the user's wish. */
import { isAbsolute, relative, sep } from 'node:path';
import { refuseCostly } from './glob.ts';
import { expandHome, type Roots } from './roots.ts';

export interface Exclusions {
  /** Whether the absolute path is to be left out. */
  excludes(path: string): boolean;
  /** The patterns that have left out nothing so far, as they were given. */
  idle(): string[];
}

/**
 * A pattern without a slash holds in every folder, as in a `.gitignore`; others start at the working directory or at the
 * top of its repository. What is below a folder that matches is left out too.
 */
export async function exclusionsOf(patterns: readonly string[], { cwd, topOf }: Roots): Promise<Exclusions> {
  if (patterns.length === 0) return { excludes: () => false, idle: () => [] };
  for (const pattern of patterns) refuseCostly(pattern);
  const { default: picomatch } = await import('picomatch');
  const starts = [...new Set([cwd, topOf(cwd) ?? cwd])];
  const rules = patterns.map((given) => {
    const pattern = expandHome(given).replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
    const from = pattern.includes('/') ? pattern : `**/${pattern}`;
    const matches = picomatch([from, `${from}/**`], { dot: true });
    return { given, absolute: isAbsolute(pattern), matches, used: false };
  });
  return {
    excludes(path) {
      const names = starts.map((start) => relative(start, path).split(sep).join('/'));
      let excluded = false;
      for (const rule of rules) {
        if (!(rule.absolute ? [path.split(sep).join('/')] : names).some((name) => rule.matches(name)))
          continue;
        rule.used = true;
        excluded = true;
      }
      return excluded;
    },
    idle: () => rules.filter(({ used }) => !used).map(({ given }) => given),
  };
}
