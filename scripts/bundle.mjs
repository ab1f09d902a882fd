/**
 * The second step of the build. tsup has split the code into modules; this merges them into the few files of dist/,
 * grouped by when they are loaded, and writes the notices of the bundled packages. The files are CommonJS, because V8
 * can only reuse compiled code for CommonJS; see src/boot/start.ts.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { grammarNotices } from './grammar-notices.mjs';
import { notices } from './notices.mjs';
import { placeModules } from './place-modules.mjs';

/**
 * For each file: what loads it, its sources, the file it builds on (or files; `command` if there is none), and the packages it
 * may contain. The build fails if another package gets in. A module that matches no row goes where its users are: into
 * the one file of all of them, or the one that all of these build on.
 */
const files = {
  index: { loadedBy: 'node dist/index.js', sources: ['src/index.ts'] },
  start: { loadedBy: 'every start', sources: ['src/boot/start.ts'] },
  core: {
    loadedBy: 'every start but --version',
    sources: ['src/cli/main.ts', 'src/cli/process.ts'],
    packages: ['commander', 'chalk'],
  },
  command: {
    loadedBy: 'every command, serve',
    sources: [
      'src/cli/operation-command.ts',
      'src/cli/run-command.ts',
      'src/cli/slips.ts',
      'src/factory.ts',
      'src/core/errors/redact.ts',
    ],
    packages: ['zod', 'fastest-levenshtein'],
    on: 'core',
  },
  requests: {
    loadedBy: 'route, run, diff, tests, docs, patch apply, serve',
    sources: [
      'src/operations/run.ts',
      'src/operations/diff.ts',
      'src/operations/tests.ts',
      'src/operations/docs.ts',
      'src/operations/route-explain.ts',
      'src/adapters/ledger/recent.ts',
      'src/core/record/past-records.ts',
      'src/operations/patch-apply.ts',
      'src/cli/render/route.ts',
      'src/cli/render/delegation.ts',
      'src/cli/render/patch.ts',
    ],
  },
  usage: {
    loadedBy: 'usage report and status, serve',
    sources: ['src/operations/usage/', 'src/cli/render/usage.ts'],
  },
  setup: {
    loadedBy: 'doctor, models, config',
    sources: [
      'src/operations/doctor.ts',
      'src/operations/models.ts',
      'src/operations/settings/',
      'src/cli/render/doctor.ts',
      'src/cli/render/models.ts',
      'src/cli/render/settings.ts',
    ],
  },
  help: {
    loadedBy: 'help, completion',
    on: 'setup',
    sources: ['src/cli/help/show-help.ts', 'src/cli/completions/completions.ts'],
  },
  sources: {
    loadedBy: 'a request with files, and what loads delegation',
    sources: ['src/adapters/workspace/find/read-sources.ts'],
    on: 'requests',
  },
  delegation: {
    loadedBy: 'run, diff, tests, docs, patch apply, runs, --changes and the like',
    on: 'sources',
    sources: [
      'src/operations/runs-list.ts',
      'src/operations/runs-show.ts',
      'src/engine/delegate.ts',
      'src/cli/progress.ts',
      'src/engine/finish/finish-answer.ts',
      'src/operations/delegation/keep-run.ts',
      'src/adapters/system/run-store.ts',
      'src/cli/render/runs.ts',
      'src/adapters/workspace/git/git-patch.ts',
      'src/adapters/workspace/write/output-guard.ts',
      'src/adapters/workspace/git/change/',
      'src/adapters/workspace/changes/',
      'src/operations/delegation/place-anew.ts',
      'src/operations/delegation/refuse-leftovers.ts',
      'src/core/secrets/leftover-placeholders.ts',
      'src/core/patch/',
    ],
    packages: ['diff'],
  },
  sandbox: {
    loadedBy: 'a check that runs code',
    on: 'sources',
    sources: [
      'src/adapters/sandbox/',
      'src/adapters/scratch/',
      'src/adapters/workspace/missing-command.ts',
      'src/core/sandbox/',
      'src/operations/delegation/verified.ts',
    ],
  },
  verdict: {
    loadedBy: 'check, tests',
    on: 'sandbox',
    sources: [
      'src/core/verdict/detect.ts',
      'src/core/verdict/frameworks.ts',
      'src/core/verdict/import-path.ts',
      'src/core/verdict/mutant-files.ts',
      'src/core/verdict/place.ts',
      'src/core/verdict/reports/',
      'src/core/verdict/test-command.ts',
      'src/core/verdict/test-names.ts',
      'src/core/verdict/unittest-runner.ts',
      'src/engine/verdict/judge.ts',
      'src/engine/verdict/mutants.ts',
      'src/engine/verdict/plan-tests.ts',
      'src/operations/check.ts',
      'src/operations/verdict/open-judge.ts',
      'src/operations/verdict/tested.ts',
      'src/cli/render/check.ts',
      'src/core/syntax/mutants.ts',
      'src/core/syntax/switched-mutants.ts',
    ],
    packages: ['sax'],
  },
  report: {
    loadedBy: 'usage report and status, doctor, the first use of a budget',
    sources: [
      'src/core/budget/genesis.ts',
      'src/core/record/report/usage-report.ts',
      'src/core/record/report/report-formats.ts',
      'src/core/record/report/report-notes.ts',
      'src/core/budget/noted-faults.ts',
      'src/core/record/csv-records.ts',
      'src/core/record/csv-rows.ts',
      'src/core/record/attempt-rows.ts',
      'src/core/record/record-of.ts',
      'src/adapters/ledger/read.ts',
      'src/adapters/ledger/tail.ts',
    ],
  },
  'search-operation': {
    loadedBy: 'search, serve',
    sources: ['src/operations/search.ts'],
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
    on: 'requests',
  },
  provider: {
    loadedBy: 'the first request',
    sources: ['src/adapters/openai/', 'src/adapters/http/event-stream.ts', 'src/adapters/http/watchdog.ts'],
    packages: ['openai', 'eventsource-parser'],
    on: 'http',
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
    on: ['search', 'http'],
  },
  embedder: {
    loadedBy: 'a search with Qdrant and embeddings',
    sources: ['src/engine/embed/embedder.ts'],
  },
  memory: {
    loadedBy: 'search --memory',
    sources: ['src/adapters/memory/'],
    packages: [
      '@modelcontextprotocol/sdk',
      'cross-spawn',
      'isexe',
      'path-key',
      'shebang-command',
      'shebang-regex',
      'which',
    ],
    on: 'mcp',
  },
  secrets: {
    loadedBy: 'a request with what may be a secret',
    sources: ['src/adapters/secrets/scan.ts'],
    packages: ['@secretlint/secretlint-rule-preset-recommend'],
  },
  syntax: {
    loadedBy: 'an answer with code in a language that is parsed',
    sources: ['src/adapters/syntax/tree-sitter.ts', 'node_modules/web-tree-sitter/'],
    packages: ['web-tree-sitter'],
  },
  'data-files': {
    loadedBy: 'an answer with YAML or TOML',
    sources: ['src/adapters/syntax/data-files.ts', 'node_modules/yaml/', 'node_modules/smol-toml/'],
    packages: ['yaml', 'smol-toml'],
  },
  budget: {
    loadedBy: 'a request or a look under a budget, a request where one was kept before',
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
    sources: [
      'src/adapters/budget/redis-',
      'src/adapters/budget/seen-marks.ts',
      'src/adapters/budget/no-debug.ts',
      'node_modules/ioredis/',
    ],
    packages: [
      'ioredis',
      '@ioredis/commands',
      'cluster-key-slot',
      'denque',
      'redis-errors',
      'standard-as-callback',
    ],
    on: 'budget',
  },
  settings: {
    loadedBy: 'config set, config unset',
    sources: ['src/adapters/settings/'],
    packages: ['jsonc-parser'],
  },
  // It uses the contracts of the dialects to recognise what a request asks for.
  rehearsal: { loadedBy: '--rehearse', sources: ['src/rehearsal/'], on: 'delegation' },
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
    on: 'report',
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

/** Copied into dist/grammars. */
const grammars = ['javascript', 'typescript', 'tsx', 'python', 'go', 'rust', 'java', 'ruby', 'php'];

const root = fileURLToPath(new URL('..', import.meta.url));
const modulesFolder = join(root, 'node_modules/.cache/orch/modules');
const dist = process.argv[2] ?? join(root, 'dist');

const { outputs } = JSON.parse(readFileSync(join(modulesFolder, 'metafile-esm.json'), 'utf8'));
const { modules, imports } = placeModules(outputs, files);

/** Modules that are used by other files of dist/, or later. */
const shared = new Set(
  imports
    .filter(
      ({ from, to, kind }) =>
        modules.get(to).file !== undefined &&
        (kind === 'dynamic-import' || modules.get(to).file !== modules.get(from).file),
    )
    .map(({ to }) => to),
);

function usesImportMetaUrl(file) {
  return [...modules].some(
    ([name, module]) =>
      module.file === file && readFileSync(join(modulesFolder, name), 'utf8').includes('importMetaUrl'),
  );
}

/**
 * An esbuild plugin that takes a module of another file from that file, by name. A file exports what its entry point
 * exports, and `modules` for the other files, and for what is loaded with import(). Only values pass from file to file:
 * esbuild's own way, a function for each export, would double the code that V8 keeps.
 */
function linkFiles(file) {
  const own = [...shared].filter((name) => modules.get(name).file === file).sort();
  const entry = modules.has(`${file}.js`) ? [`export * from './${file}.js';`] : [];
  const imported = own.map((name, at) => {
    const words = listed(name, (word, of) => `${word} as e${at}_${of}`);
    return `import { ${words} } from './${name}';`;
  });
  const values = own.map((name, at) => {
    const words = listed(name, (word, of) => `${word}: e${at}_${of}`);
    return `${JSON.stringify(name)}: () => ({ __esModule: true, ${words} }),`;
  });
  const contents = [...entry, ...imported, 'export const modules = {', ...values, '};'].join('\n');
  return {
    name: 'link-files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^entry$/ }, () => ({ path: file, namespace: 'entry' }));
      onLoad({ filter: /.*/, namespace: 'entry' }, () => ({ contents, resolveDir: modulesFolder }));
      onResolve({ filter: /^\.\// }, ({ path, namespace, kind }) => {
        if (['now', 'later'].includes(namespace)) return { path, external: true };
        const name = basename(path);
        const other = modules.get(name)?.file;
        if (other !== undefined && kind === 'dynamic-import') return { path: name, namespace: 'later' };
        return other === undefined || other === file ? undefined : { path: name, namespace: 'now' };
      });
      const loaded = (name) => `require('./${modules.get(name).file}.js').modules['${name}']()`;
      onLoad({ filter: /.*/, namespace: 'later' }, ({ path: name }) => ({
        contents: `module.exports = ${loaded(name)};`,
      }));
      onLoad({ filter: /.*/, namespace: 'now' }, ({ path: name }) => ({
        contents: [
          `const { ${listed(name, (word, at) => `${word}: e${at}`)} } = ${loaded(name)};`,
          `export { ${listed(name, (word, at) => `e${at} as ${word}`)} };`,
        ].join('\n'),
      }));
    },
  };
}

/** The module's exports, each in a form. */
function listed(name, form) {
  return modules.get(name).exports.map(form).join(', ');
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
const wasm = [
  'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  ...grammars.map((grammar) => `node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`),
];
mkdirSync(join(dist, 'grammars'));
for (const file of wasm) copyFileSync(join(root, file), join(dist, 'grammars', basename(file)));
writeFileSync(
  join(dist, 'THIRD_PARTY_NOTICES'),
  notices([...wasm, ...[...modules.values()].flatMap(({ sources }) => sources)], root) + grammarNotices(),
);
