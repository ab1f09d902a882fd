/**
 * What the headers of a git patch say that git does not tell when it is asked which paths a patch touches. Lines
 * of a hunk begin with a marker, so a word at the beginning of a line is a header, or prose that git skips.
 */
import { unquoteName } from './quote-name.ts';

/** The files that renames take away and that copies read. `rename old` is an old word for it that git takes. */
export function originsIn(patch: string): string[] {
  return [...patch.matchAll(/^(?:rename from|rename old|copy from) (.+?)\r?$/gm)].map(([, name]) =>
    name!.startsWith('"') ? unquoteName(name!) : name!,
  );
}

/** Whether it makes, changes or deletes a symbolic link or a submodule, which lead elsewhere. */
export function changesLink(patch: string): boolean {
  return /^(?:(?:new|deleted) file mode|new mode|index \S+)[ \t]+0*1[26][0-7]{4}\b/m.test(patch);
}
