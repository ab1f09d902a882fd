/**
 * Loads the bundle, `orch.js`, with the code that V8 compiled at build time: compiling the source takes longer
 * than the rest of a start. V8 rejects code compiled by another version or with other flags and then compiles
 * the source as usual. It does not check the content, so a checksum at its end is verified here. Without the
 * file, or with a damaged one, orch only starts more slowly.
 */
import { readFileSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { version } from '../../package.json';

export interface Bundle {
  main(argv: readonly string[]): Promise<number>;
}

/** `argv` without node and script. Returns the exit status. Printing the version loads nothing else. */
export async function start(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    return printed(`${version}\n`);
  }
  return loadBundle(join(__dirname, 'orch.js')).main(argv);
}

/** Prints a line and returns the exit status. A closed pipe is not an error. */
function printed(line: string): Promise<number> {
  return new Promise((resolve) => {
    process.stdout.on('error', () => {});
    process.stdout.write(line, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error && error.code !== 'EPIPE') {
        process.stderr.write(`error: cannot write to standard output (${error.code})\n`);
      }
      resolve(error && error.code !== 'EPIPE' ? 2 : 0);
    });
  });
}

function loadBundle(file: string): Bundle {
  const code = compiledCode(file);
  if (code) return runScript(file, code).bundle;
  // Built with another Node. From 22.8 on, Node has its own compile cache.
  (module as { enableCompileCache?: () => void }).enableCompileCache?.();
  return module.createRequire(file)(file);
}

/** The bundle, and its script, from which V8 can produce the compiled code. */
export function runScript(file: string, cachedData?: Buffer): { bundle: Bundle; script: Script } {
  // The build ensures that the bundle is ASCII, so it need not be decoded.
  const source = module.wrap(readFileSync(file, 'latin1'));
  const script = new Script(source, { filename: file, ...(cachedData ? { cachedData } : {}) });
  const loaded = { exports: {} as Bundle };
  script.runInThisContext()(loaded.exports, module.createRequire(file), loaded, file, dirname(file));
  return { bundle: loaded.exports, script };
}

/** Path of a bundle's compiled code for the running Node. */
export function codeFile(bundle: string): string {
  return `${bundle}.${process.version}-${process.platform}-${process.arch}.code`;
}

/** V8 identifies a source only by its length, so code older than the bundle is not used. */
export function compiledCode(bundle: string): Buffer | undefined {
  const file = codeFile(bundle);
  try {
    return statSync(file).mtimeMs >= statSync(bundle).mtimeMs ? unsealed(readFileSync(file)) : undefined;
  } catch {
    return undefined;
  }
}

const sumBytes = 4;

/** Appends the checksum to compiled code. */
export function sealed(code: Buffer): Buffer {
  const sum = Buffer.alloc(sumBytes);
  sum.writeUInt32LE(sumOf(code));
  return Buffer.concat([code, sum]);
}

function unsealed(kept: Buffer): Buffer | undefined {
  const end = kept.length - sumBytes;
  if (end <= 0) return undefined;
  const code = kept.subarray(0, end);
  return sumOf(code) === kept.readUInt32LE(end) ? code : undefined;
}

/** Uses Node's built-in checksums, several times faster than a loop that V8 has not optimised yet. */
function sumOf(code: Buffer): number {
  // Not a top-level import, since printing the version does not need it.
  const load = module.createRequire(__filename);
  const { crc32 } = load('node:zlib') as Partial<typeof import('node:zlib')>;
  if (crc32) return crc32(code);
  // Before Node 20.15.
  const { createHash } = load('node:crypto') as typeof import('node:crypto');
  return createHash('sha1').update(code).digest().readUInt32LE();
}
