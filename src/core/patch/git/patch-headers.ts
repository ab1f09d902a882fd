/**
 * What git does not list when it lists the paths that a patch touches. Lines of a hunk begin with a marker, so a word at
 * the beginning of a line is a header, or prose that git skips.
 */
import { unquoteName } from './quote-name.ts';

/**
 * The files that are renamed or copied, as a header says or because the names above the hunks differ, which is enough
 * for git. `rename old` is an old form that git still accepts.
 */
export function originsIn(patch: string): string[] {
  const said = [...patch.matchAll(/^(?:rename from|rename old|copy from) (.+?)\r?$/gm)];
  return [...said.map(([, name]) => unquoted(name!)), ...unsaidOrigins(patch)];
}

const unquoted = (name: string) => (name.startsWith('"') ? unquoteName(name) : name);

/** Git accepts the lines of a header in any order, and the last of a kind counts. */
function unsaidOrigins(patch: string): string[] {
  const origins: string[] = [];
  for (const section of `\n${patch}`.split('\ndiff --git ').slice(1)) {
    const header = section.split('\n@@ -', 1)[0]!.split('\n');
    const [from, to] = ['--- ', '+++ '].map((mark) => {
      const name = nameOn(header.findLast((line) => line.startsWith(mark))?.slice(mark.length) ?? '');
      return name === '/dev/null' ? '' : unquoted(name).replace(/^[^/]*\/+/, '');
    });
    if (from !== '' && to !== '' && from !== to) origins.push(from!);
  }
  return origins;
}

/**
 * Whether something else than a regular file is created, changed or deleted: a symbolic link or a submodule, which lead
 * elsewhere. Git skips any white space above the number.
 */
export function changesLink(patch: string): boolean {
  const modes = patch.matchAll(/^(?:(?:new|deleted) file mode|new mode|index [^ \n]+) \s*([+-]?\d+)/gm);
  return [...modes].some(([, mode]) => !/^0*100(?:644|755)$/.test(mode!));
}

/** Git's prefixes, also those of `diff.mnemonicPrefix`. */
const prefixed = /^"?[abciow12]\//;

/**
 * The first name that has no prefix such as `a/`, as with `diff.noprefix`. Git takes the first folder off all the same,
 * and so patches another file.
 */
export function nameWithoutPrefix(patch: string): string | undefined {
  const pairs = [
    ...patch.matchAll(/^diff --git (\S.*)$/gm),
    ...patch.matchAll(/^--- (\S.*)\n\+\+\+ (\S.*)\n@@ -/gm),
  ];
  for (const [, first, second] of pairs) {
    const [from, to] = second === undefined ? halvesOf(first!.trimEnd()) : [nameOn(first!), nameOn(second)];
    const names = [from, to].filter((name) => name !== '/dev/null');
    const bare = names.find((name) => !prefixed.test(name));
    if (bare !== undefined && !(names.length === 2 && differInFirst(from, to))) return bare;
    if (names.length === 2 && from === to) return from;
  }
  return undefined;
}

/** The two names of a line of git's. With spaces in them, they are as long as each other unless the file moves. */
function halvesOf(names: string): [string, string] {
  const middle = (names.length - 1) / 2;
  if (names[middle] === ' ') return [names.slice(0, middle), names.slice(middle + 1)];
  const second = /^(?:"(?:[^"\\]|\\.)*"|\S+) (.+)$/.exec(names)?.[1] ?? names;
  const moved = / ("?[abciow12]\/.*)$/.exec(names)?.[1];
  return [names, moved ?? second];
}

function nameOn(line: string): string {
  return line.split('\t')[0]!.trimEnd();
}

/** Whether only the first folders are different, as with prefixes of the user's own. */
function differInFirst(from: string, to: string): boolean {
  const rest = (name: string) => name.slice(name.indexOf('/'));
  return from !== to && from.includes('/') && rest(from) === rest(to);
}

/** Bytes of what the binary parts of a patch say that they unpack to; `Infinity` if git would misread a number. */
export function unpackedBytes(patch: string): number {
  let sum = 0;
  for (const [, size] of patch.matchAll(/^(?:literal|delta) \s*([+-]?\d+)/gm))
    sum += /^\d+$/.test(size!) ? Number(size) : Number.POSITIVE_INFINITY;
  return sum;
}
