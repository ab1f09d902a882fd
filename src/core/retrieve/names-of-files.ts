/** What is searched for where files are given and nothing is said about them: their names, and what they define. */
import { linesOf } from './corpus-rules.ts';
import { symbolFinder } from './symbols.ts';

/** Of a file: those at its top say what it is about. */
const mostNames = 30;

/** As a query. '' for files without names. */
export function namesOfFiles(files: readonly { path: string; text: string }[]): string {
  return files.flatMap(({ path, text }) => [nameOf(path), ...definedIn(path, text)]).join('\n');
}

/** With the folder's, which often says more. */
function nameOf(path: string): string {
  return path
    .split('/')
    .slice(-2)
    .join(' ')
    .replace(/\.\w+$/, '');
}

/** What is indented belongs to something else, and others do not know it by its name alone. */
function definedIn(path: string, text: string): string[] {
  const symbolOf = symbolFinder(path);
  const names = new Set<string>();
  for (const line of symbolOf === undefined ? [] : linesOf(text)) {
    const name = /^\s/.test(line) ? undefined : symbolOf!(line);
    if (name !== undefined) names.add(name);
    if (names.size === mostNames) break;
  }
  return [...names];
}
