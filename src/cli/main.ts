/** `orch`: the one entry of the bundle. What it loads next makes schemas, so how they are made is said first. */
import '../boot/quick-schemas.ts';

/** `argv` without node and script. Returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { runProcess } = await import('./process.ts');
  return runProcess(argv);
}
