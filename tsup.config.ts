import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';

// Everything is one bundle, since one file loads in a fraction of the time that node_modules takes. What only
// one action needs (openai, the MCP SDK, ora, cli-table3) is in it, too, but runs when that action asks for it.
// Short names are quicker to read in; the source maps give the long ones back (NODE_OPTIONS=--enable-source-maps).
export default defineConfig({
  entry: { index: 'src/index.ts', start: 'src/boot/start.ts', orch: 'src/cli/main.ts' },
  // CommonJS is what V8 takes compiled code for; see src/boot/start.ts.
  format: 'cjs',
  target: 'node20',
  platform: 'node',
  splitting: false,
  shims: true,
  clean: true,
  dts: false,
  sourcemap: true,
  removeNodeProtocol: false,
  noExternal: [/.*/],
  onSuccess: 'node scripts/compile.mjs',
  esbuildPlugins: [
    {
      name: 'quick-start',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /\/ajv-provider\.js$/ }, () => ({
          path: fileURLToPath(new URL('src/mcp/no-validator.ts', import.meta.url)),
        }));
        // Commander asks for this one at its start and uses it only for commands that are programs of their own.
        onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
          /[\\/]commander[\\/]/.test(importer) ? { path: 'none', namespace: 'none' } : undefined,
        );
        onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
      },
    },
  ],
  esbuildOptions(options) {
    options.legalComments = 'linked';
    options.minifyWhitespace = true;
    options.minifySyntax = true;
    options.minifyIdentifiers = true;
    // Compiled code cannot hold import(): its modules are asked for by require(), when they are needed.
    options.supported = { 'dynamic-import': false };
  },
});
