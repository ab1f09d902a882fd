import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { builtConf } from './scripts/built-conf.mts';

export default defineConfig({
  // As in the bundle. test/helpers/config.ts checks these files.
  define: { builtConf: JSON.stringify(builtConf) },
  test: {
    environment: 'node',
    reporters: ['default', './test/helpers/skipped-reporter.ts'],
    globalSetup: 'test/helpers/shared-cache.ts',
    // Schemas are made as in the bundle.
    setupFiles: ['test/helpers/isolate.ts', 'src/boot/quick-schemas.ts'],
    // For a test that hangs: a busy machine takes many times as long as an idle one.
    testTimeout: 60_000,
    // The long test files wait for child processes: with a worker for each core, cores would be idle.
    maxWorkers: availableParallelism() + 1,
    // Most of what a test makes is garbage by its end: with more room for young objects, fewer of them are copied. Most
    // code runs a few times only: V8 optimizes what has run eight times as long as by default.
    execArgv: ['--max-semi-space-size=32', '--interrupt-budget=540672'],
    // What Vite makes of a file is kept until the file changes.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'node_modules/.cache/vitest' },
    // Width, colour and time zone are pinned so that what a test prints does not depend on the terminal.
    env: { TZ: 'UTC', NO_COLOR: '1', COLUMNS: '100' },
    // A test file leaves nothing behind in its worker, so files share one, and what they import is loaded once. A test
    // that changes timers, the environment or the working directory puts them back, even when it fails.
    isolate: false,
  },
});
