/** Reads past commits through git, and keeps them in the cache until there is another commit. */
import { relative, sep } from 'node:path';
import { usefulCommits } from '../../core/retrieve/history.ts';
import type { PastCommit } from '../../core/retrieve/types.ts';
import { asObject } from '../../core/text/json.ts';
import { repositoryTop } from '../system/folders.ts';
import { realPath } from '../system/paths.ts';
import { git } from '../workspace/git/git.ts';
import { gitFileFault } from '../workspace/git/git-files.ts';
import { pastCommits } from '../workspace/git/listings.ts';
import type { IndexStore } from './index-store.ts';

const mostCommits = 3000;
/** What it adds to the ranking is not worth more. */
const limitMs = 5000;
/** A git that gave no answer is not asked again for so long about the same commit: each search would wait. */
const unansweredMs = 600_000;

/** Of the repository around the folder, with paths relative to the folder. Empty where git gives no answer. */
export async function readHistory(
  base: string,
  store: IndexStore,
  signal: AbortSignal,
): Promise<readonly PastCommit[]> {
  const real = realPath(base);
  const repository = repositoryTop(real);
  if (repository === undefined || gitFileFault(repository, [], []) !== undefined) return [];
  const ask = async (...call: Parameters<typeof git>[0]) => {
    try {
      const { status, stdout } = await git(call, { signal, limitMs });
      return status === 0 ? stdout : undefined;
    } catch (error) {
      signal.throwIfAborted();
      if ((error as Error).name === 'OrchError') return undefined;
      throw error;
    }
  };
  const head = (await ask('commit-id', repository, 'HEAD'))?.trim();
  if (head === undefined || head === '') return [];
  const kept = keptHistory(store.load('history'), head);
  if (kept !== undefined) return kept;
  const listing = await ask('past-commits', repository, String(mostCommits));
  const keep = (value: unknown) =>
    store.save('history', new TextEncoder().encode(`${head}\n${JSON.stringify(value)}`));
  if (listing === undefined) {
    keep({ unansweredAt: Date.now() });
    return [];
  }
  const inFolder = below(pastCommits(listing), relative(repository, real).split(sep).join('/'));
  const commits = usefulCommits(inFolder);
  keep(commits);
  return commits;
}

function keptHistory(bytes: Uint8Array | undefined, head: string): PastCommit[] | undefined {
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith(`${head}\n`)) return undefined;
  try {
    const kept: unknown = JSON.parse(text.slice(head.length + 1));
    if (Array.isArray(kept)) return kept.every(isCommit) ? kept : undefined;
    const sinceMs = Date.now() - Number(asObject(kept)?.unansweredAt);
    return sinceMs >= 0 && sinceMs < unansweredMs ? [] : undefined;
  } catch {
    return undefined;
  }
}

function isCommit(value: Partial<PastCommit> | null): value is PastCommit {
  return (
    typeof value?.subject === 'string' &&
    Array.isArray(value.paths) &&
    value.paths.every((path) => typeof path === 'string')
  );
}

function below(commits: readonly PastCommit[], folder: string): PastCommit[] {
  if (folder === '') return [...commits];
  return commits.flatMap(({ subject, paths }) => {
    const inside = paths.filter((path) => path.startsWith(`${folder}/`));
    return inside.length === 0
      ? []
      : [{ subject, paths: inside.map((path) => path.slice(folder.length + 1)) }];
  });
}
