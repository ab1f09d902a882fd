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
  noExternal: [/.*/],
  // Bundled CommonJS packages call require() for node's own modules.
  banner: {
    js: "import { createRequire as orchCreateRequire } from 'node:module'; const require = orchCreateRequire(import.meta.url);",
  },
  esbuildPlugins: [
    {
      name: 'no-validator',
      setup({ onResolve }) {
        onResolve({ filter: /\/ajv-provider\.js$/ }, () => ({
          path: fileURLToPath(new URL('src/mcp/no-validator.ts', import.meta.url)),
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
