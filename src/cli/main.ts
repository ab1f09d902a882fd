/** `orch`: the entry of the command line. What only prints the version loads nothing else. */
import { version } from '../../package.json';

/** `argv` without node and script. Returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const { runCommandLine } = await import('./command-line.ts');
  return runCommandLine(argv);
}
