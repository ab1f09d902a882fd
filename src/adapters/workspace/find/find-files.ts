/** Finds the files that the arguments name: paths, folders, globs, `path:10-40`; `!pattern` leaves some of them out. */
import { existsSync, lstatSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { type LineRange, readFileArgument } from '../../../core/input/source-file.ts';
import { formatCount } from '../../../core/text/format.ts';
import { isInside, realPath, statsOf } from '../../system/paths.ts';
import { ignoredByGit } from '../git/git-ignore.ts';
import { knownFiles } from '../git/known-files.ts';
import { type Exclusions, exclusionsOf } from './exclusions.ts';
import { expandGlob, globStart, isPattern } from './glob.ts';
import { nearestFile } from './nearest-file.ts';
import { expandHome, forbidden, leftOutParts, type Roots, rootAround } from './roots.ts';

const maxFiles = 2000;
/** Of a glob, before git is asked which of them it ignores. */
const maxMatches = 100_000;
/** In characters. No system has longer paths, and looking for the folders of one takes long. */
const longestArgument = 8192;
/** Names of standard input, which is not read as a file. */
const standardInput = ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'];

export interface FoundFile {
  path: string;
  range: LineRange | undefined;
  /** The glob or folder that it was found by. Undefined: it was named exactly. */
  by?: string;
}

export interface FoundFiles {
  files: FoundFile[];
  /** About what globs and folders left out. */
  warnings: string[];
}

export async function findFiles(
  fileArguments: readonly string[],
  roots: Roots,
  signal: AbortSignal,
): Promise<FoundFiles> {
  const excluding = fileArguments.filter(
    (argument) => argument.startsWith('!') && locate(argument, roots) === undefined,
  );
  const including = fileArguments.filter((argument) => !excluding.includes(argument));
  if (excluding.length > 0 && including.length === 0) {
    throw new OrchError('usage', `${excluding[0]} leaves files out, but nothing names any`, {
      hint: 'name a folder or a glob as well, such as src',
    });
  }
  const exclusions = await exclusionsOf(
    excluding.map((argument) => argument.slice(1)),
    roots,
  );
  const found: FoundFiles = { files: [], warnings: [] };
  for (const argument of including) {
    const { files, warnings } = await findOne(argument, { roots, exclusions, signal });
    found.files.push(...files);
    found.warnings.push(...warnings);
  }
  if (found.files.length > maxFiles) throw tooMany(found.files.length);
  found.warnings.push(...exclusions.idle().map((pattern) => `!${pattern} left out nothing`));
  return found;
}

interface Search {
  roots: Roots;
  exclusions: Exclusions;
  signal: AbortSignal;
}

function tooMany(count: number): OrchError {
  return new OrchError('input-too-large', `${count} files were requested, the limit is ${maxFiles}`, {
    hint: 'narrow the globs, name smaller folders, or leave files out with !pattern',
  });
}

async function findOne(argument: string, search: Search): Promise<FoundFiles> {
  const { roots } = search;
  if (argument.trim() === '') throw new OrchError('usage', 'a file name is empty');
  if (argument.includes('\0')) throw new OrchError('usage', 'a file name contains a NUL character');
  if (argument.length > longestArgument) {
    throw new OrchError(
      'usage',
      `a file name has ${formatCount(argument.length)} characters: ${argument.slice(0, 60)}…`,
    );
  }
  if (standardInput.includes(argument)) {
    throw new OrchError('usage', `${argument}: standard input is not read as a file`, {
      hint: 'leave it out: what is piped in goes with the request as it is',
    });
  }
  // A file may be called `a:1` or `[id].ts`, so an existing file of that name takes precedence.
  const whole = locate(argument, roots);
  if (whole !== undefined) return named(whole, argument, undefined, search);
  const { pattern, range } = readFileArgument(argument);
  const path = locate(pattern, roots);
  if (path !== undefined) return named(path, pattern, range, search);
  if (isPattern(pattern)) return matchGlob(pattern, range, search);
  throw await notFound(pattern, search);
}

async function notFound(pattern: string, { roots, signal }: Search): Promise<OrchError> {
  const slip = slipIn(pattern, roots);
  if (slip !== undefined) return new OrchError('file-not-found', `${pattern}: no such file`, { hint: slip });
  const broken = isLink(resolve(roots.cwd, expandHome(pattern)));
  const guess = broken ? undefined : await nearestFile(pattern, roots, signal);
  const more = broken ? ' (broken symbolic link)' : guess === undefined ? '' : ` (did you mean ${guess}?)`;
  return new OrchError('file-not-found', `${pattern}: no such file${more}`, {
    hint: `check the path: ${startsAt(roots)}; a file that is to be new is named in the instruction instead`,
  });
}

async function named(
  path: string,
  shown: string,
  range: LineRange | undefined,
  search: Search,
): Promise<FoundFiles> {
  if (!statsOf(path)?.isDirectory())
    return { files: [literal(path, shown, range, search.roots)], warnings: [] };
  if (range !== undefined) {
    throw new OrchError('usage', `${shown} is a folder, which has no lines`, {
      hint: 'give a range of lines with a file, such as path:10-40',
    });
  }
  return filesBelow(path, shown, search);
}

/** The cure for a name that was plainly meant for something else. */
function slipIn(name: string, roots: Roots): string | undefined {
  const isThere = (path: string) => path !== '' && locate(path, roots) !== undefined;
  if (/^https?:\/\//i.test(name)) return 'only files are read: download it, or pipe its content in';
  const parts = name.split(/[,;\s]+/);
  if (parts.length > 1 && parts.every(isThere))
    return `it looks like a list of files: give each of them by itself (${parts.join(' and ')})`;
  const lines = /^(.*?)(:[\d:,-]*|#L[\dL-]*)$/.exec(name);
  if (lines && isThere(lines[1]!)) return `for some of its lines, give a range such as ${lines[1]}:10-40`;
  const bare = /^(?:@|file:\/\/)?(["'`]?)(.*)\1$/.exec(name)?.[2] ?? '';
  return bare !== name && isThere(bare) ? `without what stands around it, the name is ${bare}` : undefined;
}

/** What git knows below a folder; without git, every file. */
async function filesBelow(folder: string, shown: string, search: Search): Promise<FoundFiles> {
  const { roots, signal } = search;
  if (rootAround(folder, roots.folders) === undefined) throw forbidden(folder, shown, roots);
  const { git, packages } = leftOutParts(folder, roots.folders);
  if (git || packages) {
    throw new OrchError('file-forbidden', `${shown} is a folder of ${git ? 'git' : 'installed packages'}`, {
      hint: 'name the files in it that are to be sent',
    });
  }
  const known = await knownFiles(folder, signal);
  const paths = known?.paths ?? (await expandGlob('**/*', folder, signal));
  if (paths.length === 0) {
    throw new OrchError('file-not-found', `${shown} is a folder without files to send`, {
      hint: 'name a file, or another folder; an ignored or secret file is sent if it is named exactly',
    });
  }
  const submodules = leftOut(known?.submodules ?? [], 'of other repositories', roots.cwd, 'folder');
  const { files, warnings } = await sift(shown, paths, undefined, search, known !== undefined);
  return { files, warnings: [...warnings, ...submodules.map((what) => `${shown} left out ${what}`)] };
}

/** False also for a name that is too long. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function startsAt({ search, cwd }: Roots): string {
  return `relative paths start at ${search.length === 0 ? cwd : search.join(' or ')}`;
}

/** What exists under the name; a relative one is looked for under every root. */
function locate(name: string, { cwd, search, prefersFirst }: Roots): string | undefined {
  const path = expandHome(name);
  // A `..` behind a link leads elsewhere in the name than on the disk: only the name counts.
  if (isAbsolute(path)) return existsSync(resolve(path)) ? resolve(path) : undefined;
  const inFirst = resolve(cwd, path);
  if ((prefersFirst || search.length === 0) && existsSync(inFirst)) return inFirst;
  const found = new Map<string, string>();
  for (const root of search) {
    const candidate = resolve(root, path);
    if ((root !== cwd && !isInside(candidate, root)) || !existsSync(candidate)) continue;
    const real = realPath(candidate);
    if (!found.has(real)) found.set(real, candidate);
  }
  const [first, ...others] = found.values();
  if (others.length > 0) throw ambiguous(name, [first!, ...others]);
  return first;
}

function ambiguous(name: string, places: readonly string[]): OrchError {
  return new OrchError('usage', `${name} is in several allowed folders: ${places.join(' and ')}`, {
    hint: 'give the absolute path of the one that is meant',
  });
}

function literal(path: string, shown: string, range: LineRange | undefined, roots: Roots): FoundFile {
  if (rootAround(path, roots.named) === undefined) throw forbidden(path, shown, roots);
  const real = realPath(path);
  const [name, target] = [leftOutParts(path, roots.named), leftOutParts(real, roots.named.map(realPath))];
  if ((target.secret && !name.secret) || (target.git && !name.git)) {
    const what = target.git ? 'which belongs to git' : 'whose name looks secret';
    throw new OrchError('file-forbidden', `${shown} is a link to ${real}, ${what}`, {
      hint: 'to send that file, name it exactly',
    });
  }
  return { path, range };
}

async function matchGlob(pattern: string, range: LineRange | undefined, search: Search): Promise<FoundFiles> {
  return sift(pattern, await matchesOf(pattern, search.roots, search.signal), range, search);
}

/**
 * Leaves out of what a glob or a folder matches what is not meant to be sent unless it is named. `listedByGit`: there
 * are no ignored files among them, and asking about each takes git seconds where there are thousands.
 */
async function sift(
  pattern: string,
  matches: readonly string[],
  range: LineRange | undefined,
  { roots, exclusions, signal }: Search,
  listedByGit = false,
): Promise<FoundFiles> {
  if (matches.length > maxMatches) throw tooMany(matches.length);
  const links = new Map<string, string>();
  const realOf = (path: string) => {
    const folder = dirname(path);
    const real = links.get(folder) ?? realPath(folder);
    links.set(folder, real);
    return join(real, basename(path));
  };
  const real = roots.folders.map(realPath);
  const wanted = matches.filter((path) => !exclusions.excludes(path));
  const seen = wanted
    .map((path) => ({ path, parts: [leftOutParts(path, roots.folders), leftOutParts(realOf(path), real)] }))
    .filter(({ parts }) => !parts.some(({ git, packages }) => git || packages));
  const { paths: ignored, unknown } = await ignoredByGit(
    listedByGit ? [] : seen.map(({ path }) => path),
    signal,
  );
  const open = seen.filter(({ path }) => !ignored.has(path));
  const secret = open.filter(({ parts }) => parts.some((part) => part.secret)).map(({ path }) => path);
  const kept = open.filter(({ parts }) => !parts.some((part) => part.secret)).map(({ path }) => path);
  if (kept.length === 0) {
    const why =
      matches.length > 0 && wanted.length === 0
        ? 'every file is left out by a ! pattern'
        : seen.length === 0
          ? 'no matching files'
          : 'matches only files that git ignores or that look secret';
    throw new OrchError('file-not-found', `${pattern}: ${why}`, {
      hint: `check the pattern: ${startsAt(roots)}; to send an ignored or secret file, name it exactly`,
    });
  }
  const left = [
    ...leftOut(secret, secretNames, roots.cwd),
    ...leftOut([...ignored], 'that git ignores', roots.cwd),
  ];
  return {
    files: kept.map((path) => ({ path, range, by: pattern })),
    warnings: [
      ...left.map((what) => `${pattern} left out ${what}; name a file exactly to send it`),
      ...(unknown === undefined ? [] : [`${pattern} may include files that are to be ignored: ${unknown}`]),
    ],
  };
}

/** Under every root for a relative pattern, but only under one of them may there be any. */
async function matchesOf(pattern: string, roots: Roots, signal: AbortSignal): Promise<string[]> {
  const plain = expandHome(pattern).replaceAll('\\', '/');
  const { cwd, search, prefersFirst } = roots;
  const starts = isAbsolute(plain) || search.length === 0 ? [cwd] : search;
  const found: { start: string; matches: string[] }[] = [];
  for (const root of starts) {
    const start = globStart(plain, root);
    if (rootAround(start, roots.folders) === undefined) {
      if (root === starts[0] && (prefersFirst || starts.length === 1)) throw forbidden(start, pattern, roots);
      continue;
    }
    const matches = await expandGlob(plain, root, signal);
    if (matches.length > 0) found.push({ start, matches });
    if (matches.length > 0 && prefersFirst) break;
  }
  const [first, ...others] = found;
  const known = new Set(others.length === 0 ? [] : first?.matches.map((path) => realPath(path)));
  const other = others.find(({ matches }) => matches.some((path) => !known.has(realPath(path))));
  if (first && other) throw ambiguous(pattern, [first.start, other.start]);
  return first?.matches ?? [];
}

/** What files have in common, said of one and of several; one text where it is the same. */
export type Which = string | readonly [one: string, several: string];

export const notText: Which = ['that is not text', 'that are not text'];
export const secretNames: Which = ['whose name looks secret', 'whose names look secret'];

/** Names a few of them. */
export function leftOut(paths: readonly string[], which: Which, cwd: string, noun = 'file'): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, 3).map((path) => relative(cwd, path));
  if (paths.length > shown.length) shown.push('…');
  const isOne = paths.length === 1;
  const said = typeof which === 'string' ? which : which[isOne ? 0 : 1];
  return [`${paths.length} ${noun}${isOne ? '' : 's'} ${said} (${shown.join(', ')})`];
}
