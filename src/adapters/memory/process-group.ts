/** Programs that start others: whoever runs one through npx has a shell and the server itself below the process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { MemoryCall } from './memory-source.ts';

/** Windows has no such groups. */
const hasGroups = process.platform !== 'win32';

/**
 * Starts a program in a group of its own. The key and what else the environment holds stay here: it is given PATH, HOME
 * and the like. Nobody reads what it says beside its output.
 */
export function startGroup({ program, args, env, cwd }: MemoryCall) {
  return spawn(program, args, {
    cwd,
    env: { ...getDefaultEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: hasGroups,
    windowsHide: true,
  });
}

/** With all that it has started, but for what has left the group, as a service does. Also after its own end. */
export function killGroup(child: ChildProcess): void {
  // What stays could hold its output open, which would keep this process from ending.
  child.stdout?.destroy();
  try {
    if (hasGroups && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // Nothing is left.
  }
}
