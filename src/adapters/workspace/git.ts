/**
 * The one place that runs git, as if nobody had configured it: no key and no setting of the user's reaches it,
 * and nothing that a repository's configuration names is run. git never looks for a repository: it is told
 * which one, or that there is none, because a folder of a stranger's may be laid out like a bare repository.
 */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, parse, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { repositoryTop } from '../system/folders.ts';

export interface GitAnswer {
  /** Undefined: git is not installed. */
  status: number | undefined;
  stdout: string;
  stderr: string;
}

export interface GitOptions {
  /** The top of the repository that is meant, which holds `.git`. Default: git is told that there is none. */
  repository?: string;
  input?: string;
  signal: AbortSignal;
  /** Longer than this means that git hangs. */
  limitMs?: number;
  /** What makes git read the user's own configuration, for calls that only read it. */
  asUser?: boolean;
}

/** Below a file there is no other: a path that cannot exist, whatever a stranger may write. */
export const nowhere = join(process.execPath, 'nowhere');

/** Beside HOME, what says where the user's own configuration is. */
const userVariables = /^(XDG_CONFIG_HOME|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))$/;
/** Without these no program starts on Windows. */
const systemVariables = /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|TEMP|TMP)$/i;

const overrides = [
  // Empty means off to every git: an older one takes `false` for the name of a program.
  ['core.fsmonitor', ''],
  ['core.hooksPath', nowhere],
  ['core.attributesFile', nowhere],
].flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Starts nowhere near the user's files; `args` may begin with `-C`. */
export async function git(
  args: readonly string[],
  { repository, input = '', signal, limitMs = 30_000, asUser = false }: GitOptions,
): Promise<GitAnswer> {
  const executable = findGit();
  if (executable === undefined) return { status: undefined, stdout: '', stderr: '' };
  const { execFile } = await import('node:child_process');
  const place =
    repository === undefined
      ? { GIT_DIR: nowhere }
      : { GIT_DIR: join(repository, '.git'), GIT_WORK_TREE: repository };
  return new Promise((resolve, reject) => {
    const child = execFile(
      executable,
      ['--no-pager', ...overrides, ...args],
      {
        cwd: parse(process.execPath).root,
        env: { ...environment(asUser), ...place },
        signal,
        timeout: limitMs,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const { name, code, killed } = (error ?? {}) as { name?: string; code?: unknown; killed?: boolean };
        if (name === 'AbortError') reject(error);
        else if (killed && code === null) reject(hangs(limitMs));
        else if (code === 'ENOENT') resolve({ status: undefined, stdout, stderr });
        else
          resolve({
            // Killed, or not to be started: as a shell reports it, and never as an answer.
            status: error === null ? 0 : typeof code === 'number' ? code : 128,
            stdout,
            stderr,
          });
      },
    );
    // git may end before it has read everything: what it says then is in its status.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function hangs(limitMs: number): OrchError {
  return new OrchError('timeout', `git has not answered within ${limitMs / 1000} s and was stopped`, {
    hint: 'see whether git hangs in that folder by itself, e.g. with git status',
  });
}

function environment(asUser: boolean): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      (process.platform === 'win32' && systemVariables.test(name)) || (asUser && userVariables.test(name)),
  );
  return {
    ...(asUser ? { HOME: homedir() } : { HOME: nowhere, XDG_CONFIG_HOME: nowhere, GIT_CONFIG_NOSYSTEM: '1' }),
    ...Object.fromEntries(kept),
    PATH: searchPath().join(delimiter),
    LC_ALL: 'C',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // A partial clone would fetch what it lacks, by whatever program its configuration names.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
}

/**
 * PATH without folders of a repository: relative ones, and those inside the working directory and the repository
 * around it, such as the node_modules/.bin that npx puts first. A home folder under version control is the user's.
 */
function searchPath(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const cwd = process.cwd();
  const own = new Set([homedir(), parse(cwd).root].map(realFolder));
  const foreign = [cwd, repositoryTop(cwd) ?? cwd].map(realFolder).filter((folder) => !own.has(folder));
  return folders.filter((folder) => {
    const real = realFolder(folder);
    return !foreign.some((top) => [folder, real].some((path) => path === top || path.startsWith(top + sep)));
  });
}

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * Found here rather than by the system, which on Windows looks in the working directory first. One that may
 * not be executed counts as well, as the last choice: that git is out of order is not to have none.
 */
export function findGit(): string | undefined {
  const name = process.platform === 'win32' ? 'git.exe' : 'git';
  const candidates = searchPath()
    .map((folder) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  return candidates.find(isExecutable) ?? candidates[0];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** As git words it; undefined when it is not installed. */
export async function gitVersion(signal: AbortSignal): Promise<string | undefined> {
  const { status, stdout } = await git(['--version'], { signal });
  return status === 0 ? stdout.trim().replace(/^git version /, '') : undefined;
}
