/** Words of the commands that hints offer to paste: a name from elsewhere must stay one word, and must be no option. */

/** Whether every shell takes it as it is. */
export function isPlainWord(text: string): boolean {
  return /^[\w./][\w./:@+-]*$/.test(text);
}

/** A path as a word of a shell of Unix. */
export function shellPath(path: string): string {
  const named = path.startsWith('-') ? `./${path}` : path;
  return isPlainWord(named) ? named : `'${named.replaceAll("'", "'\\''")}'`;
}
