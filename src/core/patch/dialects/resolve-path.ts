/**
 * Finds the file that an answer means. Only files that were sent can be changed, and only paths inside the repository
 * can be created; what is not certain is a problem, not a guess.
 */

import { hasDotGit } from '../../text/dot-git.ts';
import { unquoteName } from '../git/quote-name.ts';
import { reading, reporting } from '../thresholds.ts';
import type { AnswerContext, PatchProblem } from '../types.ts';
import { sentFiles } from './sent-files.ts';

export interface ResolvedPath {
  path: string;
  /** False for a new path, which can only be created. */
  sent: boolean;
  /** The answer spells the path of the file that was sent in another way. */
  near: boolean;
}

/** The path without what may surround it in an answer: quotes, back-ticks, a date after a tab, `./`, back-slashes. */
export function cleanPath(written: string): string {
  let path = written.split('\t')[0]!.trim();
  if (path.startsWith('"')) path = unquoteName(path);
  while (path.length > 1 && "`'*".includes(path[0]!) && path.endsWith(path[0]!)) path = path.slice(1, -1);
  if (path.includes('\\') && !path.includes('/')) path = path.replaceAll('\\', '/');
  return path.replace(/\/{2,}/g, '/').replace(/^(?:\.\/)+/, '');
}

/**
 * `near` also takes the end of a path for the path, or a path for its end, which only an edit may do whose old lines
 * are looked for: another file would not have them. A deletion or a new text would hit that other file.
 */
export type Precision = 'exact' | 'near';

export function resolvePath(
  written: string,
  context: AnswerContext,
  precision: Precision = 'near',
): ResolvedPath | PatchProblem {
  const path = written.length > reading.longestPath ? '' : cleanPath(written);
  const unprefixed = path.replace(/^[ab]\//, '');
  const files = sentFiles(context.files);
  const refuse = (reason: string): PatchProblem => ({
    code: 'unknown-path',
    path: path.slice(0, reporting.longestPath),
    message: `${JSON.stringify(path.slice(0, reporting.longestPath))} ${reason}`,
  });
  if (path === '') return refuse('is not a path');
  if (path.split('/').includes('..')) return refuse('leads out of the repository');
  if (files.named(path)) return { path, sent: true, near: false };

  const absolute = isAbsolute(path);
  if (!absolute && context.exists?.(path)) return refuse(notGiven);
  if (files.named(unprefixed)) return { path: unprefixed, sent: true, near: false };
  if (!absolute && context.exists?.(unprefixed)) return refuse(notGiven);

  if (precision === 'near') {
    const longest = files.longestWithin(path);
    if (longest && (absolute || longest.includes('/'))) return { path: longest, sent: true, near: true };
    const within = absolute ? [] : files.endingWith(unprefixed);
    if (within.length === 1) return { path: within[0]!, sent: true, near: true };
    if (within.length > 1)
      return refuse(`could be any of ${within.slice(0, reporting.mostNumbers).join(', ')}`);
  }
  if (absolute) return refuse('is an absolute path: a path relative to the repository is needed');
  return newPath(unprefixed, context, refuse);
}

const notGiven = 'exists but was not given to the model';

export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.startsWith('~');
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
  if (segments.length > reading.deepestPath)
    return refuse(`is ${segments.length} levels deep; ${reading.deepestPath} are allowed`);
  if (hasDotGit(path)) return refuse('is inside .git');
  const longest = Math.max(...segments.map((segment) => new TextEncoder().encode(segment).length));
  if (longest > maxNameBytes)
    return refuse(`has a name of ${longest} bytes, and file systems allow ${maxNameBytes}`);
  if (/[\0-\x1F\x7F\uFFFD]|[\uD800-\uDFFF]/u.test(path))
    return refuse('contains characters that are not allowed in a path');
  for (let depth = 1; depth < segments.length; depth++) {
    const parent = segments.slice(0, depth).join('/');
    if (sentFiles(context.files).named(parent)) return refuse(`would be inside the file ${parent}`);
  }
  return { path, sent: false, near: false };
}

export function isProblem(value: ResolvedPath | PatchProblem): value is PatchProblem {
  return 'code' in value;
}
