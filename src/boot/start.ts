/**
 * Loads `orch.js`, the bundle of everything, with the code that V8 compiled when it was built: reading the
 * source anew takes longer than all that a start does. V8 refuses compiled code of another version of itself
 * or of other flags, and compiles the source as usual, but believes what the code holds: that is checked here
 * against a sum at its end. So nothing depends on the file.
 */
import { readFileSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { version } from '../../package.json';

export interface Bundle {
  main(argv: readonly string[]): Promise<number>;
}

/** `argv` without node and script. Returns the exit status. What only prints the version loads nothing else. */
export async function start(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    return printed(`${version}\n`);
  }
  return loadBundle(join(__dirname, 'orch.js')).main(argv);
}

/** Status of a line that went to standard output. A closed pipe is no error. */
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
  // Built with another Node: from 22.8 on, Node keeps what it compiles itself.
  (module as { enableCompileCache?: () => void }).enableCompileCache?.();
  return module.createRequire(file)(file);
}

/** The bundle, and the script of which V8 can give what it has compiled. */
export function runScript(file: string, cachedData?: Buffer): { bundle: Bundle; script: Script } {
  // The build sees to it that the bundle is ASCII, which is read in without being decoded.
  const source = module.wrap(readFileSync(file, 'latin1'));
  const script = new Script(source, { filename: file, ...(cachedData ? { cachedData } : {}) });
  const loaded = { exports: {} as Bundle };
  script.runInThisContext()(loaded.exports, module.createRequire(file), loaded, file, dirname(file));
  return { bundle: loaded.exports, script };
}

/** Where the compiled code of a bundle is, for the Node that runs. */
export function codeFile(bundle: string): string {
  return `${bundle}.${process.version}-${process.platform}-${process.arch}.code`;
}

/** V8 knows a source by its length alone, so a bundle that was changed by hand must not meet older code. */
export function compiledCode(bundle: string): Buffer | undefined {
  const file = codeFile(bundle);
  try {
    return statSync(file).mtimeMs >= statSync(bundle).mtimeMs ? unsealed(readFileSync(file)) : undefined;
  } catch {
    return undefined;
  }
}

const sumBytes = 4;

/** Compiled code as it is kept: its sum follows it. */
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

/** Of Node's own: a loop over so many words takes several times as long before V8 makes it quick. */
function sumOf(code: Buffer): number {
  // Not at the top: what only prints the version does without.
  const load = module.createRequire(__filename);
  const { crc32 } = load('node:zlib') as Partial<typeof import('node:zlib')>;
  if (crc32) return crc32(code);
  // Before Node 20.15.
  const { createHash } = load('node:crypto') as typeof import('node:crypto');
  return createHash('sha1').update(code).digest().readUInt32LE();
}
