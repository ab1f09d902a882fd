/** Writes changes as one patch in git's format, which `git apply` accepts as it is. */
import { lineDiffs } from '../text/line-diff.ts';
import type { FileChange } from '../types.ts';
import { quoteName } from './quote-name.ts';
import { hunksWithoutLines, type PatchHunk } from './withheld-lines.ts';

/** In the order of the changes. Empty if nothing changes. */
export function emitPatch(changes: readonly FileChange[]): string {
  return emitPatches(changes).join('');
}

/** The same, a text for each change. */
export function emitPatches(changes: readonly FileChange[]): string[] {
  const diffs = lineDiffs(changes);
  return changes.map((change, at) => emitFile(change, diffs[at]!));
}

/**
 * The same without the lines that must not be shown, with less context instead. Undefined if git would not accept
 * that: a line to withhold is deleted, or directly below a change. `isWithheld` gets a line of the old file, from 1.
 */
export function emitWithoutLines(
  changes: readonly FileChange[],
  isWithheld: (change: FileChange, line: number) => boolean,
): string | undefined {
  const diffs = lineDiffs(changes);
  const files: string[] = [];
  for (const [at, change] of changes.entries()) {
    const hunks = hunksWithoutLines(diffs[at]!, (line) => isWithheld(change, line));
    if (!hunks) return undefined;
    files.push(emitFile(change, hunks));
  }
  return files.join('');
}

function emitFile(change: FileChange, hunks: readonly PatchHunk[]): string {
  const { kind, path } = change;
  const oldPath = change.oldPath ?? path;
  const oldMode = change.oldMode ?? '100644';
  const mode = change.mode ?? oldMode;
  const head = [`diff --git ${quoteName(`a/${oldPath}`)} ${quoteName(`b/${path}`)}`];
  if (kind === 'create') head.push(`new file mode ${mode}`);
  else if (kind === 'delete') head.push(`deleted file mode ${oldMode}`);
  else if (mode !== oldMode) head.push(`old mode ${oldMode}`, `new mode ${mode}`);
  if (oldPath !== path) head.push(`rename from ${quoteName(oldPath)}`, `rename to ${quoteName(path)}`);
  if (hunks.length > 0) {
    head.push(`--- ${kind === 'create' ? '/dev/null' : fileName(`a/${oldPath}`)}`);
    head.push(`+++ ${kind === 'delete' ? '/dev/null' : fileName(`b/${path}`)}`);
  }
  // Git rejects a patch with a file that does not change.
  if (head.length === 1) return '';
  const body = hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  return `${[...head, ...body].join('\n')}\n`;
}

/** A tab ends a name with spaces, as in git. */
function fileName(name: string): string {
  const quoted = quoteName(name);
  return quoted === name && name.includes(' ') ? `${name}\t` : quoted;
}

/** A side without lines names the line before it. */
function range(start: number, count: number): string {
  const from = count === 0 ? start - 1 : start;
  return count === 1 ? `${from}` : `${from},${count}`;
}
