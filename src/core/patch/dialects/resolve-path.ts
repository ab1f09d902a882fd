/**
 * Finds the file that an answer means. Only files that were sent can be changed, and only paths inside the repository
 * can be created; what is not certain is a problem, not a guess.
 */

import { hasDotGit } from '../../text/dot-git.ts';
import { unquoteName } from '../git/quote-name.ts';
import { reading, reporting } from '../thresholds.ts';
import type { AnswerContext, PatchProblem } from '../types.ts';

export interface ResolvedPath {
  path: string;
  /** False for a new path, which can only be created. */
  sent: boolean;
}

/** The path without what may surround it in an answer: quotes, back-ticks, a date after a tab, `../`, back-slashes. */
export function cleanPath(written: string): string {
  let path = written.split('\t')[0]!.trim();
  if (path.startsWith('"')) path = unquoteName(path);
  while (path.length > 1 && "`'*".includes(path[0]!) && path.endsWith(path[0]!)) path = path.slice(1, -1);
  if (path.includes('\\') && !path.includes('/')) path = path.replaceAll('\\', '/');
  path = path.replace(/\/{2,}/g, '/');
  while (path.startsWith('../')) path = path.slice(2);
  return path;
}

export function resolvePath(written: string, context: AnswerContext): ResolvedPath | PatchProblem {
  const path = written.length > reading.longestPath ? '' : cleanPath(written);
  const unprefixed = path.replace(/^[ab]\//, '');
  const sent = context.files.map((file) => file.path);
  for (const name of [path, unprefixed]) {
    if (sent.includes(name)) return { path: name, sent: true };
  }
  const refuse = (reason: string): PatchProblem => ({
    code: 'unknown-path',
    path: path.slice(0, reporting.longestPath),
    message: `${JSON.stringify(path.slice(0, reporting.longestPath))} ${reason}`,
  });
  if (path === '') return refuse('is not a path');
  const segments = path.split('/');
  if (segments.includes('..')) return refuse('leads out of the repository');

  const bySuffix = sent.filter((file) => path.endsWith(`/${file}`));
  // The longest suffix is the file itself; shorter ones are files of the same name in outer folders.
  const longest = bySuffix.sort((left, right) => right.length - left.length)[0];
  const absolute = path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.startsWith('~');
  if (longest && (absolute || longest.includes('/'))) return { path: longest, sent: true };
  if (absolute) return refuse('is an absolute path and matches no file that was sent');

  if (!context.exists?.(unprefixed)) {
    const within = sent.filter((file) => file.endsWith(`/${unprefixed}`));
    if (within.length === 1) return { path: within[0]!, sent: true };
    if (within.length > 1) return refuse(`could be any of ${within.join(', ')}`);
  }
  return newPath(path === unprefixed ? path : unprefixed, context, refuse);
}

/** On all common file systems. */
const maxNameBytes = 255;

function newPath(
  path: string,
  context: AnswerContext,
  refuse: (reason: string) => PatchProblem,
): ResolvedPath | PatchProblem {
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.')) return refuse('is not a plain path');
  if (hasDotGit(path)) return refuse('is inside .git');
  const longest = Math.max(...segments.map((segment) => new TextEncoder().encode(segment).length));
  if (longest > maxNameBytes)
    return refuse(`has a name of ${longest} bytes, and file systems allow ${maxNameBytes}`);
  if (/[\0-\x1F\x7F\uFFFD]|[\uD800-\uDFFF]/u.test(path))
    return refuse('contains characters that are not allowed in a path');
  if (context.exists?.(path)) return refuse('exists but was not given to the model');
  for (let depth = 1; depth < segments.length; depth++) {
    const parent = segments.slice(0, depth).join('/');
    if (context.files.some((file) => file.path === parent))
      return refuse(`would be inside the file ${parent}`);
  }
  return { path, sent: false };
}

export function isProblem(value: ResolvedPath | PatchProblem): value is PatchProblem {
  return 'code' in value;
}
