/**
 * What `git add -A` and `git commit -m first` make of files that git keeps as they are. Written without git, since most
 * tests that need a repository need only this, and starting git twice takes many times as long.
 */
import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';

interface Entry {
  name: string;
  id: Buffer;
  stats: BigIntStats;
}

/** `names` are of files in `path`, which holds a repository without a commit. */
export function firstCommit(path: string, names: readonly string[]): void {
  const entries = names
    .map((name) => ({
      name,
      id: object(path, 'blob', readFileSync(join(path, name))),
      stats: lstatSync(join(path, name), { bigint: true }),
    }))
    .sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  const who = `t <t@localhost> ${Math.trunc(Date.now() / 1000)} +0000`;
  const tree = treeOf(path, entries, '').toString('hex');
  const commit = `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nfirst\n`;
  const branch = readFileSync(join(path, '.git/HEAD'), 'utf8').replace(/^ref: |\n/g, '');
  writeFileSync(
    join(path, '.git', branch),
    `${object(path, 'commit', Buffer.from(commit)).toString('hex')}\n`,
  );
  writeFileSync(join(path, '.git/index'), indexOf(entries));
}

/** Its id. */
function object(path: string, kind: string, content: Buffer): Buffer {
  const whole = Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]);
  const id = sha1(whole);
  const file = join(path, '.git/objects', id.toString('hex').replace(/^../, '$&/'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, deflateSync(whole, { level: 1 }));
  return id;
}

function treeOf(path: string, entries: readonly Entry[], folder: string): Buffer {
  const rows: Buffer[] = [];
  const row = (mode: string, name: string, id: Buffer) => rows.push(Buffer.from(`${mode} ${name}\0`), id);
  let last: string | undefined;
  // In the order of whole names all of a folder stands together, where its name with a slash belongs.
  for (const { name, id, stats } of entries) {
    const [first, ...rest] = name.slice(folder.length).split('/') as [string, ...string[]];
    if (rest.length === 0) row(modeOf(stats).toString(8), first, id);
    else if (first !== last) {
      const below = `${folder}${first}/`;
      row(
        '40000',
        first,
        treeOf(
          path,
          entries.filter((each) => each.name.startsWith(below)),
          below,
        ),
      );
    }
    last = rest.length === 0 ? undefined : first;
  }
  return object(path, 'tree', Buffer.concat(rows));
}

/** See `gitformat-index`: version 2, without extensions. */
function indexOf(entries: readonly Entry[]): Buffer {
  const parts = [numbers(0x44495243, 2, entries.length)];
  for (const { name, id, stats } of entries) {
    const { ctimeNs, mtimeNs, dev, ino, uid, gid, size } = stats;
    const times = [ctimeNs, mtimeNs].flatMap((time) => [time / 1_000_000_000n, time % 1_000_000_000n]);
    const text = Buffer.from(name);
    // At least one NUL, up to a multiple of 8 bytes.
    const end = Buffer.alloc(8 - ((62 + text.length) % 8));
    const flags = Buffer.from([text.length >> 8, text.length & 0xff]);
    parts.push(numbers(...times, dev, ino, modeOf(stats), uid, gid, size), id, flags, text, end);
  }
  const content = Buffer.concat(parts);
  return Buffer.concat([content, sha1(content)]);
}

/** Each as 32 bits. */
function numbers(...values: (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) {
    bytes.writeUInt32BE(Number(BigInt.asUintN(32, BigInt(value))), 4 * at);
  }
  return bytes;
}

function modeOf({ mode }: BigIntStats): number {
  return mode & 0o100n ? 0o100755 : 0o100644;
}

function sha1(content: Buffer): Buffer {
  return createHash('sha1').update(content).digest();
}
