/**
 * The second step of the build. tsup has split the code into modules; this merges them into the few files of dist/,
 * grouped by when they are loaded, and writes the notices of the bundled packages. The files are CommonJS, because V8
 * can only reuse compiled code for CommonJS; see src/boot/start.ts.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { notices, packageOf } from './notices.mjs';

/**
 * For each file: what loads it, its sources, and the packages it may contain. The build fails if another package gets
 * in. Modules that match no row go into core.
 */
const files = {
  index: { loadedBy: 'node dist/index.js', sources: ['src/index.ts'] },
  start: { loadedBy: 'every start', sources: ['src/boot/start.ts'] },
  core: {
    loadedBy: 'every start but --version',
    sources: ['src/cli/main.ts'],
    packages: ['zod', 'commander', 'chalk', 'fastest-levenshtein'],
  },
  delegation: {
    loadedBy: 'run, diff, tests, docs, patch apply, runs, --changes and the like',
    sources: [
      'src/engine/delegate.ts',
      'src/engine/finish/finish-answer.ts',
      'src/operations/delegation/keep-run.ts',
      'src/adapters/system/run-store.ts',
      'src/cli/render/runs.ts',
      'src/adapters/workspace/git/git-patch.ts',
      'src/adapters/workspace/write/output-guard.ts',
      'src/adapters/workspace/git/change/',
      'src/core/patch/',
    ],
    packages: ['diff'],
  },
  report: {
    loadedBy: 'usage report and status, doctor, route once there is a ledger, the first use of a budget',
    sources: [
      'src/core/budget/genesis.ts',
      'src/core/record/report/usage-report.ts',
      'src/core/record/report/report-formats.ts',
      'src/core/record/csv-records.ts',
      'src/core/record/csv-rows.ts',
      'src/adapters/ledger/read.ts',
      'src/adapters/ledger/recent.ts',
      'src/adapters/ledger/tail.ts',
    ],
  },
  search: {
    loadedBy: 'search, --auto-context',
    sources: [
      'src/adapters/retrieve/',
      'src/core/retrieve/',
      'src/engine/retrieve/',
      'src/cli/render/search.ts',
    ],
  },
  mcp: {
    loadedBy: 'serve',
    sources: ['src/mcp/'],
    packages: ['@modelcontextprotocol/sdk', 'zod', 'zod-to-json-schema'],
  },
  provider: {
    loadedBy: 'the first request',
    sources: ['src/adapters/openai/', 'src/adapters/http/event-stream.ts', 'src/adapters/http/watchdog.ts'],
    packages: ['openai', 'eventsource-parser'],
    loads: ['http'],
  },
  http: {
    loadedBy: 'the first request, a search with Qdrant',
    sources: [
      'src/adapters/http/connect',
      'src/adapters/http/proxy.ts',
      'src/adapters/http/response.ts',
      'src/adapters/http/send.ts',
    ],
    packages: ['undici'],
  },
  qdrant: {
    loadedBy: 'a search with Qdrant',
    sources: ['src/adapters/qdrant/'],
    loads: ['http', 'search'],
  },
  embedder: {
    loadedBy: 'a search with Qdrant and embeddings',
    sources: ['src/engine/embed/embedder.ts'],
  },
  secrets: {
    loadedBy: 'a request with what may be a secret',
    sources: ['src/adapters/secrets/scan.ts'],
    packages: ['@secretlint/secretlint-rule-preset-recommend'],
  },
  budget: {
    loadedBy: 'a request under a budget, or where one was kept before',
    sources: [
      'src/adapters/budget/disk-budget.ts',
      'src/adapters/budget/operation-log.ts',
      'src/adapters/budget/reservations.ts',
      'src/core/budget/state.ts',
      'src/core/budget/log-line.ts',
    ],
  },
  redis: {
    loadedBy: 'ORCH_BUDGET_URL',
    sources: ['src/adapters/budget/redis-', 'src/adapters/budget/no-debug.ts', 'node_modules/ioredis/'],
    packages: [
      'ioredis',
      '@ioredis/commands',
      'cluster-key-slot',
      'denque',
      'redis-errors',
      'standard-as-callback',
    ],
    loads: ['budget'],
  },
  settings: {
    loadedBy: 'config set, config unset',
    sources: ['src/adapters/settings/edit-json.ts'],
    packages: ['jsonc-parser'],
  },
  // It uses the contracts of the dialects to recognise what a request asks for.
  rehearsal: { loadedBy: '--rehearse', sources: ['src/rehearsal/'], loads: ['delegation'] },
  globs: {
    loadedBy: '--file with a pattern, a folder outside of git',
    sources: ['node_modules/tinyglobby/', 'node_modules/picomatch/'],
    packages: ['tinyglobby', 'fdir', 'picomatch'],
  },
  telemetry: {
    loadedBy: 'a recorded call with ORCH_OTEL=1',
    sources: ['src/adapters/telemetry/', 'src/core/record/gen-ai-spans.ts', 'node_modules/@opentelemetry/'],
    packages: [
      '@opentelemetry/api',
      '@opentelemetry/core',
      '@opentelemetry/exporter-metrics-otlp-http',
      '@opentelemetry/exporter-metrics-otlp-proto',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/exporter-trace-otlp-proto',
      '@opentelemetry/otlp-exporter-base',
      '@opentelemetry/otlp-transformer',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-metrics',
      '@opentelemetry/sdk-trace',
      '@opentelemetry/semantic-conventions',
    ],
  },
  spinner: {
    loadedBy: 'progress on a terminal',
    sources: ['node_modules/ora/'],
    packages: [
      'ora',
      'ansi-regex',
      'cli-cursor',
      'cli-spinners',
      'get-east-asian-width',
      'is-interactive',
      'is-unicode-supported',
      'log-symbols',
      'mimic-function',
      'onetime',
      'restore-cursor',
      'signal-exit',
      'stdin-discarder',
      'string-width',
      'strip-ansi',
      'yoctocolors',
    ],
  },
  'report-page': {
    loadedBy: 'usage report --format html',
    sources: ['src/cli/render/report-page/', 'node_modules/echarts/', 'node_modules/zrender/'],
    packages: ['echarts', 'zrender', 'tslib'],
    loads: ['report'],
  },
  table: {
    loadedBy: 'usage report on a terminal',
    sources: ['src/cli/render/report-table.ts'],
    packages: [
      'cli-table3',
      '@colors/colors',
      'ansi-regex',
      'emoji-regex',
      'is-fullwidth-code-point',
      'string-width',
      'strip-ansi',
    ],
  },
};

