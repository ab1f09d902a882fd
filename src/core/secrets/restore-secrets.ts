/**
 * Puts the secrets back into the changes that an answer makes. A model saw placeholders, so a change is between two
 * redacted texts. A placeholder is restored only in a line that the change leaves as and where it is, from the same
 * line of the original file; anywhere else it could carry the secret to a place that a stranger chose, so the change
 * is refused.
 */
import { lineDiff } from '../patch/text/line-diff.ts';
import { joinText, splitText } from '../patch/text/lines.ts';
import type { FileChange, PatchProblem } from '../patch/types.ts';
import type { Redactions } from './redactions.ts';

/** What was redacted in a call, and the files as they are. */
export interface RedactedFiles {
  redactions: Redactions;
  /** By path, with their secrets. */
  originals: ReadonlyMap<string, string>;
}

export interface Restored {
  /** Between the real texts; unusable if there are problems. */
  changes: FileChange[];
  problems: PatchProblem[];
  /** Whether a line of a change's old text, from 1, holds a secret. */
  holdsSecret(change: FileChange, line: number): boolean;
}

export function restoreSecrets(changes: readonly FileChange[], files: RedactedFiles): Restored {
  const problems: PatchProblem[] = [];
  const secretLines = new Map<FileChange, Set<number>>();
  const restored = changes.map((change) => {
    const real = restoreChange(change, files, problems);
    secretLines.set(real, differingLines(change.before, real.before));
    return real;
  });
  return {
    changes: restored,
    problems,
    holdsSecret: (change, line) => secretLines.get(change)?.has(line) ?? false,
  };
}

/** The lines, from 1, in which two texts with as many lines differ. */
function differingLines(text: string, other: string): Set<number> {
  const otherLines = splitText(other).lines;
  const differing = new Set<number>();
  for (const [at, line] of splitText(text).lines.entries())
    if (line !== otherLines[at]) differing.add(at + 1);
  return differing;
}

function restoreChange(
  change: FileChange,
  { redactions, originals }: RedactedFiles,
  problems: PatchProblem[],
): FileChange {
  const { kind, path, oldPath = path, before, after } = change;
  const original = kind === 'create' ? '' : (originals.get(oldPath) ?? before);
  if (kind === 'delete') return { ...change, before: original };
  const text = splitText(after);
  const unchanged = unchangedLines(before, after);
  const originalLines = splitText(original).lines;
  const lines = text.lines.map((line, at) => {
    const from = unchanged.get(at);
    if (from !== undefined) return originalLines[from]!;
    const [placeholder] = redactions.placeholdersIn(line);
    if (placeholder !== undefined) problems.push(misplaced(placeholder, path, at + 1));
    return line;
  });
  return { ...change, before: original, after: joinText({ ...text, lines }) };
}

function misplaced(placeholder: string, path: string, line: number): PatchProblem {
  return {
    code: 'secret-moved',
    path,
    message: `line ${line} of the result holds the placeholder ${placeholder} of a secret, but is not an unchanged line of ${path}`,
  };
}

/** For each line of `after` that a diff leaves as it is, the line of `before`; both from 0. */
function unchangedLines(before: string, after: string): Map<number, number> {
  const unchanged = new Map<number, number>();
  let oldLine = 0;
  let newLine = 0;
  const keepUntil = (end: number) => {
    while (oldLine < end) unchanged.set(newLine++, oldLine++);
  };
  // How a line ends does not matter here: one that gets a newline is still the same.
  const comparable = (text: string) => splitText(text).lines.map((line) => `${line}\n`);
  const oldLines = comparable(before);
  for (const { oldStart, lines } of lineDiff(oldLines.join(''), comparable(after).join(''))) {
    keepUntil(oldStart - 1);
    for (const line of lines) {
      if (line.startsWith(' ')) unchanged.set(newLine++, oldLine++);
      else if (line.startsWith('-')) oldLine++;
      else if (line.startsWith('+')) newLine++;
    }
  }
  keepUntil(oldLines.length);
  return unchanged;
}
