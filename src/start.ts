/**
 * Loads `orch.js`, the bundle of everything, with the code that V8 compiled when it was built: reading the
 * source anew takes longer than all that a start does. V8 refuses compiled code of another version of itself,
 * of other flags or that is cut, and compiles the source as usual; so nothing depends on the file.
 */
import { readFileSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { version } from '../package.json';

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

/** Where the compiled code of a bundle is, for the V8 that runs. */
export function codeFile(bundle: string): string {
  return `${bundle}.${process.versions.v8}-${process.arch}.code`;
}

/** V8 knows a source by its length alone, so a bundle that was changed by hand must not meet older code. */
function compiledCode(bundle: string): Buffer | undefined {
  const file = codeFile(bundle);
  try {
    return statSync(file).mtimeMs >= statSync(bundle).mtimeMs ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}
