/** What the reader of a result should look at before it is used. */
import { runUnaskedWarning } from '../../core/patch/run-unasked.ts';
import type { FileChange, HunkReport } from '../../core/patch/types.ts';
import { addedHidden, type HiddenLine } from '../../core/text/hidden.ts';
import type { SourceSet } from '../ports.ts';

export function patchWarnings(hunks: readonly HunkReport[], changes: readonly FileChange[]): string[] {
  const unasked = runUnaskedWarning(changes);
  return [
    ...hunks.flatMap(doubtsAbout),
    ...unchanged(hunks, changes),
    ...hiddenInChanges(changes),
    ...(unasked === undefined ? [] : [unasked]),
  ];
}

/** A file that the answer repeats as it is, beside others that it changes. */
function unchanged(hunks: readonly HunkReport[], changes: readonly FileChange[]): string[] {
  const changed = new Set(changes.map(({ path, oldPath = path }) => oldPath));
  return hunks.filter(({ path }) => !changed.has(path)).map(({ path }) => `${path}: nothing changes in it`);
}

/** Warnings about a hunk that should be reviewed. */
function doubtsAbout({ path, line, level, flagged, chosenBy }: HunkReport): string[] {
  if (flagged && level === 'whole-file')
    return [`${path}: more than a third of the file was removed, please review (--strict rejects this)`];
  if (flagged && chosenBy === 'order')
    return [`${path}:${line}: the first of several places, please review (--strict rejects this)`];
  if (flagged) return [`${path}:${line}: matched only by ${level}, please review (--strict rejects this)`];
  return chosenBy === 'line'
    ? [`${path}:${line}: chosen by line number among identical places, please review`]
    : [];
}

/** Longer lists are counted. */
const namedLines = 5;

/** Text that a reader does not see may make code do another thing than it shows. */
function hiddenWarnings(where: string, added: readonly HiddenLine[]): string[] {
  if (added.length === 0) return [];
  const lines = added.slice(0, namedLines).map(({ line, characters }) => `${line} (${characters.join(' ')})`);
  const more = added.length > lines.length ? ` and ${added.length - lines.length} more` : '';
  return [
    `${where} adds hidden characters in ${added.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}${more}: please review`,
  ];
}

/** Hidden characters of code or text that are in none of the files. */
export function hiddenIn(result: string, { sources }: SourceSet): string[] {
  return hiddenWarnings('the answer', addedHidden(result, sources.map(({ text }) => text).join('\n')));
}

function hiddenInChanges(changes: readonly FileChange[]): string[] {
  return changes.flatMap(({ path, oldPath, before, after, kind }) => {
    const named = kind === 'create' || oldPath !== undefined ? addedHidden(path, oldPath ?? '') : [];
    return [
      ...(named.length > 0 ? [`the name of the new file ${path} has hidden characters: please review`] : []),
      ...hiddenWarnings(`${path}: the patch`, addedHidden(after, before)),
    ];
  });
}
