/** Reads files for a request: inside the roots, text only, secrets only if named exactly. */
import { existsSync, lstatSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { type LineRange, readFileArgument, type Source } from '../../core/input/source-file.ts';
import type { SourceSet, Workspace } from '../../engine/ports.ts';
import { isInside, realPath } from '../system/paths.ts';
import { readRegularFile } from '../system/regular-file.ts';
import { refuseInGitFolders } from './git-folders.ts';
import { ignoredByGit } from './git-ignore.ts';
import { expandGlob, globStart, isPattern } from './glob.ts';
import {
  expandHome,
  forbidden,
  leftOutParts,
  type Roots,
  type RootsOptions,
  rootAround,
  rootsOf,
} from './roots.ts';

/** Larger files never fit in a request. */
const maxFileBytes = 32 * 1024 * 1024;
const maxFiles = 2000;
/** Of a glob, before git is asked which of them it ignores. */
const maxMatches = 100_000;

interface FoundFile {
  path: string;
  range: LineRange | undefined;
}

interface Found {
  files: FoundFile[];
  /** About what a glob left out. */
  warnings?: string[];
}

export function workspaceFiles(options: RootsOptions): Workspace {
  return {
    base() {
      const { topOf, cwd } = rootsOf(options);
      return topOf(cwd) ?? cwd;
    },
    assertWritable(base, paths) {
      const roots = rootsOf(options);
      const realBase = realPath(base);
      refuseInGitFolders(paths.map((path) => resolve(realBase, path)));
      for (const path of paths) {
        const target = resolve(base, path);
        if (!isInside(target, base)) throw new OrchError('file-forbidden', `${path} is outside ${base}`);
        const folders = existsSync(target) ? roots.named : roots.folders;
        if (rootAround(target, folders) === undefined) throw forbidden(target, path, roots);
      }
    },
    async readSources(fileArguments, signal) {
      const roots = rootsOf(options);
      const found: FoundFile[] = [];
      const warnings: string[] = [];
      for (const argument of fileArguments) {
        const one = await findFiles(argument, roots, signal);
        found.push(...one.files);
        warnings.push(...(one.warnings ?? []));
      }
      if (found.length > maxFiles) throw tooMany(found.length);
      return { ...readAll(found, roots), warnings };
    },
  };
}

function tooMany(count: number): OrchError {
  return new OrchError('input-too-large', `${count} files were requested, the limit is ${maxFiles}`, {
    hint: 'narrow the globs',
  });
}

async function findFiles(argument: string, roots: Roots, signal: AbortSignal): Promise<Found> {
  if (argument.includes('\0')) throw new OrchError('usage', 'a file name contains a NUL character');
  // A file may be called `a:1` or `[id].ts`, so an existing file of that name takes precedence.
  const whole = locate(argument, roots);
  if (whole !== undefined) return { files: [literal(whole, argument, undefined, roots)] };
  const { pattern, range } = readFileArgument(argument);
  const path = locate(pattern, roots);
  if (path !== undefined) return { files: [literal(path, pattern, range, roots)] };
  if (isPattern(pattern)) return matchGlob(pattern, range, roots, signal);
  const broken = isLink(resolve(roots.cwd, expandHome(pattern))) ? ' (broken symbolic link)' : '';
  throw new OrchError('file-not-found', `${pattern}: no such file${broken}`, {
    hint: `check the path: ${startsAt(roots)}`,
  });
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
  if (isAbsolute(path)) return existsSync(path) ? resolve(path) : undefined;
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
  if (statSync(path).isDirectory()) {
    throw new OrchError('file-unreadable', `${shown} is a folder`, {
      hint: `pass files, or a glob such as ${join(shown, '**/*.ts')}`,
    });
  }
  return { path, range };
}

async function matchGlob(
  pattern: string,
  range: LineRange | undefined,
  roots: Roots,
  signal: AbortSignal,
): Promise<Found> {
  const matches = await matchesOf(pattern, roots, signal);
  if (matches.length > maxMatches) throw tooMany(matches.length);
  const links = new Map<string, string>();
  const realOf = (path: string) => {
    const folder = dirname(path);
    const real = links.get(folder) ?? realPath(folder);
    links.set(folder, real);
    return join(real, basename(path));
  };
  const real = roots.folders.map(realPath);
  const seen = matches
    .map((path) => ({ path, parts: [leftOutParts(path, roots.folders), leftOutParts(realOf(path), real)] }))
    .filter(({ parts }) => !parts.some(({ git, packages }) => git || packages));
  const { paths: ignored, unknown } = await ignoredByGit(
    seen.map(({ path }) => path),
    signal,
  );
  const open = seen.filter(({ path }) => !ignored.has(path));
  const secret = open.filter(({ parts }) => parts.some((part) => part.secret)).map(({ path }) => path);
  const kept = open.filter(({ parts }) => !parts.some((part) => part.secret)).map(({ path }) => path);
  if (kept.length === 0) {
    const why =
      seen.length === 0 ? 'no matching files' : 'matches only files that git ignores or that look secret';
    throw new OrchError('file-not-found', `${pattern}: ${why}`, {
      hint: `check the pattern: ${startsAt(roots)}; to send an ignored or secret file, name it exactly`,
    });
  }
  const left = [
    ...leftOut(secret, 'whose names look secret', roots.cwd),
    ...leftOut([...ignored], 'that git ignores', roots.cwd),
  ];
  return {
    files: kept.map((path) => ({ path, range })),
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

/** Names a few of them. */
function leftOut(paths: readonly string[], which: string, cwd: string): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, 3).map((path) => relative(cwd, path));
  if (paths.length > shown.length) shown.push('…');
  return [`${paths.length} ${paths.length === 1 ? 'file' : 'files'} ${which} (${shown.join(', ')})`];
}

function readAll(found: readonly FoundFile[], roots: Roots): Omit<SourceSet, 'warnings'> {
  const { cwd } = roots;
  const base = baseOf(found[0]?.path, roots);
  const sources = found.map(({ path, range }): Source => {
    const inside = isInside(path, base);
    const shown = inside ? relative(base, path).split(sep).join('/') : path;
    const { text, executable } = readText(path, isAbsolute(shown) ? shown : relative(cwd, path) || shown);
    if (range) checkRange(range, text, shown);
    return { path: shown, text, mode: executable ? '100755' : '100644', range };
  });
  const outside = sources.find((source) => isAbsolute(source.path));
  if (outside) {
    throw new OrchError('usage', `${outside.path} is not in ${base}, unlike the first file`, {
      hint: 'pass files of a single repository per call',
    });
  }
  return { base, sources, exists: (path) => existsSync(join(base, path)) };
}

/** The working directory's repository if the file is in it, else the file's own, or the root around it. */
function baseOf(first: string | undefined, { cwd, folders, topOf }: Roots): string {
  const home = topOf(cwd) ?? cwd;
  if (first === undefined || (isInside(first, home) && folders.includes(cwd))) return home;
  return topOf(dirname(first)) ?? folders.find((root) => isInside(first, root)) ?? home;
}

function readText(path: string, shown: string): { text: string; executable: boolean } {
  const reading = readRegularFile(path, maxFileBytes);
  if (reading.bytes === undefined) {
    const code = reading.fault === 'too-large' ? 'input-too-large' : 'file-unreadable';
    const hint = { 'too-large': 'pass a smaller file', unreadable: 'check its permissions' };
    throw new OrchError(code, `${shown} ${reading.message}`, {
      hint: hint[reading.fault as keyof typeof hint] ?? 'pass a regular file',
    });
  }
  const { bytes, executable } = reading;
  if (bytes.includes(0))
    throw new OrchError('file-unreadable', `${shown} is a binary file`, { hint: 'only text can be sent' });
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, executable };
  } catch (cause) {
    throw new OrchError('file-unreadable', `${shown} is not UTF-8 text`, {
      hint: 'convert it to UTF-8 first',
      cause,
    });
  }
}

function checkRange({ from, to }: LineRange, text: string, shown: string): void {
  // A trailing newline does not start another line.
  const lines = Math.max(1, text.replace(/\n$/, '').split('\n').length);
  if (from >= 1 && from <= to && from <= lines) return;
  const fault = from > to ? 'the range ends before it starts' : `the file has lines 1 to ${lines}`;
  throw new OrchError('usage', `${shown}:${from}-${to}: ${fault}`, {
    hint: 'use a range such as path:10-40',
  });
}
