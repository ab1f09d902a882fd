/**
 * Finds the names that some file system takes for `.git`: in any case, with the dots and spaces that Windows drops
 * at the end, its short name and its streams, and with the characters that macOS ignores. All of them count on every
 * system, as for git, because a working tree may be shared between systems.
 */

const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const dotGit = /^(\.git|git~\d+)[. ]*(:|$)/i;

/** Whether any part of the path names a `.git`. A backslash separates parts as a slash does. */
export function hasDotGit(path: string): boolean {
  return path.split(/[/\\]/).some((part) => dotGit.test(part.replace(ignoredByHfs, '')));
}