const root = fileURLToPath(new URL('..', import.meta.url));
const modulesFolder = join(root, 'node_modules/.cache/orch/modules');
const dist = process.argv[2] ?? join(root, 'dist');

/** tsup's modules, each with its sources and the file of dist/ it goes into. */
const { outputs } = JSON.parse(readFileSync(join(modulesFolder, 'metafile-esm.json'), 'utf8'));
const modules = new Map(
  Object.entries(outputs).map(([path, { inputs, entryPoint }]) => {
    const sources = Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([source]) => source);
    return [basename(path), { sources, file: fileOf(sources.length > 0 ? sources : [entryPoint ?? '']) }];
  }),
);

/** Undefined for small modules without state (esbuild's helpers, the version): every file gets its own copy. */
function fileOf(sources) {
  if (sources.every((source) => ['', 'package.json'].includes(source))) return undefined;
  const claims = Object.entries(files).filter(([, row]) =>
    row.sources.some((start) => sources.some((source) => pathInPackage(source).startsWith(start))),
  );
  if (claims.length > 1) {
    const names = claims.map(([name]) => name).join(' and ');
    throw new Error(`${names} both claim a module of ${sources.join(', ')}`);
  }
  const [name, { packages = [] }] = claims[0] ?? ['core', files.core];
  for (const packageName of new Set(sources.map(packageOf))) {
    if (packageName !== undefined && !packages.includes(packageName)) {
      throw new Error(
        `dist/${name}.js would contain ${packageName}: list it in scripts/bundle.mjs, or load it with import()`,
      );
    }
  }
  return name;
}

