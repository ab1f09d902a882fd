/**
 * What git does not list when it lists the paths that a patch touches. Lines of a hunk begin with a marker, so a word at
 * the beginning of a line is a header, or prose that git skips.
 */
import { unquoteName } from './quote-name.ts';

/** The files that are renamed or copied. `rename old` is an old form that git still accepts. */
export function originsIn(patch: string): string[] {
  return [...patch.matchAll(/^(?:rename from|rename old|copy from) (.+?)\r?$/gm)].map(([, name]) =>
    name!.startsWith('"') ? unquoteName(name!) : name!,
  );
}

/** Whether a symbolic link or a submodule, which lead elsewhere, is created, changed or deleted. */
export function changesLink(patch: string): boolean {
  return /^(?:(?:new|deleted) file mode|new mode|index \S+)[ \t]+0*1[26][0-7]{4}\b/m.test(patch);
}
