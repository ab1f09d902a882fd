import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    setupFiles: ['test/helpers/isolate.ts'],
    testTimeout: 20_000,
    // The long test files wait for child processes most of the time: one worker would leave the machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Width, colour and time zone are pinned so that what a test prints does not depend on the terminal.
    env: { TZ: 'UTC', NO_COLOR: '1', COLUMNS: '100' },
    projects: [
      // The core is pure, so its files may share a worker, and what they import is loaded once instead of 49 times.
      { extends: true, test: { name: 'core', include: ['test/core/**/*.test.ts'], isolate: false } },
      {
        extends: true,
        test: { name: 'rest', include: ['test/**/*.test.ts'], exclude: ['test/core/**'] },
      },
    ],
  },
});
