/**
 * Finds the files that differ in a change, and both of their sides. The working tree is compared with the index here,
 * by size, time and id: git would run the repository's clean filters.
 */
import { lstatSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { OrchError } from '../../../../core/errors/orch-error.ts';
import type { ChangeScope } from '../../../../core/tasks/request.ts';
import { realPath } from '../../../system/paths.ts';
import { readRegularFile } from '../../../system/regular-file.ts';
import { type GitCall, git } from '../git.ts';
import { gitFileFault, gitFolders } from '../git-files.ts';
import { knownFiles } from '../known-files.ts';
import { type Entry, type IndexEntry, indexEntries, treeChanges, treeEntries } from '../listings.ts';
import { ask, unanswered } from '../unanswered.ts';
import { isBlob } from '../uncommitted.ts';
import { foreignPart } from './own-history.ts';

/**
 * A version that git keeps, or a file of the working tree, which is read anew each time: all that have changed may be more
 * than the memory holds. What cannot be read any more counts as too large.
 */
export type Side =
  | Entry
  | { mode: string; read: () => Buffer | 'too-large' }
  | { mode: string; fault: 'too-large' | 'link' };

export interface Difference {
  path: string;
  before: Entry | undefined;
  after: Side | undefined;
  conflict?: boolean;
}

export interface SidesOptions {
  repository: string;
  signal: AbortSignal;
  /** Of a file in the working tree. */
  mostBytes: number;
}

export async function differencesOf(scope: ChangeScope, options: SidesOptions): Promise<Difference[]> {
  const { repository } = options;
  const fault = gitFileFault(repository, [repository], ['.gitignore', '.gitattributes']);
  if (fault !== undefined) throw unanswered({ about: 'changes', repository }, fault);
  const foreign = foreignPart(repository);
  if (foreign !== undefined) throw anothers(repository, foreign);
  if (scope.kind === 'range') return between(scope.range, options);
  const head = await headEntries(options);
  const index = indexEntries(await listing(['index-stats', repository], options));
  return scope.kind === 'staged' ? staged(head, index) : uncommitted(head, index, options);
}

async function listing(call: GitCall, { repository, signal }: SidesOptions): Promise<string> {
  const { status, stdout } = await ask(call, { about: 'changes', repository, signal });
  if (status === undefined) throw noGit();
  return stdout;
}

function noGit(): OrchError {
  return new OrchError('usage', 'git is not installed, so it cannot tell what has changed', {
    hint: 'install git, or pipe the change in',
  });
}

function anothers(repository: string, part: string): OrchError {
  return new OrchError(
    'file-forbidden',
    `${part} leads into another repository, whose files are not sent as a change of ${repository}`,
    { hint: 'if they are meant, pipe the change in: git diff | orch …' },
  );
}

/** None before the first commit. */
async function headEntries(options: SidesOptions): Promise<Map<string, Entry>> {
  const id = await commitId('HEAD', options);
  return id === undefined
    ? new Map()
    : treeEntries(await listing(['tree-entries', options.repository, id], options));
}

async function commitId(revision: string, { repository, signal }: SidesOptions): Promise<string | undefined> {
  const answer = await git(['commit-id', repository, revision], { signal });
  if (answer.status === undefined) throw noGit();
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

const rangeHint =
  'give two commits or branches, such as main..HEAD; main...HEAD leaves out what is new on main';

const longestRange = 1000;

/** `a..b`, or `a...b` for what b has changed since it left a. An end that is left out is HEAD. */
async function between(range: string, options: SidesOptions): Promise<Difference[]> {
  if (range.length > longestRange) {
    throw new OrchError('usage', `a range of ${range.length} characters is not a range of commits`, {
      hint: rangeHint,
    });
  }
  const parts = /^(?<from>[^\s-]\S*?)?(?<!\.)(?<dots>\.{2,3})(?<to>[^\s.-]\S*)?$/.exec(range)?.groups;
  if (!parts || (parts.from ?? parts.to) === undefined) {
    throw new OrchError('usage', `${range} is not a range of commits`, { hint: rangeHint });
  }
  const [from, to] = await Promise.all(
    [parts.from, parts.to].map(async (name = 'HEAD') => {
      const id = await commitId(name, options);
      if (id !== undefined) return id;
      throw new OrchError('usage', `${range}: git knows no commit ${name}`, {
        hint: 'check the name with git branch --all or git log; a shallow clone may not hold it',
      });
    }),
  );
  const { repository, signal } = options;
  let start = from!;
  if (parts.dots === '...') {
    const { status, stdout } = await git(['merge-base', repository, from!, to!], { signal });
    if (status !== 0)
      throw new OrchError('usage', `${range}: the two have no commit in common`, { hint: rangeHint });
    start = stdout.trim();
  }
  return treeChanges(await listing(['tree-changes', repository, start, to!], options));
}

function staged(head: Map<string, Entry>, index: readonly IndexEntry[]): Difference[] {
  const conflicts = new Set(index.filter(({ stage }) => stage > 0).map(({ path }) => path));
  const after = new Map(index.filter(({ stage }) => stage === 0).map((entry) => [entry.path, entry]));
  const paths = new Set([...head.keys(), ...after.keys()]);
  return [...paths].flatMap((path): Difference[] => {
    const sides = { path, before: head.get(path), after: after.get(path) };
    // Nothing is staged of it until the conflict is resolved.
    return conflicts.has(path) || sameEntry(sides.before, sides.after) ? [] : [sides];
  });
}

async function uncommitted(
  head: Map<string, Entry>,
  index: readonly IndexEntry[],
  options: SidesOptions,
): Promise<Difference[]> {
  const { repository, signal } = options;
  const tree = treeReader(options);
  const differences = new Map<string, Difference>();
  const add = (path: string, after: Side | undefined, conflict = false) => {
    const before = head.get(path);
    if (before === undefined && after === undefined) return;
    if (after && 'id' in after && sameEntry(before, after)) return;
    if (after && 'read' in after && before) {
      const bytes = after.read();
      if (typeof bytes !== 'string' && isBlob(before.id, bytes)) return;
    }
    differences.set(path, { path, before, after, ...(conflict ? { conflict } : {}) });
  };
  /** In the index or in the tree. */
  const seen = new Set<string>();
  for (const entry of index) {
    if (seen.has(entry.path)) continue;
    seen.add(entry.path);
    const { path, mode, id, stage, skipped } = entry;
    if (stage > 0) add(path, tree.read(path, '100644'), true);
    else if (skipped || mode === '160000' || tree.isAsStaged(entry)) add(path, { mode, id });
    else add(path, tree.read(path, mode));
  }
  const known = (await knownFiles(repository, signal))?.paths ?? [];
  for (const file of known) {
    const path = relative(repository, file).split(sep).join('/');
    if (seen.has(path)) continue;
    seen.add(path);
    add(path, tree.read(path, '100644'));
  }
  for (const path of head.keys()) if (!seen.has(path)) add(path, undefined);
  return [...differences.values()];
}

function sameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
  return one?.id === other?.id && one?.mode === other?.mode;
}

/** The files of the working tree. What is behind a link is not in it. */
function treeReader({ repository, mostBytes }: SidesOptions) {
  const top = realPath(repository);
  const folders = new Map<string, boolean>();
  const inTree = (path: string) => {
    const folder = dirname(path);
    const known = folders.get(folder) ?? realPath(join(top, folder)) === join(top, folder);
    folders.set(folder, known);
    return known;
  };
  const statsOf = (path: string) => {
    try {
      return inTree(path) ? lstatSync(join(top, path), { bigint: true, throwIfNoEntry: false }) : undefined;
    } catch {
      return undefined;
    }
  };
  const [own = top] = gitFolders(repository);
  const indexTime = lstatSync(join(own, 'index'), { bigint: true, throwIfNoEntry: false })?.mtimeNs;
  return {
    /** Undefined if it is not there. */
    read(path: string, mode: string): Side | undefined {
      const stats = statsOf(path);
      if (stats === undefined || stats.isDirectory()) return undefined;
      if (!stats.isFile()) return { mode, fault: 'link' };
      const read = () => readRegularFile(join(top, path), mostBytes).bytes ?? 'too-large';
      return stats.size > mostBytes ? { mode, fault: 'too-large' } : { mode, read };
    },
    isAsStaged({ path, mode, id, stats: known }: IndexEntry): boolean {
      const stats = statsOf(path);
      if (stats === undefined) return false;
      if (mode === '120000') return stats.isSymbolicLink();
      if (!stats.isFile()) return false;
      // A file that was changed while the index was written may look the same.
      const settled = indexTime !== undefined && known !== undefined && known.mtimeNs < indexTime;
      if (settled && stats.mtimeNs === known.mtimeNs && Number(stats.size) % 2 ** 32 === known.size)
        return true;
      const { bytes } = readRegularFile(join(top, path), mostBytes);
      return bytes !== undefined && isBlob(id, bytes);
    },
  };
}
