/** Runs once before all tests: one cache for the compiled code of every `orch` that they start. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    cacheFolder: string;
  }
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'orch-test-cache-'));
  provide('cacheFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
