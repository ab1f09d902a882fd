import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['test/helpers/isolate.ts'],
    reporters: ['default', './test/helpers/skipped-reporter.ts'],
    testTimeout: 20_000,
    // The long test files wait for child processes most of the time: one worker would leave the machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Width, colour and time zone are pinned so that what a test prints does not depend on the terminal.
    env: { TZ: 'UTC', NO_COLOR: '1', COLUMNS: '100' },
  },
});
