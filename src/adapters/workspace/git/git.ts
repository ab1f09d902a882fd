/**
 * The only module that runs git, and the table of all it can be asked: whatever is not in `calls` cannot be
 * expressed. Git runs without the user's key and settings, and never runs a program named in a repository's
 * configuration. It never searches for a repository either, since an untrusted folder may be laid out like a
 * bare repository: the caller names one, or git is told there is none.
 */
import { homedir } from 'node:os';
import { delimiter, join, parse } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { findProgram, searchPath } from '../../system/search-path.ts';

export interface GitAnswer {
  /** Undefined when git is not installed. */
  status: number | undefined;
  stdout: string;
  stderr: string;
}

interface Invocation {
  args: readonly string[];
  /** Top folder of the repository, which contains `.git`. Default: none, even if the folder is in one. */
  repository?: string;
  /** The user's configuration is read, or their home folder is only what `~` stands for. Default: neither. */
  user?: 'configuration' | 'home';
}

/**
 * Every call, with all its flags. None of them compares a working tree with the index (`diff`, `status`,
 * `ls-files -m`): that runs clean filters, whatever the flags. A call that shows commits or differences needs
 * `--no-ext-diff` and `--no-textconv`.
 */
export const calls = {
  version: () => ({ args: ['--version'] }),
  /** The list of ignored files that the user or the machine's administrator has configured. */
  'user-excludes': () => ({ args: configuredExcludes, user: 'configuration' }),
  /** The same as configured in the repository. */
  'repository-excludes': (repository) => ({ args: configuredExcludes, repository, user: 'home' }),
  /** Absolute paths, separated by NUL, on standard input. */
  'check-ignore': (repository, excludes) => ({
    args: ['-c', `core.excludesFile=${excludes}`, 'check-ignore', '-z', '--stdin'],
    repository,
  }),
  /** Modes and ids in the index. `path` is relative to the top, like those below. */
  'index-entries': (repository, path) => ({
    args: ['--literal-pathspecs', 'ls-files', '-s', '-z', '--', path],
    repository,
  }),
  /** Files that are tracked, or neither tracked nor ignored, in a folder of the repository. */
  'known-files': (repository, excludes, path) => ({
    args: [
      ...['-c', `core.excludesFile=${excludes}`, '--literal-pathspecs'],
      ...['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', path],
    ],
    repository,
  }),
  'tracked-files': (repository) => ({ args: ['ls-files', '-z'], repository }),
  /** Mode and id in the last commit. */
  'head-entry': (repository, path) => ({
    args: ['ls-tree', '-z', 'HEAD', '--', path],
    repository,
  }),
  /** The attributes by which git converts a file's content. Paths, separated by NUL, on standard input. */
  conversions: (repository) => ({
    args: ['check-attr', '-z', '--stdin', 'filter', 'working-tree-encoding', 'ident'],
    repository,
  }),
  /** The whole index, with what it knows of each file's size and time. */
  'index-stats': (repository) => ({ args: ['ls-files', '-s', '-z', '--debug'], repository }),
  'commit-id': (repository, revision) => ({
    args: ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`],
    repository,
  }),
  /**
   * The first line of past commits and the files that they changed. The order of files is not read from a file that
   * the repository names, nor are other names of its authors.
   */
  'past-commits': (repository, most) => ({
    args: [
      ...['log', '-n', most, '--no-merges', '-z', '--format=%x00%H %s', '--encoding=UTF-8'],
      ...['--name-only', '--no-renames', '--no-relative', '-O/dev/null', '--no-ext-diff', '--no-textconv'],
      ...['--no-mailmap', '--no-notes', '--no-color', 'HEAD', '--'],
    ],
    repository,
  }),
  'merge-base': (repository, one, other) => ({ args: ['merge-base', one, other], repository }),
  /** Every file of a commit. */
  'tree-entries': (repository, commit) => ({ args: ['ls-tree', '-r', '-z', commit], repository }),
  /** The files that differ between two commits, with modes and ids. */
  'tree-changes': (repository, one, other) => ({
    args: ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-ext-diff', '--no-textconv', one, other],
    repository,
  }),
  /** Ids, one per line, on standard input here and below. */
  'blob-sizes': (repository) => ({ args: ['cat-file', '--batch-check'], repository }),
  blobs: (repository) => ({ args: ['cat-file', '--batch'], repository }),
  /**
   * These three write, and only into a copy whose git folder is our own, before anything has run in it. `folder` is its
   * top. The files go into one pack, which is faster than a file for each.
   */
  'add-copy': (folder) => ({
    args: [
      ...['-c', 'core.bigFileThreshold=1', '-c', 'core.compression=0', '-c', 'core.fsync=none'],
      ...['add', '--all', '--force', '--', '.'],
    ],
    repository: folder,
  }),
  'write-tree': (folder) => ({ args: ['-c', 'core.fsync=none', 'write-tree'], repository: folder }),
  'commit-tree': (folder, tree) => ({
    args: [
      ...['-c', 'core.fsync=none', '-c', 'user.name=orch', '-c', 'user.email=orch@localhost'],
      ...['commit-tree', '--no-gpg-sign', '-m', 'The project as it is', tree],
    ],
    repository: folder,
  }),
  /** The patch is on standard input here and below. */
  numstat: () => ({ args: [...apply, '--numstat', '-z', '-'] }),
  'apply-check': (folder) => ({ args: ['-C', folder, ...apply, '--check', '-'] }),
  'reverse-check': (folder) => ({ args: ['-C', folder, ...apply, '--check', '--reverse', '-'] }),
  apply: (folder) => ({ args: ['-C', folder, ...apply, '--stat', '--apply', '-'] }),
} satisfies Record<string, (...values: string[]) => Invocation>;

type Calls = typeof calls;
/** Name of a row and its arguments. */
export type GitCall = {
  [Name in keyof Calls]: [name: Name, ...values: Parameters<Calls[Name]>];
}[keyof Calls];

export interface GitOptions {
  input?: string;
  signal: AbortSignal;
  /** Timeout, after which git is taken to hang. Default 30 s, or 5 s in a repository, which can make it wait. */
  limitMs?: number;
  /** Each character of `stdout` is a byte. Default: it is UTF-8. */
  bytes?: boolean;
}

const apply = ['apply', '--whitespace=nowarn'];
const configuredExcludes = ['config', '-z', '--type=path', '--get', 'core.excludesFile'];

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
  ['core.pager', 'cat'],
  ['diff.external', ''],
  ['log.showSignature', 'false'],
  // Names that some file systems take for .git are refused on all.
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
].flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/**
 * What git may allocate at once. It reads some of its files whole, and one that never ends (a branch that is a link to
 * /dev/zero) would fill the memory before the time is up. The index of a million files needs a third of it.
 */
const mostAtOnce = '512m';

/** Runs in the root folder, away from the user's files. */
export async function git(
  [name, ...values]: GitCall,
  { input = '', signal, limitMs: limit, bytes = false }: GitOptions,
): Promise<GitAnswer> {
  const executable = findGit();
  if (executable === undefined) return { status: undefined, stdout: '', stderr: '' };
  const { execFile } = await import('node:child_process');
  const { args, repository, user } = (calls[name] as (...given: string[]) => Invocation)(...values);
  const limitMs = limit ?? (repository === undefined ? 30_000 : 5000);
  const place =
    repository === undefined
      ? { GIT_DIR: nowhere }
      : { GIT_DIR: join(repository, '.git'), GIT_WORK_TREE: repository, GIT_ALLOC_LIMIT: mostAtOnce };
  return new Promise((resolve, reject) => {
    let isLate = false;
    const child = execFile(
      executable,
      ['--no-pager', ...overrides, ...args],
      {
        cwd: parse(process.execPath).root,
        env: { ...environment(user), ...place },
        signal,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024 * 1024,
        encoding: bytes ? 'latin1' : 'utf8',
      },
      (error, stdout, stderr) => {
        clearTimeout(timer);
        const { name, code } = (error ?? {}) as { name?: string; code?: unknown };
        if (name === 'AbortError') reject(error);
        else if (isLate) reject(hangs(limitMs));
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
    // Not execFile's own limit: if git has ended by then and its output was not read yet, that takes what was read for
    // all of it.
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, limitMs);
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

function environment(user: Invocation['user']): Record<string, string | undefined> {
  const asUser = user === 'configuration';
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      (process.platform === 'win32' && systemVariables.test(name)) || (asUser && userVariables.test(name)),
  );
  return {
    HOME: user === undefined ? nowhere : homedir(),
    ...(asUser ? {} : { XDG_CONFIG_HOME: nowhere, GIT_CONFIG_GLOBAL: nowhere, GIT_CONFIG_NOSYSTEM: '1' }),
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

export function findGit(): string | undefined {
  return findProgram(process.platform === 'win32' ? 'git.exe' : 'git');
}

/** The version in git's own format; undefined when git is not installed. */
export async function gitVersion(signal: AbortSignal): Promise<string | undefined> {
  const { status, stdout } = await git(['version'], { signal });
  return status === 0 ? stdout.trim().replace(/^git version /, '') : undefined;
}
