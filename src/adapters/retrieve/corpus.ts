/**
 * The files that a search reads: those that git knows in the working tree, uncommitted ones included, or all of a folder
 * outside of git. Nothing outside of the allowed folders, no link, and nothing that looks secret.
 */
import { existsSync, lstatSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { skippedByName } from '../../core/retrieve/corpus-rules.ts';
import type { Corpus, CorpusEntry, PastCommit, SkipReason } from '../../core/retrieve/types.ts';
import { formatCount } from '../../core/text/format.ts';
import { printable } from '../../core/text/hidden.ts';
import type { CorpusSource } from '../../engine/retrieval-ports.ts';
import { repositoryTop } from '../system/folders.ts';
import { existingPart, isInside, realPath, statsOf } from '../system/paths.ts';
import { maxConfigBytes, readRegularFile } from '../system/regular-file.ts';
import { expandHome, forbidden, type RootsOptions, rootsOf } from '../workspace/find/roots.ts';
import { knownNames } from '../workspace/git/known-files.ts';
import { biggestFolders } from './biggest-folders.ts';
import { readHistory } from './history.ts';
import type { IndexStore } from './index-store.ts';
import { exclusions } from './path-filter.ts';
import { sharedWork } from './shared-work.ts';
import { stampOf } from './stamp.ts';
import { readInTree, treeLook } from './tree-look.ts';
import { walk } from './walk.ts';

export interface CorpusLimits {
  files: number;
  bytes: number;
}

const usual: CorpusLimits = { files: 50_000, bytes: 200 * 1024 * 1024 };
const ignoreFile = '.orchignore';
/** The rest of the process has a turn after so many milliseconds. */
const turnMs = 20;
/** No system has a file of a longer name; a repository's index may. */
const longestPath = 4096;
const longestName = 255;

export interface CorpusOptions extends RootsOptions {
  storeFor(base: string): IndexStore;
  limits?: CorpusLimits;
}

export function workingTreeCorpus(options: CorpusOptions): CorpusSource {
  const { storeFor } = options;
  const listings = sharedWork<Corpus>();
  const histories = sharedWork<readonly PastCommit[]>();
  return {
    async list({ exclude, near = [], signal }) {
      const { base, warnings } = baseOf(options, near);
      const key = JSON.stringify([base, exclude]);
      const corpus = await listings(key, signal, (given) => listed(base, exclude, options.limits, given));
      return warnings.length === 0 ? corpus : { ...corpus, warnings: [...warnings, ...corpus.warnings] };
    },
    history: (base, signal) => histories(base, signal, (given) => readHistory(base, storeFor(base), given)),
  };
}

async function listed(
  base: string,
  exclude: readonly string[],
  limits: CorpusLimits = usual,
  signal: AbortSignal,
): Promise<Corpus> {
  const { names, others, skipped, warnings } = await namesBelow(base, signal);
  const own = ignoreLines(base);
  const ignored = await exclusions(own.lines, ignoreFile);
  const excluded = await exclusions(exclude, 'the list of what is left out');
  warnings.push(...own.warnings, ...ignored.warnings, ...excluded.warnings);
  const isLeftOut = (path: string) => ignored.excludes(path) || excluded.excludes(path);
  const skip = (reason: SkipReason) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1;
  };
  let turnEnds = performance.now() + turnMs;
  const isDue = () => performance.now() > turnEnds;
  const turn = async () => {
    await new Promise(setImmediate);
    signal.throwIfAborted();
    turnEnds = performance.now() + turnMs;
  };
  const wanted: string[] = [];
  for (const name of names) {
    if (isDue()) await turn();
    const reason = skippedByName(name) ?? (isLeftOut(name) ? 'excluded' : undefined);
    if (reason === undefined) wanted.push(name);
    else skip(reason);
  }
  const look = treeLook(base);
  const entries: CorpusEntry[] = [];
  const sizes = new Map<string, number>();
  let bytes = 0;
  for (const path of wanted) {
    if (isDue()) await turn();
    const seen = look(path);
    if (seen === 'nothing') {
      // A name that is not UTF-8 comes from git with such characters, and leads nowhere.
      if (path.includes('\ufffd')) skip('unreadable');
      continue;
    }
    if (seen === 'folder') {
      if (existsSync(join(base, path, '.git'))) others.push(path);
      continue;
    }
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
  if (others.length > 0) warnings.push(notEntered(others.filter((path) => !isLeftOut(path))));
  return {
    base,
    entries,
    skipped,
    warnings: warnings.filter((warning) => warning !== ''),
    read: (path) => readInTree(base, path),
  };
}

const mostNamed = 3;

/** '' for none. */
function notEntered(repositories: readonly string[]): string {
  if (repositories.length === 0) return '';
  const named = repositories.slice(0, mostNamed).map((path) => printable(path).replaceAll('\n', '\\n'));
  const more = repositories.length - named.length;
  if (more > 0) named.push(`${more} more`);
  return `not searched, since they are repositories of their own: ${named.join(', ')}; search in each of them`;
}

/**
 * The top of the repository around the working directory where that may be read, else the working directory. If a
 * client has opened folders and this one is in none of them, the first of them that exists counts as the working
 * directory. `near`: paths or patterns; the folder around the first absolute one comes before these.
 */
function baseOf(options: RootsOptions, near: readonly string[]): { base: string; warnings: string[] } {
  const roots = rootsOf(options);
  const { cwd, folders, topOf } = roots;
  const client = (options.clientRoots?.() ?? []).map((folder) => resolve(folder));
  const opened = folders.filter((folder) => client.includes(folder));
  const there = opened.filter((folder) => statsOf(folder)?.isDirectory());
  if (opened.length > 0 && there.length === 0)
    throw new OrchError(
      'file-not-found',
      `${opened[0]} is opened in the client, but there is no such folder`,
      {
        hint: 'open the folder that is worked in',
      },
    );
  const allowed = there.length > 0 ? there : folders;
  const explicit = options.roots().map((folder) => resolve(cwd, expandHome(folder)));
  // The server's own folder may be one around those that are opened, and huge.
  const isAround = there.some((folder) => folder !== cwd && isInside(folder, cwd));
  const searched = folders.filter(
    (folder) => folder !== cwd || !isAround || [...there, ...explicit].includes(cwd),
  );
  const asked = near.map((given) => given.replace(/^!/, '')).find((given) => isAbsolute(given));
  const around = asked === undefined ? undefined : innermost(asked, searched);
  if (asked !== undefined && around === undefined && there.length > 0)
    throw new OrchError('file-forbidden', `${asked} is outside of the opened folders`, {
      hint: `opened: ${there.join(', ')}; open its folder in the client as well, or name it in ORCH_ROOTS`,
    });
  const start = around ?? (allowed.some((folder) => isInside(cwd, folder)) ? cwd : allowed[0]);
  if (start === undefined) throw forbidden(cwd, cwd, roots);
  const top = topOf(start);
  const base = realPath(top !== undefined && folders.some((folder) => isInside(top, folder)) ? top : start);
  const left = there.filter(
    (folder) => !isInside(realPath(folder), base) && !isInside(base, realPath(folder)),
  );
  const warnings: string[] = [];
  if (left.length > 0)
    warnings.push(
      `only ${base} is searched; to search ${left.join(' or ')}, give it among the files, as an absolute path`,
    );
  const whole = client.filter((folder) => !folders.includes(folder));
  if (whole.length > 0)
    warnings.push(
      `${whole.join(' and ')}: neither / nor the home folder is searched as a whole, only ${base} is; open the folder of a project, or name it in ORCH_ROOTS`,
    );
  return { base, warnings };
}

/** The innermost folder around a path, by its name or really. */
function innermost(path: string, folders: readonly string[]): string | undefined {
  const here = resolve(path);
  const real = realPath(existingPart(here));
  const around = folders.filter((folder) => isInside(here, folder) || isInside(real, realPath(folder)));
  return around.sort((one, other) => other.length - one.length)[0];
}

interface Names {
  /** Relative to the base, sorted. */
  names: string[];
  /** Folders that are repositories of their own. */
  others: string[];
  skipped: Partial<Record<SkipReason, number>>;
  warnings: string[];
}

async function namesBelow(base: string, signal: AbortSignal): Promise<Names> {
  const known = await knownNames(base, signal);
  if (known !== undefined) {
    const folder = relative(known.repository, base).split(sep).join('/');
    const start = folder === '' ? '' : `${folder}/`;
    const below = [...known.names].filter((name) => name.startsWith(start) && mayExist(name));
    const names = below.map((name) => name.slice(start.length)).sort();
    return {
      names: names.filter((name) => !name.endsWith('/')),
      // Another repository is listed with a slash at the end.
      others: names.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1)),
      skipped: {},
      warnings: [],
    };
  }
  const { names, unreadable } = await walk(base, signal);
  return {
    names: names.sort(),
    others: [],
    skipped: unreadable > 0 ? { unreadable } : {},
    warnings:
      repositoryTop(base) === undefined
        ? []
        : ['git is not installed: files that the repository ignores are searched as well'],
  };
}

function mayExist(name: string): boolean {
  return name.length <= longestPath && name.split('/').every((part) => part.length <= longestName);
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
