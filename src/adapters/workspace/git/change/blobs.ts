/** Reads the content of versions that git keeps, within limits. */
import { type GitOptions, git } from '../git.ts';

export type Blob = Buffer | 'too-large' | 'missing';

/** By id. Those that do not fit into `mostTotal` bytes together count as too large as well. */
export async function readBlobs(
  repository: string,
  ids: Iterable<string>,
  { signal, mostBytes, mostTotal }: Pick<GitOptions, 'signal'> & { mostBytes: number; mostTotal: number },
): Promise<Map<string, Blob>> {
  const wanted = [...new Set(ids)];
  const blobs = new Map<string, Blob>(wanted.map((id) => [id, 'missing']));
  if (wanted.length === 0) return blobs;
  const lines = (list: readonly string[]) => list.map((id) => `${id}\n`).join('');
  const { stdout } = await git(['blob-sizes', repository], { input: lines(wanted), signal });
  const read: string[] = [];
  let total = 0;
  for (const [, id, size] of stdout.matchAll(/^([0-9a-f]+) blob (\d+)$/gm)) {
    const bytes = Number(size);
    if (bytes > mostBytes || total + bytes > mostTotal) blobs.set(id!, 'too-large');
    else {
      total += bytes;
      read.push(id!);
    }
  }
  if (read.length === 0) return blobs;
  const answer = await git(['blobs', repository], { input: lines(read), signal, bytes: true });
  const all = Buffer.from(answer.stdout, 'latin1');
  // Each is a line `id blob size`, its bytes, and a newline.
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf('\n', at);
    const head = /^([0-9a-f]+) blob (\d+)$/.exec(all.toString('latin1', at, end));
    if (end === -1 || !head) break;
    const start = end + 1;
    const size = Number(head[2]);
    blobs.set(head[1]!, all.subarray(start, start + size));
    at = start + size + 1;
  }
  return blobs;
}
