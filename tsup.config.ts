import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';
import { builtConf } from './scripts/built-conf.mts';

// The first of two steps: one module per set of things that are loaded together, by esbuild's splitting.
// scripts/bundle.mjs puts these into the few files of dist/, and holds the table of them.
export default defineConfig({
  entry: { index: 'src/index.ts', start: 'src/boot/start.ts', core: 'src/cli/main.ts' },
  outDir: 'node_modules/.cache/orch/modules',
  format: 'esm',
  // Not .mjs: the second step would take all that a module exports for its default.
  outExtension: () => ({ js: '.js' }),
  target: 'node20',
  platform: 'node',
  splitting: true,
  clean: true,
  dts: false,
  metafile: true,
  removeNodeProtocol: false,
  noExternal: [/.*/],
  silent: true,
  esbuildPlugins: [
    {
      name: 'quick-start',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /\/ajv-provider\.js$/ }, () => ({
          path: fileURLToPath(new URL('src/mcp/no-validator.ts', import.meta.url)),
        }));
        // It would print what is sent to the server, passwords as well, where DEBUG is set for another program.
        onResolve({ filter: /^debug$/ }, () => ({
          path: fileURLToPath(new URL('src/adapters/budget/no-debug.ts', import.meta.url)),
        }));
        // Commander asks for this one at its start and uses it only for commands that are programs of their own.
        onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
          /[\\/]commander[\\/]/.test(importer) ? { path: 'none', namespace: 'none' } : undefined,
        );
        // Its other form, for CommonJS, loads its parts in a way that cannot be bundled.
        onResolve({ filter: /^jsonc-parser$/ }, () => ({
          path: fileURLToPath(new URL('node_modules/jsonc-parser/lib/esm/main.js', import.meta.url)),
        }));
        // Its other form declares a `require` of its own, which hides that of CommonJS.
        onResolve({ filter: /^web-tree-sitter$/ }, () => ({
          path: fileURLToPath(new URL('node_modules/web-tree-sitter/web-tree-sitter.cjs', import.meta.url)),
        }));
        // A library for .p12 files, three times the size of the rules: files are only searched as text.
        onResolve({ filter: /^\.\/index-\w+\.js$/ }, ({ importer, kind }) =>
          kind === 'dynamic-import' && /[\\/]secretlint-rule-preset-recommend[\\/]/.test(importer)
            ? { path: 'none', namespace: 'none' }
            : undefined,
        );
        onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
      },
    },
  ],
  esbuildOptions(options) {
    // The second step makes CommonJS of it, which has no import.meta.
    options.define = {
      ...options.define,
      'import.meta.dirname': '__dirname',
      'import.meta.url': 'importMetaUrl',
      builtConf: JSON.stringify(builtConf),
    };
    options.legalComments = 'none';
    // Without it the names of the packages' files would be kept.
    options.minifyIdentifiers = true;
  },
});
