/** Runs the built command line as a child process: a home of its own, nothing of the developer's environment. */
import { type ChildProcessWithoutNullStreams, execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { serve } from '../rehearsal/bench.ts';
import type { ScenarioServer, ScenarioServerOptions } from '../rehearsal/scenario-server.ts';
import { firstCommit } from './first-commit.ts';

export const packageFolder = resolve(import.meta.dirname, '../..');
export const bin = join(packageFolder, 'bin/orch.js');
export const key = 'sk-proj-0123456789abcdefSECRET';

export interface OrchOptions {
  /** Undefined: no standard input, as from a terminal that nobody types on. */
  stdin?: string | Buffer | undefined;
  /** Added to a bare environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  cwd?: string;
}

export interface OrchResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** What a child process is given: a home that the tests of one file share, a cache that all of them share. */
export function bareEnvironment(extra: OrchOptions['env'] = {}): Record<string, string> {
  const { PATH = '', HOME = '', GIT_CONFIG_GLOBAL = '', SystemRoot } = process.env;
  const all = {
    PATH,
    HOME,
    USERPROFILE: HOME,
    XDG_CACHE_HOME: inject('cacheFolder'),
    SystemRoot,
    GIT_CONFIG_GLOBAL,
    GIT_CONFIG_NOSYSTEM: '1',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    COLUMNS: '100',
    ...extra,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The process itself, for tests of signals and closed pipes. Its standard input stays open. */
export function spawnOrch(
  args: readonly string[],
  { env, cwd }: Omit<OrchOptions, 'stdin'> = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [bin, ...args], { cwd: cwd ?? folder(), env: bareEnvironment(env) });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** `through` is a command that runs the words behind it, such as a shell with limits. */
export function orch(
  args: readonly string[],
  { stdin, env, cwd, through = [] }: OrchOptions & { through?: readonly string[] } = {},
): Promise<OrchResult> {
  const [command, ...rest] = [...through, process.execPath, bin, ...args];
  const child = spawn(command!, rest, {
    cwd: cwd ?? folder(),
    env: bareEnvironment(env),
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {
    // It may end before it has read everything.
  });
  child.stdin?.end(stdin);
  return collect(child as ChildProcessWithoutNullStreams);
}

export function collect(child: ChildProcessWithoutNullStreams): Promise<OrchResult> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((fulfil, reject) => {
    child.on('error', reject);
    child.on('close', (status) =>
      fulfil({
        status,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    );
  });
}

/** A folder outside of any repository, with these files, until the test is over. Its real path. */
export function folder(files: Record<string, string | Buffer> = {}): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'orch-cli-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

/** The same as a repository in which everything is committed. */
export async function repository(files: Record<string, string | Buffer>): Promise<string> {
  const path = folder(files);
  initialize(path);
  const names = Object.keys(files);
  if (areKeptAsTheyAre(names)) {
    firstCommit(path, names);
    return path;
  }
  await git(['add', '-A'], path);
  // Not followed by a look whether git's own files need tidying, which takes as long as the commit.
  const settings = ['user.name=t', 'user.email=t@localhost', 'maintenance.auto=false'];
  await git([...settings.flatMap((each) => ['-c', each]), 'commit', '-qm', 'first'], path);
  return path;
}

/** Whether git keeps these files as they are: nothing tells it to ignore or convert any. */
function areKeptAsTheyAre(names: readonly string[]): boolean {
  const { GIT_CONFIG_GLOBAL: settings = '', HOME: home = '' } = process.env;
  const told = names.some((name) => /(^|\/)\.git|^\/|(^|\/)\.\.?(\/|$)/.test(name));
  return names.length > 0 && !told && !existsSync(settings) && !existsSync(join(home, '.config/git'));
}

/** As `git init`, which is started once per test file: its repository is copied. The samples of hooks are left out. */
export function initialize(path: string): void {
  const template = join(process.env.HOME!, 'new-repository');
  if (!existsSync(template)) {
    execFileSync('git', ['init', '-q', '--template=', template], { env: bareEnvironment() });
    for (const name of ['hooks', 'info']) mkdirSync(join(template, '.git', name));
  }
  cpSync(template, path, { recursive: true });
}

/** Rejects with what git says when it fails. */
export function git(args: readonly string[], cwd: string, input?: string): Promise<string> {
  return new Promise((fulfil, reject) => {
    const child = execFile('git', args, { cwd, env: bareEnvironment() }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr || error.message)) : fulfil(stdout),
    );
    child.stdin?.end(input);
  });
}

/** A provider in the test's own process, on today's date, and the environment that leads to it. */
export async function provider(
  options: Partial<ScenarioServerOptions> = {},
): Promise<{ server: ScenarioServer; env: Record<string, string> }> {
  const server = await serve({ today: () => new Date().toISOString().slice(0, 10), key, ...options });
  return { server, env: { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: key, ORCH_CONF: livingModels() } };
}

/** A conf folder whose aliases stand for models without an end, so that a test means the same next year. */
export function livingModels(): string {
  return folder({
    'models.json': JSON.stringify({
      aliases: { codex: 'gpt-6.1-sol', mini: 'gpt-6.1-terra', chat: 'gpt-6-luna', full: 'gpt-6.2-sol' },
    }),
  });
}
