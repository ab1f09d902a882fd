/** Finds ignored files: they may be secret, so they are not sent just because a glob matches them. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { repositoryTop } from '../../system/folders.ts';
import { statsOf } from '../../system/paths.ts';
import { maxConfigBytes, statsFault } from '../../system/regular-file.ts';
import { complaintOf, type GitAnswer, type GitCall, git, nowhere } from './git.ts';
import { gitFileFault } from './git-files.ts';

export interface Ignored {
  paths: ReadonlySet<string>;
  /** Why git was not asked about some or all of them. Undefined if it was asked about all. */
  unknown: string | undefined;
}

/**
 * Which of the absolute paths git ignores. Asks each repository separately: git fails altogether if one path is in
 * another repository, in a submodule or behind a link. Throws `file-forbidden` if a repository gives no answer.
 */
export async function ignoredByGit(paths: readonly string[], signal: AbortSignal): Promise<Ignored> {
  const folders = new Map<string, { real: string; top: string | undefined }>();
  const byRepository = new Map<string, Map<string, string>>();
  let unknown: string | undefined;
  for (const path of paths) {
    const folder = dirname(path);
    const real = folders.get(folder)?.real ?? realpathSync(folder);
    const top = folders.has(folder) ? folders.get(folder)!.top : repositoryTop(real);
    folders.set(folder, { real, top });
    if (top === undefined) {
      unknown ??= `${folder} is in no repository`;
      continue;
    }
    const named = byRepository.get(top) ?? new Map<string, string>();
    byRepository.set(top, named.set(join(real, basename(path)), path));
  }
  const ignored = new Set<string>();
  for (const [repository, named] of byRepository) {
    const fault = gitFileFault(repository, new Set([...named.keys()].map(dirname)), ['.gitignore']);
    if (fault !== undefined) throw unanswered(repository, fault);
    const input = [...named.keys()].join('\0');
    for (const excludes of await excludesFiles(repository, signal)) {
      const answer = await git(['check-ignore', repository, excludes], { input, signal });
      // Status 0: some are ignored; 1: none.
      assertAnswered(answer, repository);
      if (answer.status === undefined) unknown = 'git is not installed';
      for (const real of answer.stdout.split('\0')) {
        const path = named.get(real);
        if (path !== undefined) ignored.add(path);
      }
    }
  }
  return { paths: ignored, unknown };
}

/** Throws `file-forbidden` for a failure. */
export function assertAnswered(answer: GitAnswer, repository: string): void {
  if (answer.status !== undefined && answer.status > 1) throw unanswered(repository, complaintOf(answer));
}

export function unanswered(repository: string, why: string): OrchError {
  return new OrchError('file-forbidden', `git cannot list the ignored files of ${repository}: ${why}`, {
    hint: 'repair the repository, or name each file instead of using a glob',
  });
}

/**
 * The user's own excludes file, plus the repository's if it configures another: a repository may add to what the
 * user ignores, but not remove anything.
 */
export async function excludesFiles(repository: string, signal: AbortSignal): Promise<Set<string>> {
  const ask = async (call: GitCall) => {
    const answer = await git(call, { signal });
    assertAnswered(answer, repository);
    return answer.status === 0 ? answer.stdout.replace(/\0$/, '') : undefined;
  };
  const own = (await ask(['user-excludes'])) ?? defaultExcludesFile();
  const lists = [own, (await ask(['repository-excludes', repository])) ?? own];
  return new Set(lists.map((list) => readable(list, repository)));
}

/** A device stands for an empty list; git would wait for a FIFO. */
function readable(list: string, repository: string): string {
  const stats = statsOf(list);
  if (!stats?.isFile()) return nowhere;
  const fault = statsFault(stats, maxConfigBytes);
  if (fault) throw unanswered(repository, `${list} ${fault.message}`);
  return list;
}

function defaultExcludesFile(): string {
  const { XDG_CONFIG_HOME: folder } = process.env;
  return join(folder && isAbsolute(folder) ? folder : join(homedir(), '.config'), 'git', 'ignore');
}
