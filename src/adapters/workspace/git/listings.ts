/** Reads the lists that git prints with `-z`. Everything in them is separated by NUL. */

/** Of `ls-files -z`, `check-ignore -z` and the like. */
export function namesIn(listing: string): string[] {
  return listing.split('\0').filter((name) => name !== '');
}

/** Of `apply --numstat -z`: a row is `added TAB removed TAB name`; of a rename both names follow the row. */
export function numstatNames(listing: string): string[] {
  return namesIn(listing)
    .map((row) => row.replace(/^[^\t]*\t[^\t]*\t/, ''))
    .filter((name) => name !== '');
}

/**
 * Of `check-attr -z`: for each path that has one of the attributes, the first of them as it is written in
 * .gitattributes. Those that are unset count as absent.
 */
export function attributesSet(listing: string): Map<string, string> {
  const set = new Map<string, string>();
  // Path, name, value, path, …
  const words = listing.split('\0');
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [path, name, value] = words.slice(at, at + 3) as [string, string, string];
    if (value === 'unspecified' || value === 'unset' || set.has(path)) continue;
    set.set(path, value === 'set' ? name : `${name}=${value}`);
  }
  return set;
}

/** A version of a file as git keeps it. */
export interface Entry {
  /** 100644, 100755, 120000 for a link, 160000 for a submodule. */
  mode: string;
  id: string;
}

export interface IndexEntry extends Entry {
  path: string;
  /** 0, or 1 to 3 in a merge conflict. */
  stage: number;
  /** What the file was when it was last known to be the same. Undefined if git does not say. */
  stats: { size: number; mtimeNs: bigint } | undefined;
  /** The file need not be there (sparse checkout), or is not to be looked at. */
  skipped: boolean;
}

const skipWorktree = 0x4000_0000;
const assumeUnchanged = 0x8000;

/** Of `ls-files -s -z`, also with `--debug`, which adds `stats` and `skipped`. */
export function indexEntries(listing: string): IndexEntry[] {
  const entries: IndexEntry[] = [];
  // The facts of a file stand, on lines of their own, before the next file.
  const parts = listing.split('\0');
  for (let at = 0; at + 1 < parts.length; at++) {
    const head = /(?:^|\n)(\d{6}) ([0-9a-f]{40,64}) ([0-3])\t(.*)$/s.exec(parts[at]!);
    if (!head) continue;
    const facts = parts[at + 1]!;
    const time = /^ {2}mtime: (\d+):(\d+)$/m.exec(facts);
    const rest = /^ {2}size: (\d+)\tflags: ([0-9a-f]+)$/m.exec(facts);
    const flags = Number.parseInt(rest?.[2] ?? '0', 16);
    entries.push({
      mode: head[1]!,
      id: head[2]!,
      stage: Number(head[3]),
      path: head[4]!,
      stats:
        time && rest
          ? { size: Number(rest[1]), mtimeNs: BigInt(time[1]!) * 1_000_000_000n + BigInt(time[2]!) }
          : undefined,
      skipped: (flags & (skipWorktree | assumeUnchanged)) !== 0,
    });
  }
  return entries;
}

/** Of `ls-tree -z`, by path. */
export function treeEntries(listing: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const part of listing.split('\0')) {
    const row = /^(\d{6}) \w+ ([0-9a-f]+)\t(.*)$/s.exec(part);
    if (row) entries.set(row[3]!, { mode: row[1]!, id: row[2]! });
  }
  return entries;
}

/** Both sides of each file that differs. */
export interface TwoSides {
  path: string;
  before: Entry | undefined;
  after: Entry | undefined;
}

/** Of `diff-tree -z --raw`. */
export function treeChanges(listing: string): TwoSides[] {
  const parts = listing.split('\0');
  const changes: TwoSides[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const row = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) /.exec(parts[at]!);
    if (!row) continue;
    const side = (mode: string, id: string) => (/^0+$/.test(mode) ? undefined : { mode, id });
    changes.push({ path: parts[at + 1]!, before: side(row[1]!, row[3]!), after: side(row[2]!, row[4]!) });
  }
  return changes;
}

/** Of `log -z --name-only --format=%x00%H %s`: an empty part, the id and the first line of a commit, its files. */
export function pastCommits(listing: string): { subject: string; paths: string[] }[] {
  const commits: { subject: string; paths: string[] }[] = [];
  let isHead = false;
  for (const part of listing.split('\0')) {
    // No file has an empty name.
    if (part === '') isHead = true;
    else if (isHead) {
      commits.push({ subject: part.slice(part.indexOf(' ') + 1), paths: [] });
      isHead = false;
    } else {
      const paths = commits.at(-1)?.paths;
      // A line break stands before the first one.
      paths?.push(paths.length === 0 ? part.replace(/^\n/, '') : part);
    }
  }
  return commits;
}
