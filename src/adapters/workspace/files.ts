/** Reads files for a request: inside the roots, text only, secrets only if named exactly. */
import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { type LineRange, readFileArgument, type Source } from '../../core/input/source-file.ts';
import { isSecretName } from '../../core/secrets/secret-names.ts';
import type { SourceSet, Workspace } from '../../engine/ports.ts';
import { repositoryTop } from '../system/folders.ts';
import { readRegularFile } from '../system/regular-file.ts';
import { ignoredByGit } from './git-ignore.ts';

export interface WorkspaceOptions {
  cwd: string;
  /** Absolute folders that may be read besides `cwd`. A function, since an MCP client may change its roots. */
  roots: () => readonly string[];
}

/** Larger files never fit in a request. */
const maxFileBytes = 32 * 1024 * 1024;
const maxFiles = 2000;

interface FoundFile {
  path: string;
  range: LineRange | undefined;
}

interface Found {
  files: FoundFile[];
  /** About what a glob left out. */
  warnings?: string[];
}

export function workspaceFiles({ cwd, roots }: WorkspaceOptions): Workspace {
  const allowedRoots = () => [cwd, ...roots()].map((root) => resolve(cwd, expandHome(root)));
  return {
    base: () => repositoryTop(cwd) ?? resolve(cwd),
    assertWritable(base, paths) {
      for (const path of paths) {
        const target = resolve(base, path);
        if (!isInside(target, base)) throw new OrchError('file-forbidden', `${path} is outside ${base}`);
        // A new file has no real path yet; use its nearest existing ancestor.
        let existing = target;
        while (!existsSync(existing)) existing = dirname(existing);
        assertAllowed(target, path, allowedRoots(), existing);
      }
    },
    async readSources(fileArguments, signal) {
      const allowed = allowedRoots();
      const found: FoundFile[] = [];
      const warnings: string[] = [];
      for (const argument of fileArguments) {
        const one = await findFiles(argument, { cwd, allowed, signal });
        found.push(...one.files);
        warnings.push(...(one.warnings ?? []));
      }
      if (found.length > maxFiles) {
        throw new OrchError(
          'input-too-large',
          `${found.length} files were requested, the limit is ${maxFiles}`,
          {
            hint: 'narrow the globs',
          },
        );
      }
      return { ...readAll(found, cwd, allowed), warnings };
    },
  };
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Links are resolved on `existing`: the path itself, or its nearest existing ancestor. */
function assertAllowed(path: string, shown: string, allowed: readonly string[], existing = path): void {
  const real = realpathSync(existing);
  const realRoots = allowed.filter((root) => existsSync(root)).map((root) => realpathSync(root));
  if (allowed.some((root) => isInside(path, root)) && realRoots.some((root) => isInside(real, root))) return;
  const through = real === existing ? '' : ` (it links to ${real})`;
  throw new OrchError('file-forbidden', `${shown} is outside the allowed folders${through}`, {
    hint: `allowed: ${allowed.join(', ')}; add folders with ORCH_ROOTS`,
  });
}

interface Search {
  cwd: string;
  allowed: readonly string[];
  signal: AbortSignal;
}

async function findFiles(argument: string, search: Search): Promise<Found> {
  const { cwd, allowed } = search;
  if (argument.includes('\0')) throw new OrchError('usage', 'a file name contains a NUL character');
  // A file may be called `a:1` or `[id].ts`, so an existing file of that name takes precedence.
  const whole = resolve(cwd, expandHome(argument));
  if (existsSync(whole)) return { files: [literal(whole, argument, undefined, allowed)] };
  const { pattern, range } = readFileArgument(argument);
  const path = resolve(cwd, expandHome(pattern));
  if (existsSync(path)) return { files: [literal(path, pattern, range, allowed)] };
  if (!/[*?[\]{}!()]/.test(pattern)) {
    const broken = isLink(path) ? ' (broken symbolic link)' : '';
    throw new OrchError('file-not-found', `${pattern}: no such file${broken}`, {
      hint: `check the path: relative paths start at ${cwd}`,
    });
  }
  return matchGlob(pattern, range, search);
}

/** False also for a name that is too long. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function literal(
  path: string,
  shown: string,
  range: LineRange | undefined,
  allowed: readonly string[],
): FoundFile {
  assertAllowed(path, shown, allowed);
  if (statSync(path).isDirectory()) {
    throw new OrchError('file-unreadable', `${shown} is a directory`, {
      hint: `pass files, or a glob such as ${join(shown, '**/*.ts')}`,
    });
  }
  return { path, range };
}

async function matchGlob(
  pattern: string,
  range: LineRange | undefined,
  { cwd, allowed, signal }: Search,
): Promise<Found> {
  const { glob } = await import('tinyglobby');
  const matches = await glob(expandHome(pattern).replaceAll('\\', '/'), {
    cwd,
    absolute: true,
    dot: true,
    onlyFiles: true,
    expandDirectories: false,
    followSymbolicLinks: false,
    ignore: ['**/.git/**', '**/node_modules/**'],
  });
  const paths = matches.map((match) => resolve(match)).sort();
  const ignored = await ignoredByGit(paths, signal);
  const secret = paths.filter((path) => !ignored.has(path) && isSecretName(path));
  const kept = paths.filter((path) => !ignored.has(path) && !isSecretName(path));
  if (kept.length === 0) {
    const why =
      matches.length === 0 ? 'no matching files' : 'matches only files that git ignores or that look secret';
    throw new OrchError('file-not-found', `${pattern}: ${why}`, {
      hint: `check the pattern, which starts at ${cwd}; to send an ignored or secret file, name it exactly`,
    });
  }
  for (const path of kept) assertAllowed(path, relative(cwd, path), allowed);
  const left = [
    ...leftOut(secret, 'whose names look secret', cwd),
    ...leftOut([...ignored], 'that git ignores', cwd),
  ];
  return {
    files: kept.map((path) => ({ path, range })),
    warnings: left.map((what) => `${pattern} left out ${what}; name a file exactly to send it`),
  };
}

/** Names a few of them. */
function leftOut(paths: readonly string[], which: string, cwd: string): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, 3).map((path) => relative(cwd, path));
  if (paths.length > shown.length) shown.push('…');
  return [`${paths.length} ${paths.length === 1 ? 'file' : 'files'} ${which} (${shown.join(', ')})`];
}

function readAll(
  found: readonly FoundFile[],
  cwd: string,
  allowed: readonly string[],
): Omit<SourceSet, 'warnings'> {
  const home = repositoryTop(cwd) ?? resolve(cwd);
  const first = found[0]?.path;
  const base =
    first === undefined || isInside(first, home)
      ? home
      : (repositoryTop(dirname(first)) ?? allowed.find((root) => isInside(first, root)) ?? home);
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
