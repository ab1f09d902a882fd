/** Runs programs in bubblewrap, where the copy stands in place of the project. */
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import {
  bubblewrapArgs,
  type ConfinedRun,
  type Mount,
  type RunLimits,
} from '../../core/sandbox/bubblewrap.ts';
import { runVariables } from '../../core/sandbox/variables.ts';
import type { Places, Sandbox, ScratchCopy, SharedPath } from '../../engine/sandbox-ports.ts';
import { pathIn } from '../scratch/inside.ts';
import { removeTree } from '../scratch/remove-tree.ts';
import { realPath, statsOf } from '../system/paths.ts';
import { searchPath } from '../system/search-path.ts';
import { commandOf, finished, prepareReports, usualOutputBytes } from './outcome.ts';
import { runProcess } from './run-process.ts';
import { type Shown, systemPaths, toolchainPaths } from './toolchains.ts';
import { type UseLimits, useWatch, usualUse } from './watch.ts';

export interface BubblewrapOptions {
  program: string;
  knows: ConfinedRun['knows'];
  variables: Readonly<Record<string, string | undefined>>;
  home: string;
  use?: UseLimits;
  limits?: RunLimits;
}

const ownFolder = '/orch';
const usualLimits: RunLimits = {
  fileBytes: 1024 ** 3,
  memoryBytes: 8 * 1024 ** 3,
  processes: undefined,
  temporaryBytes: 512 * 1024 ** 2,
};

export function bubblewrapSandbox(options: BubblewrapOptions): Sandbox {
  const { program, knows, variables, use = usualUse } = options;
  // Users without a home have the root of the disk for one.
  const home = options.home === '/' ? '/tmp' : options.home;
  const limits = options.limits ?? { ...usualLimits, processes: countsAlone() ? use.processes : undefined };
  const places = ({ base }: ScratchCopy): Places => ({
    root: base,
    reports: `${ownFolder}/reports`,
    cache: `${ownFolder}/cache`,
  });
  /** For all runs of a copy: looking them up takes longer than bubblewrap does. */
  const shown = new WeakMap<ScratchCopy, { system: Shown; toolchains: Shown }>();
  const shownTo = (copy: ScratchCopy) => {
    const also = [process.execPath, ...interpreters(copy)];
    const known = shown.get(copy) ?? {
      system: systemPaths(),
      toolchains: toolchainPaths(searchPath(), { variables, home, base: copy.base, also }),
    };
    shown.set(copy, known);
    return known;
  };
  return {
    kind: 'bubblewrap',
    places,
    async run(run) {
      const { copy, signal, timeoutMs, maxOutputBytes = usualOutputBytes } = run;
      const seen = places(copy);
      const cwd = pathIn(seen.root, run.cwd ?? '.');
      prepareReports(run);
      prepareMountPoints(copy);
      const { system, toolchains } = shownTo(copy);
      const args = bubblewrapArgs({
        system: { ...system, mounts: [...system.mounts, ...accounts(copy.folder, home)] },
        toolchains,
        home,
        writable: [
          { at: seen.root, source: copy.root },
          { at: seen.reports, source: copy.reports },
          { at: seen.cache, source: copy.cache },
        ],
        packages: copy.packages.map((each) => ({ at: join(copy.base, each.at), source: each.source })),
        cwd,
        argv: commandOf(run.command),
        limits,
        knows,
        statusFd: 3,
      });
      let leader: number | undefined;
      let wasStarted = false;
      const end = await runProcess({
        argv: [program, ...args],
        cwd: '/',
        env: runVariables(variables, { home, temporary: '/tmp', cache: seen.cache }, run.env),
        timeoutMs,
        maxOutputBytes,
        signal,
        onInfo: (text) => {
          leader = Number(/"child-pid": *(\d+)/.exec(text)?.[1] ?? Number.NaN) || undefined;
          wasStarted = text.includes('"exit-code"');
        },
        watch: useWatch(copy.folder, use, () => leader),
        gone: () => hasEnded(leader),
      });
      if (!wasStarted && end.stopped === undefined) throw sandboxFailed(end.output);
      return finished(end, run);
    },
  };
}

function sandboxFailed(output: string): OrchError {
  return new OrchError(
    'internal',
    `bubblewrap could not start the program: ${output.trim().split('\n').at(-1)}`,
    {
      hint: 'nothing was run; try it again, or with --sandbox off',
    },
  );
}

/**
 * The kernel ends what a sandbox has started when it ends, but takes a moment for it: its first process stays until all
 * others are gone.
 */
async function hasEnded(leader: number | undefined): Promise<void> {
  const isThere = () => {
    try {
      const stat = readFileSync(`/proc/${leader}/stat`, 'latin1');
      return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
    } catch {
      return false;
    }
  };
  const deadline = performance.now() + 5000;
  while (leader !== undefined && isThere() && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Since Linux 5.14 the limit of processes counts those of a user namespace alone, but not for root. */
function countsAlone(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return process.getuid?.() !== 0 && (major > 5 || (major === 5 && minor >= 14));
}

/**
 * Packages are mounted in places that an earlier run may have replaced by links, which bubblewrap would follow: they are
 * made anew, as folders and files of the copy.
 */
function prepareMountPoints({ root, packages }: ScratchCopy): void {
  const sound = new Set<string>([root]);
  const makeFolder = (path: string): void => {
    if (sound.has(path)) return;
    makeFolder(dirname(path));
    if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      rmSync(path, { force: true });
      mkdirSync(path);
    }
    sound.add(path);
  };
  for (const { at, source } of packages) {
    if (at.startsWith('../')) continue;
    const path = join(root, at);
    if (statsOf(source)?.isDirectory()) {
      makeFolder(path);
      continue;
    }
    makeFolder(dirname(path));
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) continue;
    removeTree(path);
    writeFileSync(path, '', { flag: 'wx' });
  }
}

/** Of Python's environments: the program that they link to. A link to anything else may be a stranger's. */
function interpreters({ base, packages }: ScratchCopy): string[] {
  const isEnvironment = ({ source }: SharedPath) => existsSync(join(source, 'pyvenv.cfg'));
  return packages
    .filter(isEnvironment)
    .map(({ at }) => join(base, at, 'bin', 'python'))
    .filter((path) => /^(python|pypy)[\d.]*$/.test(basename(realPath(path))));
}

/** Names of this user alone, and no host but this one; nobody is asked for others. */
function accounts(folder: string, home: string): Mount[] {
  const id = process.getuid?.() ?? 0;
  const group = process.getgid?.() ?? 0;
  const user = id === 0 ? '' : `user:x:${id}:${group}::${home}:/bin/sh\n`;
  const files = {
    passwd: `root:x:0:0::${id === 0 ? home : '/root'}:/bin/sh\n${user}nobody:x:65534:65534::/:/bin/false\n`,
    group: `root:x:0:\n${group === 0 ? '' : `user:x:${group}:\n`}nogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  };
  const own = join(folder, 'etc');
  mkdirSync(own, { recursive: true });
  return Object.entries(files).map(([name, text]) => {
    const source = join(own, name);
    if (!existsSync(source)) writeFileSync(source, text);
    return { at: `/etc/${name}`, source };
  });
}