/** A static import is loaded together with the importing file. Only core may be, and nothing at all by start. */
for (const [path, { imports }] of Object.entries(outputs)) {
  const from = modules.get(basename(path)).file;
  for (const { path: target, kind } of imports) {
    const to = modules.get(basename(target))?.file;
    if (kind !== 'import-statement' || to === undefined || to === from) continue;
    const allowed =
      from === 'index' ? ['start'] : from === 'start' ? [] : ['core', ...(files[from].loads ?? [])];
    if (!allowed.includes(to)) {
      throw new Error(
        `dist/${from}.js imports dist/${to}.js statically (${path} imports ${target}): use import() where it is needed`,
      );
    }
  }
}

/** Modules that are used by other files of dist/. */
const shared = new Set(
  Object.entries(outputs).flatMap(([path, { imports }]) =>
    imports
      .map(({ path: target }) => basename(target))
      .filter(
        (target) => modules.has(target) && modules.get(target).file !== modules.get(basename(path)).file,
      ),
  ),
);

function usesImportMetaUrl(file) {
  return [...modules].some(
    ([name, module]) =>
      module.file === file && readFileSync(join(modulesFolder, name), 'utf8').includes('importMetaUrl'),
  );
}

/** pnpm nests packages more deeply. */
function pathInPackage(source) {
  return source.replace(/^.*node_modules\//, 'node_modules/');
}

/**
 * An esbuild plugin that loads a module of another file from that file, by name, when it is needed. A file exports what
 * its entry point exports, and `modules` for the other files.
 */
function linkFiles(file) {
  const own = [...shared].filter((name) => modules.get(name).file === file).sort();
  const entry = modules.has(`${file}.js`) ? [`export * from './${file}.js';`] : [];
  const loaders = own.map((name) => `${JSON.stringify(name)}: () => require('./${name}'),`);
  const contents = [...entry, 'export const modules = {', ...loaders, '};'].join('\n');
  return {
    name: 'link-files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^entry$/ }, () => ({ path: file, namespace: 'entry' }));
      onLoad({ filter: /.*/, namespace: 'entry' }, () => ({ contents, resolveDir: modulesFolder }));
      onResolve({ filter: /^\.\// }, ({ path, namespace }) => {
        if (namespace === 'other') return { path, external: true };
        const name = basename(path);
        const other = modules.get(name)?.file;
        return other === undefined || other === file ? undefined : { path: name, namespace: 'other' };
      });
      onLoad({ filter: /.*/, namespace: 'other' }, ({ path: name }) => ({
        contents: `module.exports = require('./${modules.get(name).file}.js').modules['${name}']();`,
      }));
    },
  };
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
for (const file of Object.keys(files)) {
  await build({
    entryPoints: ['entry'],
    plugins: [linkFiles(file)],
    outfile: join(dist, `${file}.js`),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    inject: usesImportMetaUrl(file) ? [join(root, 'scripts/import-meta-url.mjs')] : [],
    logOverride: { 'empty-import-meta': 'error' },
    // V8's compiled code does not support import().
    supported: { 'dynamic-import': false },
    banner: { js: '"use strict";' },
    logLevel: 'warning',
  });
  const text = readFileSync(join(dist, `${file}.js`), 'utf8');
  const nonAscii = /[^\0-\x7f]/.exec(text);
  if (nonAscii) {
    throw new Error(
      `dist/${file}.js contains ${JSON.stringify(nonAscii[0])}, which is not ASCII: write it as an escape`,
    );
  }
}
writeFileSync(
  join(dist, 'THIRD_PARTY_NOTICES'),
  notices(
    [...modules.values()].flatMap(({ sources }) => sources),
    root,
  ),
);
