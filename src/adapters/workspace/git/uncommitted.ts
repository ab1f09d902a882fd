/**
 * Tells whether a file has changes that are not committed, from its bytes and the ids in the index and the last
 * commit. Git is not asked to compare them, since it would run the repository's clean filters.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { repositoryTop } from '../../system/folders.ts';
import { maxTrackedBytes, readRegularFile } from '../../system/regular-file.ts';
import { type GitAnswer, git } from './git.ts';
import { gitFileFault } from './git-files.ts';
import { attributesSet, indexEntries, treeEntries } from './listings.ts';
import { complaintOf } from './unanswered.ts';

export interface Uncommitted {
  /**
   * `clean`: the content is in the last commit; only line ends may differ. `changed`: it is not, or the index
   * differs from the last commit. `untracked`: git does not know the file, or it is in no repository.
   * `undecidable`: the reason says why.
   */
  state: 'clean' | 'changed' | 'untracked' | 'undecidable';
  /** Follows the file's name: `has changed since …`. */
  reason: string;
}

/** The executable bit does not count. Rejects only if aborted or if git hangs. */
export async function uncommitted(path: string, signal: AbortSignal): Promise<Uncommitted> {
  const folder = realFolder(path);
  const repository = folder === undefined ? undefined : repositoryTop(folder);
  if (folder === undefined || repository === undefined)
    return { state: 'untracked', reason: 'is not in a repository' };
  const real = join(folder, basename(path));
  const name = relative(repository, real).split(sep).join('/');

  const fault = gitFileFault(repository, [folder], ['.gitattributes']);
  if (fault !== undefined) return incomparable(fault);
  const listed = await git(['index-entries', repository, name], { signal });
  if (listed.status !== 0) return silent(listed);
  const [staged, ...stages] = indexEntries(listed.stdout);
  if (staged === undefined) return { state: 'untracked', reason: 'is not tracked by git' };
  if (stages.length > 0 || staged.stage !== 0)
    return { state: 'undecidable', reason: 'is in a merge conflict' };
  if (staged.mode === '160000') return { state: 'undecidable', reason: 'is a submodule' };
  if (staged.path !== name) return { state: 'undecidable', reason: 'is a folder' };

  const head = await git(['head-entry', repository, name], { signal });
  const hasCommits = !/^fatal: Not a valid object name HEAD$/m.test(head.stderr);
  if (head.status !== 0 && hasCommits) return silent(head);
  const committed = treeEntries(head.stdout).get(name)?.id;
  if (committed !== staged.id)
    return {
      state: 'changed',
      reason: committed === undefined ? 'has never been committed' : 'has staged changes',
    };

  const content = contentOf(real);
  if ('state' in content) return content;
  if (content.isLink && staged.mode !== '120000')
    return { state: 'changed', reason: 'has become a symbolic link' };
  if (isBlob(staged.id, content.bytes)) return { state: 'clean', reason: 'is as committed' };

  const attributes = await git(['conversions', repository], { input: name, signal });
  if (attributes.status !== 0) return silent(attributes);
  const conversion = attributesSet(attributes.stdout).get(name);
  if (conversion !== undefined)
    return { state: 'undecidable', reason: `is converted by git (${conversion} in .gitattributes)` };
  return { state: 'changed', reason: 'has changed since the last commit' };
}

/** Undefined if the folder of the path does not exist. */
function realFolder(path: string): string | undefined {
  try {
    return realpathSync(dirname(path));
  } catch {
    return undefined;
  }
}

function silent(answer: GitAnswer): Uncommitted {
  return incomparable(
    answer.status === undefined ? 'git is not installed' : `git gave no answer: ${complaintOf(answer)}`,
  );
}

function incomparable(why: string): Uncommitted {
  return { state: 'undecidable', reason: `cannot be compared with the last commit: ${why}` };
}

/** A link's content is its target. */
function contentOf(path: string): { bytes: Buffer; isLink: boolean } | Uncommitted {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (isLink) return { bytes: readlinkSync(path, { encoding: 'buffer' }), isLink };
  const reading = readRegularFile(path, maxTrackedBytes);
  if (reading.bytes !== undefined) return { bytes: reading.bytes, isLink };
  return reading.fault === 'missing'
    ? { state: 'changed', reason: 'was deleted' }
    : { state: 'undecidable', reason: reading.message };
}

/** Whether git would give these bytes that id, as they are or with the line ends that it stores. */
export function isBlob(id: string, bytes: Buffer): boolean {
  // Latin-1 keeps every byte.
  return [bytes, Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')].some((content) => {
    const hash = createHash(id.length === 64 ? 'sha256' : 'sha1');
    return hash.update(`blob ${content.length}\0`).update(content).digest('hex') === id;
  });
}
