/**
 * The stage of an attack: a world of its own on disk (home, state, a repository, what lies outside of it), the built
 * `orch` as a process with limits of time and memory, and the checks that hold for whatever it did.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { livingModels } from '../peers.ts';
import { shown, type Verdict } from './attack.ts';
import { type Answer, type Asked, type Provider, startHostileProvider } from './provider.ts';

/** An idle machine needs a fraction of a second. */
export const wallMs = 20_000;
const rssMb = 600;

export interface Ran {
  args: readonly string[];
  status: number | null;
  stdout: string;
  stderr: string;
  /** Killed by the bench, which had waited long enough. */
  hung: boolean;
  /** 0 where the system does not tell. */
  peakMb: number;
  /** Of the largest program that it started. */
  childMb: number;
  cpuMs: number;
}

export interface RunOptions {
  stdin?: string | Buffer | undefined;
  /** Leaves standard input open, with nobody writing. */
  stdinOpen?: boolean;
  cwd?: string;
  /** Added to the world's environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  limitMs?: number;
  /** With a terminal for all three streams: `stdout` then holds what reached it. */
  terminal?: boolean;
  /** Behind a pipe of the shell's: what Node gives a child is a socket, which cannot be opened by name. */
  piped?: boolean;
  /** Called once it runs. */
  started?: (child: ChildProcess) => void;
}

/** Text, `{ link: target }`, or a mode beside the text. */
export type FileSpec = string | Buffer | { link: string } | { text: string; mode: number };

export interface WorldOptions {
  files?: Record<string, FileSpec>;
  /** Beside the repository, where nothing may be read or written. */
  outside?: Record<string, FileSpec>;
  home?: Record<string, FileSpec>;
  /** Default true: `work` is a repository, and all files are committed with `commit`. */
  repository?: boolean;
  commit?: boolean;
  env?: Record<string, string | undefined>;
  answer?: Answer;
  /** The user's own policies. */
  policies?: object;
}

export const bin = resolve(process.env.ORCH_HOSTILE_BIN ?? 'bin/orch.js');

export class Stage {
  readonly top = realpathSync(mkdtempSync(join(tmpdir(), 'orch-hostile-')));
  /** The user's key, which must not turn up anywhere. */
  readonly key = `sk-proj-${randomBytes(30).toString('base64url')}`;
  readonly provider: Provider;
  readonly #template = join(this.top, 'template');
  #worlds = 0;

