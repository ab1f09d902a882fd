import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';

// Everything is bundled and split: a bundle loads in a fraction of the time that node_modules takes, and
// what only one action needs (openai, the MCP SDK, ora, cli-table3) stays in a chunk that only it loads.
// Short names are quicker to read in; the source maps give the long ones back (NODE_OPTIONS=--enable-source-maps).
export default defineConfig({
  entry: { index: 'src/index.ts', cli: 'src/cli/main.ts' },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  clean: true,
  dts: false,
  sourcemap: true,
  removeNodeProtocol: false,
  noExternal: [/.*/],
  // Bundled CommonJS packages call require() for node's own modules; one serves all chunks.
  banner: {
    js: "import { createRequire as orchCreateRequire } from 'node:module'; const require = (globalThis.orchRequire ??= orchCreateRequire(import.meta.url));",
  },
  esbuildPlugins: [
    {
      name: 'quick-start',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /\/ajv-provider\.js$/ }, () => ({
          path: fileURLToPath(new URL('src/mcp/no-validator.ts', import.meta.url)),
        }));
        // Node makes a module record of a builtin for every static import of it, and reads every lazy property
        // of it for that; require() does not.
        onResolve({ filter: /^node:/ }, ({ path, kind, importer, namespace }) => {
          if (namespace === 'builtin') return { path, external: true };
          // Commander asks for this one at its start and uses it only for commands that are programs of their own.
          const unused = path === 'node:child_process' && /[\\/]commander[\\/]/.test(importer);
          return unused || kind === 'import-statement'
            ? { path: unused ? 'none' : path, namespace: 'builtin' }
            : undefined;
        });
        onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
          contents: path === 'none' ? 'module.exports = {};' : `module.exports = require('${path}');`,
        }));
      },
    },
  ],
  esbuildOptions(options) {
    options.legalComments = 'linked';
    options.minifyWhitespace = true;
    options.minifySyntax = true;
    options.minifyIdentifiers = true;
  },
});
