/** Finds out, by trying, what confines programs on this machine. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from '../../core/text/once.ts';
import type { NoSandbox, Sandbox, Sandboxes, ScratchCopy } from '../../engine/sandbox-ports.ts';
import { findProgram } from '../system/search-path.ts';
import { scratchFolder, type Temporaries } from '../workspace/write/temporaries.ts';
import { bubblewrapSandbox } from './bubblewrap.ts';
import { inPlaceSandbox } from './in-place.ts';

export interface SandboxesOptions {
  variables: Readonly<Record<string, string | undefined>>;
  home: string;
  temporaries: Temporaries;
  platform?: NodeJS.Platform;
}

const probeMs = 20_000;
const orOff = 'or run it in the open with --sandbox off';

export function sandboxes(options: SandboxesOptions): Sandboxes {
  const { variables, home, platform = process.platform } = options;
  const open = once(() => inPlaceSandbox({ confiner: undefined, variables, home }));
  let probed: Promise<Sandbox | NoSandbox> | undefined;
  return {
    async confined(signal) {
      probed ??= find(options, platform);
      const found = await probed;
      signal.throwIfAborted();
      return found;
    },
    open,
  };
}

async function find(options: SandboxesOptions, platform: NodeJS.Platform): Promise<Sandbox | NoSandbox> {
  if (platform === 'linux') return bubblewrap(options);
  if (platform === 'darwin') return sandboxExec(options);
  return missing('there is no sandbox for this system', `use Linux or macOS (WSL on Windows), ${orOff}`);
}

function missing(why: string, hint: string): NoSandbox {
  return { kind: 'missing', why, hint };
}

async function bubblewrap(options: SandboxesOptions): Promise<Sandbox | NoSandbox> {
  const program = findProgram('bwrap');
  if (program === undefined) {
    return missing(
      'bubblewrap is not installed (there is no bwrap on the PATH)',
      `install it: apt install bubblewrap, dnf install bubblewrap, pacman -S bubblewrap or apk add bubblewrap, ${orOff}`,
    );
  }
  const help = await helpOf(program);
  const knows = { size: help.includes('--size '), disableUserns: help.includes('--disable-userns') };
  const sandbox = bubblewrapSandbox({ ...options, program, knows });
  const fault = await tryOut(sandbox, options.temporaries);
  return fault === undefined
    ? sandbox
    : missing(`bubblewrap does not work here: ${fault}`, namespaceHint(fault));
}

function namespaceHint(fault: string): string {
  return /namespace|uid map|not permitted|denied/i.test(fault)
    ? `allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; in a container --security-opt seccomp=unconfined or --privileged), ${orOff}`
    : `update bubblewrap, ${orOff}`;
}

async function sandboxExec(options: SandboxesOptions): Promise<Sandbox | NoSandbox> {
  const program = '/usr/bin/sandbox-exec';
  if (!existsSync(program)) return missing('there is no /usr/bin/sandbox-exec', orOff.replace('or ', ''));
  const sandbox = inPlaceSandbox({ ...options, confiner: program });
  const fault = await tryOut(sandbox, options.temporaries);
  return fault === undefined
    ? sandbox
    : missing(
        `sandbox-exec does not work here: ${fault}`,
        `see whether it may be used in this session, ${orOff}`,
      );
}

function helpOf(program: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, ['--help'], { timeout: probeMs, env: {} }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}

/**
 * Why it does not confine: a file beside the copy must be out of sight, one in it writable, and where there are
 * namespaces, the network must be the sandbox's own.
 */
async function tryOut(sandbox: Sandbox, temporaries: Temporaries): Promise<string | undefined> {
  const scratch = scratchFolder(temporaries);
  try {
    const folder = scratch.path;
    const copy = emptyCopy(folder);
    const beside = join(folder, 'beside');
    writeFileSync(beside, 'as it was');
    const checks = [
      'echo x > written',
      '! cat "$1" 2>/dev/null',
      '{ (echo x > "$1") 2>/dev/null; true; }',
      '{ [ ! -e /proc/net/dev ] || [ "$(grep -c : /proc/net/dev)" = 1 ]; }',
    ];
    const { status, output } = await sandbox.run({
      copy,
      command: { argv: ['/bin/sh', '-c', `${checks.join(' && ')} && echo confined`, 'sh', beside] },
      timeoutMs: probeMs,
      signal: new AbortController().signal,
    });
    const isConfined = status === 0 && output.trim() === 'confined';
    if (isConfined && existsSync(join(copy.root, 'written')) && readFileSync(beside, 'utf8') === 'as it was')
      return undefined;
    return output.trim().split('\n').at(-1) || `a trial ended with status ${status ?? 'of a signal'}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmSync(scratch.path, { recursive: true, force: true });
    scratch.remove();
  }
}

function emptyCopy(folder: string): ScratchCopy {
  const [root, reports, cache] = ['tree', 'reports', 'cache'].map((name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  }) as [string, string, string];
  const nothing = () => undefined;
  return {
    ...{ base: root, folder, root, reports, cache, files: [], bytes: 0, leftOut: [], packages: [] },
    ...{ path: (name) => join(root, name), write: nothing, delete: nothing, read: nothing },
    ...{ writeReport: nothing, deleteReport: nothing, readReport: nothing },
    ...{ checkpoint: () => async () => {}, changedSince: () => [], remove: async () => {} },
  };
}
