/** The files that were sent, by name: an answer may name thousands of paths, and thousands of files may be sent. */
import type { SourceFile } from '../types.ts';

export class SentFiles {
  private readonly byPath = new Map<string, SourceFile>();
  private readonly byName = new Map<string, string[]>();

  constructor(files: readonly SourceFile[]) {
    for (const file of files) {
      if (this.byPath.has(file.path)) continue;
      this.byPath.set(file.path, file);
      const name = nameOf(file.path);
      const others = this.byName.get(name);
      if (others) others.push(file.path);
      else this.byName.set(name, [file.path]);
    }
  }

  named(path: string): SourceFile | undefined {
    return this.byPath.get(path);
  }

  /** The longest path of a file with which this one ends: shorter ones are files of the same name in outer folders. */
  longestWithin(path: string): string | undefined {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      const suffix = path.slice(at + 1);
      if (this.byPath.has(suffix)) return suffix;
    }
    return undefined;
  }

  /** The paths of files that end with this one. */
  endingWith(path: string): string[] {
    return (this.byName.get(nameOf(path)) ?? []).filter((file) => file.endsWith(`/${path}`));
  }
}

const known = new WeakMap<readonly SourceFile[], SentFiles>();

/** Worked out once per list, which must not change. */
export function sentFiles(files: readonly SourceFile[]): SentFiles {
  let sent = known.get(files);
  if (!sent) {
    sent = new SentFiles(files);
    known.set(files, sent);
  }
  return sent;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
