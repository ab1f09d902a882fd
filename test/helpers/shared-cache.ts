/**
 * Runs once before all tests: a place for temporary files, one cache for the compiled code of every `orch`, and workers
 * that start other processes at little cost.
 */
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    cacheFolder: string;
  }
}

const inMemory = '/dev/shm';
const enoughBytes = 2 ** 30;

/** Tests make and remove thousands of small files, which takes less in memory. A container may have little of it. */
function quickestPlace(): string {
  if (process.env.TMPDIR) return tmpdir();
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.includes(` ${inMemory} tmpfs `));
    // Tests run scripts that they have written.
    if (bavail * bsize >= enoughBytes && mount && !mount.includes('noexec')) return inMemory;
  } catch {
    // None, as on other systems.
  }
  return tmpdir();
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(quickestPlace(), 'orch-tests-'));
  // The workers start after this, with this environment.
  process.env.TMPDIR = folder;
  // To start a process, Linux copies the page tables of a worker, which takes longer than git does. Huge pages have few
  // entries. V8's own memory is not copied, and what a worker starts gets an environment without this.
  process.env.GLIBC_TUNABLES = 'glibc.malloc.hugetlb=1';
  provide('cacheFolder', join(folder, 'cache'));
  return () => rmSync(folder, { recursive: true, force: true });
}
