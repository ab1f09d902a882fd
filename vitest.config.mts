import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Not test/adapters, whose tests change timers and the environment of the process.
const shared = ['test/{core,engine,operations,rehearsal,cli,mcp}/**/*.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    reporters: ['default', './test/helpers/skipped-reporter.ts'],
    // Schemas are made as in the bundle.
    setupFiles: ['test/helpers/isolate.ts', 'src/boot/quick-schemas.ts'],
    testTimeout: 20_000,
    // The long test files wait for child processes most of the time: one worker would leave the machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Width, colour and time zone are pinned so that what a test prints does not depend on the terminal.
    env: { TZ: 'UTC', NO_COLOR: '1', COLUMNS: '100' },
    projects: [
      // These leave nothing behind in their worker, so they share one, and what they import is loaded once.
      { extends: true, test: { name: 'shared', include: shared, isolate: false } },
      { extends: true, test: { name: 'isolated', include: ['test/**/*.test.ts'], exclude: shared } },
    ],
  },
});
