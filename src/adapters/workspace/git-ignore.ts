/** Finds ignored files: they may be secret, so they are not sent just because a glob matches them. */
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { repositoryTop } from '../system/folders.ts';
import { type GitAnswer, type GitCall, git, nowhere } from './git.ts';

/**
 * Returns the absolute paths that git ignores; none outside a repository or without git. Queries each repository
 * separately: git fails altogether if one path is in another repository, in a submodule or behind a link.
 */
export async function ignoredByGit(paths: readonly string[], signal: AbortSignal): Promise<Set<string>> {
  const byRepository = new Map<string, Map<string, string>>();
  for (const path of paths) {
    const real = join(realpathSync(dirname(path)), basename(path));
    const top = repositoryTop(dirname(real));
    if (top === undefined) continue;
    const named = byRepository.get(top) ?? new Map<string, string>();
    byRepository.set(top, named.set(real, path));
  }
  const ignored = new Set<string>();
  for (const [repository, named] of byRepository) {
    const input = [...named.keys()].join('\0');
    for (const excludes of await excludesFiles(repository, signal)) {
      const answer = await git(['check-ignore', repository, excludes], { input, signal });
      // Status 0: some are ignored; 1: none.
      assertAnswered(answer, repository);
      for (const real of answer.stdout.split('\0')) {
        const path = named.get(real);
        if (path !== undefined) ignored.add(path);
      }
    }
  }
  return ignored;
}

function assertAnswered({ status, stderr }: GitAnswer, repository: string): void {
  if (status === undefined || status <= 1) return;
  const why = stderr.trim().split('\n')[0] || 'it was killed or could not be started';
  throw new OrchError('file-forbidden', `git cannot list the ignored files of ${repository}: ${why}`, {
    hint: 'repair the repository, or name each file instead of using a glob',
  });
}

/**
 * The user's own excludes file, plus the repository's if it configures another: a repository may add to what the
 * user ignores, but not remove anything.
 */
async function excludesFiles(repository: string, signal: AbortSignal): Promise<Set<string>> {
  const ask = async (call: GitCall) => {
    const answer = await git(call, { signal });
    assertAnswered(answer, repository);
    return answer.status === 0 ? answer.stdout.replace(/\0$/, '') : undefined;
  };
  const own = (await ask(['user-excludes'])) ?? defaultExcludesFile();
  const lists = [own, (await ask(['repository-excludes', repository])) ?? own];
  // git would wait for ever for a FIFO that a repository names.
  return new Set(lists.map((list) => (isFile(list) ? list : nowhere)));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function defaultExcludesFile(): string {
  const { XDG_CONFIG_HOME: folder } = process.env;
  return join(folder && isAbsolute(folder) ? folder : join(homedir(), '.config'), 'git', 'ignore');
}
