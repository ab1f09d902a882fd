/** Placeholders in an answer or patch of an earlier call: nobody knows any more which secrets they stand for. */
import type { PatchProblem } from '../patch/types.ts';
import { Redactions } from './redactions.ts';

interface ChangedText {
  kind: string;
  path: string;
  before: string;
  after: string;
}

/** The first line with a placeholder that the file did not hold before. */
export function leftoverPlaceholder(changes: readonly ChangedText[]): PatchProblem | undefined {
  for (const { kind, path, before, after } of changes) {
    if (!holdsPlaceholder(after)) continue;
    // A new file may have its text from one that the change moves.
    const known = new Redactions(kind === 'create' ? changes.map((change) => change.before) : [before]);
    for (const [at, line] of after.split('\n').entries()) {
      const [placeholder] = known.placeholdersIn(line);
      if (placeholder === undefined) continue;
      const where = `line ${at + 1} of ${path}`;
      return {
        code: 'secret-moved',
        path,
        message: `${where} would hold the placeholder ${placeholder} instead of the secret that it stands for`,
      };
    }
  }
  return undefined;
}

/** Whether a text shows placeholders instead of secrets. */
export function holdsPlaceholder(text: string): boolean {
  return new Redactions().placeholdersIn(text).length > 0;
}

export const leftoverHint =
  'it shows placeholders instead of secrets: apply it by the id that was printed with it, or let orch run the call again';
