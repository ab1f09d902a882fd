/**
 * The only module that runs git. Git runs without the user's key and settings, and never runs a program named in
 * a repository's configuration. It never searches for a repository either, since an untrusted folder may be
 * laid out like a bare repository: the caller names one, or git is told there is none.
 */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, parse, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { repositoryTop } from '../system/folders.ts';

export interface GitAnswer {
  /** Undefined when git is not installed. */
  status: number | undefined;
  stdout: string;
  stderr: string;
}

export interface GitOptions {
  /** Top folder of the repository, which contains `.git`. Default: none. */
  repository?: string;
  input?: string;
  signal: AbortSignal;
  /** Timeout, after which git is taken to hang. Default 30 s. */
  limitMs?: number;
  /** Lets git read the user's configuration, for calls that only query it. Default false. */
  asUser?: boolean;
}

/** A path that cannot exist, whatever files others create: its parent is a file. */
export const nowhere = join(process.execPath, 'nowhere');

/** Besides HOME, the variables that locate the user's configuration. */
const userVariables = /^(XDG_CONFIG_HOME|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))$/;
/** Needed to start any program on Windows. */
const systemVariables = /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|TEMP|TMP)$/i;

const overrides = [
  // Every git takes an empty value as off; older versions would run a program named `false`.
  ['core.fsmonitor', ''],
  ['core.hooksPath', nowhere],
  ['core.attributesFile', nowhere],
  // Names that some file systems take for .git are refused on all.
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
].flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Runs in the root folder, away from the user's files; `args` may begin with `-C`. */
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
            // 128 if killed or not startable, so that it cannot be mistaken for a normal status.
            status: error === null ? 0 : typeof code === 'number' ? code : 128,
            stdout,
            stderr,
          });
      },
    );
    // Git may exit before reading all input; its status says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function hangs(limitMs: number): OrchError {
  return new OrchError('timeout', `git did not respond within ${limitMs / 1000} s and was stopped`, {
    hint: 'check whether git hangs in that folder, e.g. with git status',
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
    // A partial clone would fetch missing objects with any program its configuration names.
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
 * Searches PATH itself, since Windows looks in the working directory first. A git that is not executable is the
 * last choice: a broken git is reported differently from a missing one.
 */
export function findGit(): string | undefined {
  const name = process.platform === 'win32' ? 'git.exe' : 'git';
  const candidates = searchPath()
    .map((folder) => join(folder, name))
    .filter(isFile);
  return candidates.find(isExecutable) ?? candidates[0];
}

/** False also below an entry of PATH that is a file, a loop of links or closed to the user, as a shell skips it. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The version in git's own format; undefined when git is not installed. */
export async function gitVersion(signal: AbortSignal): Promise<string | undefined> {
  const { status, stdout } = await git(['--version'], { signal });
  return status === 0 ? stdout.trim().replace(/^git version /, '') : undefined;
}
