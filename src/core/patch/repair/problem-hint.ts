/** What a person can do about an answer that cannot be used, in one sentence. */
import type { PatchProblem } from '../types.ts';

/** For the first problem: once it is solved, the others may be gone. */
export function problemHint([problem]: readonly PatchProblem[]): string | undefined {
  if (!problem) return undefined;
  const { path = 'the file', nearest = [] } = problem;
  switch (problem.code) {
    case 'not-a-patch':
      return 'an edit is a search/replace block, a V4A patch, a unified diff or a whole file with its path';
    case 'cut':
      return 'give the whole answer, or ask for a smaller change';
    case 'unknown-path':
      return 'name every file that the change touches (--file, or files), inside the folders that may be read';
    case 'exists':
      return `name ${path} among the files, so that it can be changed instead of created`;
    case 'binary':
      return 'only text can be changed';
    case 'not-found':
      return nearest.length > 0
        ? `${linesOf(nearest, path)} closest to what the edit looks for`
        : 'the answer was made for another version of the file: give that version, or ask again';
    case 'ambiguous':
      return 'the edit needs more lines around it, so that only the right place fits';
    case 'already-applied':
      return 'the change is already in the file: leave the block out';
    case 'overlap':
      return 'combine the two edits into one';
    case 'no-context':
      return 'the edit needs the lines above and below its place';
    case 'no-change':
      return 'there is nothing to apply';
    case 'elided':
      return 'the answer must contain every line, including those that do not change';
    case 'edit-mark':
      return 'ask again; lines that look like marks of an edit or of a conflict must be added by hand';
    case 'too-loose':
      return 'look at the place, and leave --strict out to accept it';
    case 'secret-moved':
      return 'a line with a secret can only stay as it is or be deleted: ask again, or change that line by hand';
    case 'too-complex':
      return 'ask for a smaller change';
  }
}

/** Consecutive lines, without blank ones at their ends: the last one may follow the final newline. */
function linesOf(lines: readonly { line: number; text: string }[], path: string): string {
  const written = lines.filter(({ text }) => text.trim() !== '');
  const [first, last] = [(written[0] ?? lines[0]!).line, (written.at(-1) ?? lines[0]!).line];
  return first === last ? `line ${first} of ${path} is` : `lines ${first} to ${last} of ${path} are`;
}
