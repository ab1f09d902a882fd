/** Runs once before all tests: a place for temporary files, and one cache for the compiled code of every `orch`. */
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
  provide('cacheFolder', join(folder, 'cache'));
  return () => rmSync(folder, { recursive: true, force: true });
}
