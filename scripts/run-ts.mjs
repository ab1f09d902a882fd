/** Runs a TypeScript file of this repository: `node scripts/run-ts.mjs test/bench/patch.ts [argument…]`. */
import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [source, ...rest] = process.argv.slice(2);
if (!source) throw new Error('usage: node scripts/run-ts.mjs FILE.ts [argument…]');
const cache = fileURLToPath(new URL('../node_modules/.cache/orch/', import.meta.url));
mkdirSync(cache, { recursive: true });
const outfile = resolve(cache, `${basename(source, '.ts')}-${process.pid}.mjs`);
await build({
  entryPoints: [source],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'error',
});
process.argv = [process.argv[0], resolve(source), ...rest];
await import(pathToFileURL(outfile).href);
