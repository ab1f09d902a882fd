/** A path as a file system sees it that folds case and drops the dots and spaces at the end of a name, with slashes. */
export function foldedPath(path: string): string {
  const names = path.normalize('NFC').toLowerCase().split(/[\\/]/);
  return names.map((name) => name.replace(/(?<![. ])[. ]+$/, '')).join('/');
}
