/** Finds ignored files: they may be secret, so they are not sent just because a glob matches them. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { repositoryTop } from '../../system/folders.ts';
import { statsOf } from '../../system/paths.ts';
import { maxConfigBytes, readRegularFile, statsFault } from '../../system/regular-file.ts';
import { type GitCall, nowhere } from './git.ts';
import { gitFileFault } from './git-files.ts';
import { namesIn } from './listings.ts';
import { ask, unanswered } from './unanswered.ts';

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
    const question = { about: 'ignored', repository, signal } as const;
    const fault = gitFileFault(repository, new Set([...named.keys()].map(dirname)), ['.gitignore']);
    if (fault !== undefined) throw unanswered(question, fault);
    const input = [...named.keys()].join('\0');
    for (const excludes of await excludesFiles(repository, signal)) {
      // Status 0: some are ignored; 1: none.
      const { status, stdout } = await ask(['check-ignore', repository, excludes], question, {
        input,
        most: 1,
      });
      if (status === undefined) unknown = 'git is not installed';
      for (const real of namesIn(stdout)) {
        const path = named.get(real);
        if (path !== undefined) ignored.add(path);
      }
    }
  }
  return { paths: ignored, unknown };
}

/**
 * The user's own excludes file, plus the repository's if it configures another: a repository may add to what the
 * user ignores, but not remove anything.
 */
export async function excludesFiles(repository: string, signal: AbortSignal): Promise<Set<string>> {
  const configured = async (call: GitCall) => {
    // Status 1: none is configured.
    const { status, stdout } = await ask(call, { about: 'ignored', repository, signal }, { most: 1 });
    return status === 0 ? stdout.replace(/\0$/, '') : undefined;
  };
  const [user, named] = await Promise.all([
    configured(['user-excludes']),
    mayNameExcludes(repository) ? configured(['repository-excludes', repository]) : undefined,
  ]);
  const own = user ?? defaultExcludesFile();
  const lists = [own, named ?? own];
  return new Set(lists.map((list) => readable(list, repository)));
}

/**
 * Git is asked only where the configuration may name a list, itself or through another file. The names of keys and
 * sections stand in it as they are.
 */
function mayNameExcludes(repository: string): boolean {
  const { bytes } = readRegularFile(join(repository, '.git', 'config'), maxConfigBytes);
  return bytes === undefined || /excludesfile|include|worktreeconfig/i.test(bytes.toString('latin1'));
}

/** A device stands for an empty list; git would wait for a FIFO. */
function readable(list: string, repository: string): string {
  const stats = statsOf(list);
  if (!stats?.isFile()) return nowhere;
  const fault = statsFault(stats, maxConfigBytes);
  if (fault) throw unanswered({ about: 'ignored', repository }, `${list} ${fault.message}`);
  return list;
}

function defaultExcludesFile(): string {
  const { XDG_CONFIG_HOME: folder } = process.env;
  return join(folder && isAbsolute(folder) ? folder : join(homedir(), '.config'), 'git', 'ignore');
}
