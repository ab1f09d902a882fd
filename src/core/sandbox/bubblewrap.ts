/**
 * The arguments of bubblewrap. What runs starts from an empty root, into which is put what it needs: the system's
 * programs, toolchains, installed packages, and the copy in place of the project. Whatever is not named here is not
 * there: no home, no other project, no socket, no process of others.
 */

export interface Mount {
  /** Where it is found, an absolute path. */
  at: string;
  source: string;
}

export interface Link {
  at: string;
  target: string;
}

export interface ConfinedRun {
  /** Folders of the system, read-only, and the links between them (`/bin` to `usr/bin`). */
  system: { mounts: readonly Mount[]; links: readonly Link[] };
  toolchains: { mounts: readonly Mount[]; links: readonly Link[] };
  home: string;
  /** The only places that can be written, besides what is empty at the start of each run. */
  writable: readonly Mount[];
  packages: readonly Mount[];
  /** Working directory. */
  cwd: string;
  argv: readonly string[];
  limits: RunLimits;
  /** What this version of bubblewrap knows. */
  knows: { size: boolean; disableUserns: boolean };
  /** Descriptor that bubblewrap tells on which process it has started, and how that has ended. */
  statusFd?: number | undefined;
}

export interface RunLimits {
  /** Largest file, in bytes. */
  fileBytes: number;
  /** Of one process, in bytes. */
  memoryBytes: number;
  /** Undefined where they are not counted for the sandbox alone. */
  processes: number | undefined;
  /** Of each of the folders in memory, in bytes. */
  temporaryBytes: number;
}

export function bubblewrapArgs(run: ConfinedRun): string[] {
  const { system, toolchains, home, writable, packages, cwd, argv, limits, knows, statusFd } = run;
  const empty = (at: string) => [
    ...(knows.size ? ['--size', String(limits.temporaryBytes)] : []),
    ...['--tmpfs', at],
  ];
  const readOnly = (mounts: readonly Mount[]) =>
    [...mounts].sort(outerFirst).flatMap(({ at, source }) => ['--ro-bind', source, at]);
  const linked = (links: readonly Link[]) => links.flatMap(({ at, target }) => ['--symlink', target, at]);
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts'],
    ...['--unshare-cgroup-try', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...['--hostname', 'sandbox'],
    ...(knows.disableUserns ? ['--disable-userns'] : []),
    ...(statusFd === undefined ? [] : ['--json-status-fd', String(statusFd)]),
    ...readOnly(system.mounts),
    ...linked(system.links),
    ...['--proc', '/proc', '--dev', '/dev', ...empty('/dev/shm'), '--remount-ro', '/dev'],
    ...['/tmp', '/var/tmp', '/run'].flatMap(empty),
    ...(['/tmp', '/var/tmp', '/run'].includes(home) ? [] : empty(home)),
    ...readOnly(toolchains.mounts),
    ...linked(toolchains.links),
    ...writable.flatMap(({ at, source }) => ['--bind', source, at]),
    ...readOnly(packages),
    ...['--remount-ro', '/', '--chdir', cwd, '--', ...limited(argv, limits)],
  ];
}

function outerFirst({ at: one }: Mount, { at: other }: Mount): number {
  return one.length - other.length || (one < other ? -1 : 1);
}

/**
 * A shell sets the limits and becomes the program. Where memory runs out, the kernel ends this first; the limit of
 * processes has two names. Sizes are in blocks of 512 bytes and in KB.
 */
export function limited(argv: readonly string[], limits: RunLimits): string[] {
  const { fileBytes, memoryBytes, processes } = limits;
  const lines = [
    'echo 1000 >/proc/self/oom_score_adj',
    'ulimit -c 0',
    `ulimit -f ${Math.floor(fileBytes / 512)}`,
    `ulimit -d ${Math.floor(memoryBytes / 1024)}`,
    ...(processes === undefined ? [] : [`ulimit -u ${processes} || ulimit -p ${processes}`]),
  ];
  return ['/bin/sh', '-c', `{ ${lines.join('; ')}; } 2>/dev/null; exec "$@"`, 'sh', ...argv];
}