  private constructor(provider: Provider) {
    this.provider = provider;
    mkdirSync(this.#template);
    git(this.#template, 'init', '-q', '-b', 'main');
  }

  static async open(): Promise<Stage> {
    return new Stage(await startHostileProvider());
  }

  async close(): Promise<void> {
    await this.provider.close();
    rmSync(this.top, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Of the bench's own. */
  scratch(name: string): string {
    const path = join(this.top, `${name}-${this.#worlds++}`);
    mkdirSync(path);
    return path;
  }

  world(options: WorldOptions = {}): World {
    const name = `w${this.#worlds++}`;
    const { repository = true } = options;
    const top = join(this.top, name);
    mkdirSync(join(top, 'work'), { recursive: true });
    if (repository) cpSync(this.#template, join(top, 'work'), { recursive: true });
    return new World(this, top, name, options);
  }
}

export class World {
  readonly stage: Stage;
  readonly top: string;
  readonly name: string;
  readonly work: string;
  readonly outside: string;
  readonly home: string;
  readonly state: string;
  readonly config: string;
  readonly temporary: string;
  readonly url: string;
  readonly env: Record<string, string | undefined>;

  constructor(stage: Stage, top: string, name: string, options: WorldOptions) {
    this.stage = stage;
    this.top = top;
    this.name = name;
    this.work = join(top, 'work');
    this.outside = join(top, 'outside');
    this.home = join(top, 'home');
    this.state = join(top, 'state', 'orch');
    this.config = join(top, 'config', 'orch');
    this.temporary = join(top, 'tmp');
    for (const folder of [this.outside, this.home, this.config, this.temporary]) {
      mkdirSync(folder, { recursive: true });
    }
    put(this.work, options.files ?? {});
    put(this.outside, options.outside ?? {});
    put(this.home, options.home ?? {});
    writeFileSync(join(this.config, 'models.json'), JSON.stringify(livingModels));
    if (options.policies) writeFileSync(join(this.config, 'policies.json'), JSON.stringify(options.policies));
    if (options.commit) commitAll(this.work);
    this.url = stage.provider.url(name);
    if (options.answer !== undefined) this.answer(options.answer);
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: this.home,
      XDG_STATE_HOME: dirname(this.state),
      XDG_CONFIG_HOME: dirname(this.config),
      // Shared, as it is for a user: only code that has been compiled lies there.
      XDG_CACHE_HOME: join(stage.top, 'cache'),
      TMPDIR: this.temporary,
      GIT_CONFIG_NOSYSTEM: '1',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      OPENAI_BASE_URL: this.url,
      OPENAI_API_KEY: stage.key,
      ...options.env,
    };
  }

  answer(answer: Answer): void {
    this.stage.provider.answer(this.name, answer);
  }

  /** What the provider was asked. */
  get asked(): Asked[] {
    return this.stage.provider.asked(this.name);
  }

  /** All that was sent, as text with JSON's escapes undone. */
  get sent(): string {
    return this.asked.map(({ path, text }) => `${path}\n${unescaped(text)}`).join('\n');
  }

  put(files: Record<string, FileSpec>): void {
    put(this.work, files);
  }

  environment(extra: RunOptions['env'] = {}): Record<string, string> {
    const all = Object.entries({ ...this.env, ...extra });
    return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const {
      stdin,
      stdinOpen = false,
      cwd = this.work,
      env,
      limitMs = wallMs,
      terminal = false,
      piped = false,
    } = options;
    const command = [process.execPath, bin, ...args];
    const line = command.map(quoted).join(' ');
    const [program, ...words] = terminal
      ? ['script', '-qfec', line, '/dev/null']
      : piped
        ? ['sh', '-c', `${line} | cat`]
        : command;
    const child = spawn(program!, words, {
      cwd,
      env: this.environment(env),
      // A group of its own, so that it can be ended with whatever it started.
      detached: true,
      stdio: [stdin === undefined && !stdinOpen ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    options.started?.(child);
    child.stdin?.on('error', () => {
      // It may end before it has read everything.
    });
    if (!stdinOpen) child.stdin?.end(stdin);
    return watch(child, args, limitMs);
  }

  /** The id under which `orch diff` keeps the patch of an answer. */
  async keptPatch(answer: string, files: readonly string[]): Promise<{ id: string | undefined; ran: Ran }> {
    const ran = await this.run(['diff', '--from', '-', ...files.flatMap((file) => ['-f', file]), '--json'], {
      stdin: answer,
    });
    return { id: /"id": "([\w.-]+)"/.exec(ran.stdout)?.[1], ran };
  }

  /** Everything but what `orch` keeps for itself: type, mode and content, by path. */
  snapshot(): Map<string, string> {
    return new Map([
      ...treeOf(this.work, this.top),
      ...treeOf(this.outside, this.top),
      ...treeOf(this.home, this.top),
    ]);
  }

  /** Where the user's key, or another text, lies on disk, in what was printed, or in what was sent. */
  whereIs(secret: string, ran: readonly Ran[] = []): Verdict {
    for (const { args, stdout, stderr } of ran) {
      if (stdout.includes(secret)) return `${args[0]} printed it on stdout`;
      if (stderr.includes(secret)) return `${args[0]} printed it on stderr`;
    }
    for (const folder of [dirname(this.state), this.work, this.temporary]) {
      for (const [path, content] of filesIn(folder)) {
        if (content.includes(secret)) return `it was written to ${relative(this.top, path)}`;
      }
    }
    if (this.sent.includes(secret)) return 'it was sent to the provider';
    return undefined;
  }

  /** What holds for every run. */
  judge(...runs: Ran[]): Verdict {
    for (const ran of runs) {
      const what = `orch ${ran.args.join(' ').slice(0, 80)}`;
      if (ran.hung) return `${what} hung`;
      if (ran.peakMb > rssMb) return `${what} took ${ran.peakMb} MB`;
      if (ran.childMb > rssMb) return `a program that ${what} started took ${ran.childMb} MB`;
      if (ran.stdout.includes(this.stage.key) || ran.stderr.includes(this.stage.key))
        return `${what} printed the key`;
      if (/bug in orch|"code": ?"internal"/.test(ran.stderr + ran.stdout)) {
        return `${what} called itself broken: ${shown(ran.stderr || ran.stdout)}`;
      }
      if (ran.status === null) return `${what} was killed: ${shown(ran.stderr)}`;
    }
    return undefined;
  }
}

/** The paths that differ. */
export function changed(before: Map<string, string>, after: Map<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

export function put(folder: string, files: Record<string, FileSpec>): void {
  for (const [name, spec] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof spec === 'string' || Buffer.isBuffer(spec)) writeFileSync(path, spec);
    else if ('link' in spec) execFileSync('ln', ['-sfn', spec.link, path]);
    else writeFileSync(path, spec.text, { mode: spec.mode });
  }
}

export function git(cwd: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

export function commitAll(cwd: string): void {
  git(cwd, 'add', '-A');
  git(cwd, 'commit', '-qm', 'first', '--allow-empty');
}

function treeOf(folder: string, top: string, found = new Map<string, string>()): Map<string, string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    const mode = (stats.mode & 0o7777).toString(8);
    let content = 'special';
    if (stats.isSymbolicLink()) content = `-> ${readlinkSync(path)}`;
    else if (stats.isDirectory()) content = 'folder';
    else if (stats.isFile()) content = createHash('sha1').update(readFileSync(path)).digest('hex');
    found.set(relative(top, path), `${mode} ${content}`);
    if (stats.isDirectory()) treeOf(path, top, found);
  }
  return found;
}

function* filesIn(folder: string): Generator<[string, string]> {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    if (stats.isDirectory()) yield* filesIn(path);
    else if (stats.isFile() && stats.size < 5e6) yield [path, readFileSync(path, 'latin1')];
  }
}

/** As a reader of the JSON would see it. */
function unescaped(text: string): string {
  const strings: string[] = [];
  try {
    JSON.parse(text, (_, value) => {
      if (typeof value === 'string') strings.push(value);
      return value;
    });
  } catch {
    // Not JSON: as it came.
  }
  return [text, ...strings].join('\n');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

const onLinux = process.platform === 'linux';

async function watch(child: ChildProcess, args: readonly string[], limitMs: number): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let outLength = 0;
  child.stdout!.on('data', (chunk: Buffer) => {
    // A stream without an end must not fill the bench's own memory.
    outLength += chunk.length;
    if (outLength < 64e6) out.push(chunk);
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    outLength += chunk.length;
    if (outLength < 64e6) err.push(chunk);
  });
  let peakMb = 0;
  let childMb = 0;
  let cpuMs = 0;
  let hung = false;
  const look = () => {
    if (!onLinux || child.pid === undefined) return;
    try {
      peakMb = Math.max(peakMb, peakOf(child.pid));
      const started = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').match(/\d+/g);
      for (const pid of started ?? []) childMb = Math.max(childMb, peakOf(pid));
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
      cpuMs = (Number(stat[11]) + Number(stat[12])) * 10;
    } catch {
      // It, or what it started, has ended.
    }
    if (Math.max(peakMb, childMb) > 2 * rssMb) end();
  };
  const end = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  const looking = setInterval(look, 40);
  const limit = setTimeout(() => {
    hung = true;
    end();
  }, limitMs);
  const status = await new Promise<number | null>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done(code));
  });
  clearInterval(looking);
  clearTimeout(limit);
  return {
    args,
    status,
    stdout: Buffer.concat(out).toString('utf8'),
    stderr: Buffer.concat(err).toString('utf8'),
    hung,
    peakMb,
    childMb,
    cpuMs,
  };
}

function peakOf(pid: number | string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
