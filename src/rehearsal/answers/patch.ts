/** Writes an edit in the form that was asked for. */
import type { PatchFormat } from '../../core/tasks/shapes.ts';
import { chooseInsertion, type Insertion } from './edit.ts';
import type { GivenFile } from './given.ts';

/** An edit of the first file given. An empty file gets `newText`. */
export function patchAnswer(file: GivenFile, newText: string, format: PatchFormat): string {
  const insertion = chooseInsertion(file);
  if (!insertion) return newFileAnswer(file.path, newText, format);
  return format === 'v4a' ? v4a(file.path, insertion) : searchReplace(file.path, insertion);
}

/** A file that does not exist yet, or is empty. `text` ends in a newline. */
export function newFileAnswer(path: string, text: string, format: PatchFormat): string {
  const lines = text.replace(/\n$/, '').split('\n');
  if (format === 'v4a') {
    const added = lines.map((line) => `+${line}`).join('\n');
    return `*** Begin Patch\n*** Add File: ${path}\n${added}\n*** End Patch\n`;
  }
  return block(path, [], lines);
}

function searchReplace(path: string, { before, insert, after }: Insertion): string {
  return block(path, [...before, ...after], [...before, ...insert, ...after]);
}

function block(path: string, search: readonly string[], replace: readonly string[]): string {
  return `${[path, '<<<<<<< SEARCH', ...search, '=======', ...replace, '>>>>>>> REPLACE'].join('\n')}\n`;
}

function v4a(path: string, { before, insert, after }: Insertion): string {
  const hunk = [
    ...before.map((line) => ` ${line}`),
    ...insert.map((line) => `+${line}`),
    ...after.map((line) => ` ${line}`),
  ];
  return `${['*** Begin Patch', `*** Update File: ${path}`, '@@', ...hunk, '*** End Patch'].join('\n')}\n`;
}
