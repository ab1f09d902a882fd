/**
 * The files that a search reads: those that git knows in the working tree, uncommitted ones included, or all of a folder
 * outside of git. Nothing outside of the allowed folders, no link, and nothing that looks secret.
 */
import { lstatSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { skippedByName } from '../../core/retrieve/corpus-rules.ts';
import type { CorpusEntry, SkipReason } from '../../core/retrieve/types.ts';
import { formatCount } from '../../core/text/format.ts';
import type { CorpusSource } from '../../engine/retrieval-ports.ts';
import { repositoryTop } from '../system/folders.ts';
import { isInside, realPath } from '../system/paths.ts';
import { maxConfigBytes, readRegularFile } from '../system/regular-file.ts';
import { forbidden, type RootsOptions, rootsOf } from '../workspace/find/roots.ts';
import { knownNames } from '../workspace/git/known-files.ts';
import { biggestFolders } from './biggest-folders.ts';
import { readHistory } from './history.ts';
import type { IndexStore } from './index-store.ts';
import { exclusions } from './path-filter.ts';
import { stampOf } from './stamp.ts';
import { readInTree, treeLook } from './tree-look.ts';
import { walk } from './walk.ts';

export interface CorpusLimits {
  files: number;
  bytes: number;
}

const usual: CorpusLimits = { files: 50_000, bytes: 200 * 1024 * 1024 };
const ignoreFile = '.orchignore';
/** The rest of the process has a turn after so many files. */
const filesAtOnce = 2000;

export interface CorpusOptions extends RootsOptions {
  storeFor(base: string): IndexStore;
  limits?: CorpusLimits;
}

export function workingTreeCorpus(options: CorpusOptions): CorpusSource {
  const { storeFor, limits = usual } = options;
  return {
    async list({ exclude, signal }) {
      const base = realPath(baseOf(options));
      const { names, skipped, warnings } = await namesBelow(base, signal);
      const own = ignoreLines(base);
      const ignored = await exclusions(own.lines, ignoreFile);
      const excluded = await exclusions(exclude, 'the list of what is left out');
      warnings.push(...own.warnings, ...ignored.warnings, ...excluded.warnings);
      const isLeftOut = (path: string) => ignored.excludes(path) || excluded.excludes(path);
      const skip = (reason: SkipReason) => {
        skipped[reason] = (skipped[reason] ?? 0) + 1;
      };
      const wanted = names.filter((name) => {
        const reason = skippedByName(name) ?? (isLeftOut(name) ? 'excluded' : undefined);
        if (reason !== undefined) skip(reason);
        return reason === undefined;
      });
      const look = treeLook(base);
      const entries: CorpusEntry[] = [];
      const sizes = new Map<string, number>();
      let bytes = 0;
      for (const [at, path] of wanted.entries()) {
        if (at % filesAtOnce === filesAtOnce - 1) {
          await new Promise(setImmediate);
          signal.throwIfAborted();
        }
        const seen = look(path);
        if (seen === 'nothing') continue;
        if ('skipped' in seen) {
          skip(seen.skipped);
          continue;
        }
        const { stats } = seen;
        entries.push({ path, stamp: stampOf(stats) });
        if (entries.length > limits.files) throw tooManyFiles(base, wanted, limits.files);
        sizes.set(path, stats.size);
        bytes += stats.size;
      }
      if (bytes > limits.bytes) throw tooManyBytes(base, sizes, limits.bytes);
      return { base, entries, skipped, warnings, read: (path) => readInTree(base, path) };
    },
    history: (base, signal) => readHistory(base, storeFor(base), signal),
  };
}

/**
 * The top of the repository around the working directory where that may be read, else the working directory. If a
 * client has opened folders and this one is in none of them, the first of them counts as the working directory.
 */
function baseOf(options: RootsOptions): string {
  const roots = rootsOf(options);
  const { cwd, folders, topOf } = roots;
  const opened = folders.filter((folder) => options.clientRoots?.().includes(folder));
  const allowed = opened.length > 0 ? opened : folders;
  const start = allowed.some((folder) => isInside(cwd, folder)) ? cwd : allowed[0];
  if (start === undefined) throw forbidden(cwd, cwd, roots);
  const top = topOf(start);
  return top !== undefined && folders.some((folder) => isInside(top, folder)) ? top : start;
}

interface Names {
  /** Relative to the base, sorted. */
  names: string[];
  skipped: Partial<Record<SkipReason, number>>;
  warnings: string[];
}

async function namesBelow(base: string, signal: AbortSignal): Promise<Names> {
  const known = await knownNames(base, signal);
  if (known !== undefined) {
    const folder = relative(known.repository, base).split(sep).join('/');
    const start = folder === '' ? '' : `${folder}/`;
    // Another repository is listed with a slash at the end.
    const names = [...known.names].filter((name) => name.startsWith(start) && !name.endsWith('/'));
    return { names: names.map((name) => name.slice(start.length)).sort(), skipped: {}, warnings: [] };
  }
  const { names, unreadable } = await walk(base, signal);
  return {
    names: names.sort(),
    skipped: unreadable > 0 ? { unreadable } : {},
    warnings:
      repositoryTop(base) === undefined
        ? []
        : ['git is not installed: files that the repository ignores are searched as well'],
  };
}

function ignoreLines(base: string): { lines: string[]; warnings: string[] } {
  const path = join(base, ignoreFile);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { lines: [], warnings: [] };
  // A stranger's repository may have a link to anything in that place.
  const reading = stats.isFile() ? readRegularFile(path, maxConfigBytes) : undefined;
  if (reading?.bytes === undefined) {
    const why = reading?.message ?? 'is not a regular file';
    return { lines: [], warnings: [`${ignoreFile} is not used: it ${why}`] };
  }
  return { lines: reading.bytes.toString('utf8').split('\n'), warnings: [] };
}

function tooManyFiles(base: string, names: readonly string[], limit: number): OrchError {
  const folders = biggestFolders(new Map(names.map((name) => [name, 1])));
  return tooMuch(
    `${base} has more than ${formatCount(limit)} files to search`,
    folders.map(({ folder, sum }) => `${folder} (${formatCount(sum)} files)`),
    folders[0]?.folder,
  );
}

function tooManyBytes(base: string, sizes: ReadonlyMap<string, number>, limit: number): OrchError {
  const inMb = (bytes: number) => `${formatCount(Math.ceil(bytes / 1024 / 1024))} MB`;
  const folders = biggestFolders(sizes);
  return tooMuch(
    `${base} has more than ${inMb(limit)} of text to search`,
    folders.map(({ folder, sum }) => `${folder} (${inMb(sum)})`),
    folders[0]?.folder,
  );
}

function tooMuch(what: string, folders: readonly string[], first: string | undefined): OrchError {
  const most = folders.length === 0 ? '' : `; most of them in ${folders.join(', ')}`;
  return new OrchError('input-too-large', `${what}${most}`, {
    hint: `leave folders out in a file ${ignoreFile} at the top, one per line${first === undefined ? '' : `, e.g. ${first}`}`,
  });
}
