/** The start of every command. What only prints the version loads nothing else. */
import { writeSync } from 'node:fs';
import { version } from '../../package.json';
import { loadCore } from './compiled-code.ts';

/** A server may be killed without a word at its end: what it compiled is kept when it has started. */
const serverIsUpMs = 1000;
/** The status of a command line that names no command. */
const usageStatus = 2;

/** `argv` without node and script. Returns the exit status. */
export async function start(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && ['--version', '-V', '-v'].includes(argv[0]!)) return print(`${version}\n`);
  const { core, keepCode } = loadCore(__dirname, argv[0]);
  if (argv[0] === 'serve') setTimeout(keepCode, serverIsUpMs).unref();
  const status = await core.main(argv);
  if (status !== usageStatus) keepCode();
  return status;
}

/** Returns the exit status. Written at once, since to set up the stream takes longer than the rest. */
function print(line: string): number {
  try {
    writeSync(1, line);
    return 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The reader has gone: it has seen enough.
    if (code === 'EPIPE') return 0;
    // A pipe that does not block, and is full.
    if (code === 'EAGAIN') {
      process.stdout.write(line);
      return 0;
    }
    process.stderr.write(`error: cannot write to standard output (${code})\n`);
    return 2;
  }
}
