/** `orch`: the entry point of the bundle. The import has to come first: it sets up how zod makes schemas. */
import '../boot/quick-schemas.ts';

/** `argv` without node and script path. Returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { runProcess } = await import('./process.ts');
  return runProcess(argv);
}
