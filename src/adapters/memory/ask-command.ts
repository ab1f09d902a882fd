/** One question to a command that prints JSON. */
import type { MemoryCall } from './memory-source.ts';
import { killGroup, startGroup } from './process-group.ts';

const mostBytes = 8 * 1024 * 1024;

/** What it prints, as a list of one. Rejects with a message that names the cause. */
export async function askCommand(call: MemoryCall, query: string, limit: number): Promise<string[]> {
  const { args, signal, timeoutMs } = call;
  signal.throwIfAborted();
  // A query that looks like an option would be taken for one.
  const asked = query.replace(/^[-\s]+/, '');
  const given = args.map((arg) => arg.replace('{query}', () => asked).replace('{limit}', String(limit)));
  const child = startGroup({ ...call, args: given });
  child.stdin.on('error', () => {}).end();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      timer = setTimeout(() => reject(new Error(`nothing within ${timeoutMs / 1000} s`)), timeoutMs);
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > mostBytes) reject(new Error('more than 8 MB'));
        else chunks.push(chunk);
      });
      child.on('error', reject).on('close', resolve);
    });
    const stdout = Buffer.concat(chunks).toString('utf8');
    // It may say why it failed in what it prints.
    if (stdout.trim() !== '') return [stdout];
    if (status === 0) return [];
    throw new Error(`it ended with status ${status ?? 'unknown'}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    killGroup(child);
  }
}
