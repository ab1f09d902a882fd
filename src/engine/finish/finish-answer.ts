/** Turns a model's answer into the requested result, or into a failure whose class determines the recovery. */

import { isRefusal } from '../../core/answer/refusal.ts';
import { firstSentence } from '../../core/answer/sentences.ts';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { withoutThinking } from '../../core/patch/answer/unwrap.ts';
import { type FileStat, formatDiffstat } from '../../core/patch/git/diffstat.ts';
import { emitPatch, emitWithoutLines } from '../../core/patch/git/emit-patch.ts';
import { unnamedPaths } from '../../core/patch/needs-naming.ts';
import { type PatchResult, patchFromAnswer } from '../../core/patch/patch-from-answer.ts';
import { problemHint } from '../../core/patch/repair/problem-hint.ts';
import type { FileChange, FileEdit, HunkReport, PatchProblem } from '../../core/patch/types.ts';
import { restoreSecrets } from '../../core/secrets/restore-secrets.ts';
import { type Shape, shapes } from '../../core/tasks/shapes.ts';
import type { PatchCheck, SourceSet } from '../ports.ts';
import { faultOfChanges, whyNothingChanges } from './changes.ts';
import { NonAnswer, spokenRefusal, UnparsableAnswer } from './non-answer.ts';
import type { FinishOptions } from './options.ts';
import { checkParsedChanges } from './parse-check.ts';
import { patchWarnings } from './result-warnings.ts';
import { finishCode, finishText, leftToDo, unchanged } from './text.ts';

export interface FinishedPatch {
  changes: FileChange[];
  stats: FileStat[];
  /** In the format of `git diff --stat`. */
  diffstat: string;
  hunks: HunkReport[];
  checkedBy: 'git' | 'none';
  /** Folder in which the patch applies. */
  base: string;
  /** Whether the text of the patch applies. False if it has placeholders where git would need a secret. */
  appliesAsShown: boolean;
}

export interface FinishedAnswer {
  result: string;
  patch: FinishedPatch | undefined;
  /** Why nothing needs to change, in the model's words; the result is empty then. Undefined for any other result. */
  noChange?: string | undefined;
  /** Placeholders of secrets that are left in code or text. Empty for a patch. */
  placeholders: string[];
  warnings: string[];
}

export type Finished = Omit<FinishedAnswer, 'placeholders'>;
/** Of a patch. */
type PlacedResult = Finished & { patch: FinishedPatch };

/** Throws `ProviderFailure`, and the patch checker's errors about the files. */
export async function finishAnswer(answer: string, options: FinishOptions): Promise<FinishedAnswer> {
  const finished = await finishAs(shapes[options.shape].readAs, answer, options);
  if (finished.patch) return { ...finished, placeholders: [] };
  // A placeholder is never restored outside a patch.
  const placeholders = [...new Set(options.redacted?.redactions.placeholdersIn(finished.result))];
  const warnings =
    placeholders.length === 0
      ? finished.warnings
      : [
          ...finished.warnings,
          `the result holds placeholders of secrets that were not sent (${placeholders.slice(0, 5).join(', ')}): replace them by hand`,
        ];
  return { ...finished, placeholders, warnings };
}

async function finishAs(form: Shape['readAs'], answer: string, options: FinishOptions): Promise<Finished> {
  try {
    return await finishers[form](answer, options);
  } catch (error) {
    if (error instanceof UnparsableAnswer) throw error;
    const holdsNothing = error instanceof NonAnswer || (error instanceof UnplaceableAnswer && error.isNone);
    const words = holdsNothing ? wordsOf(answer) : '';
    throw isRefusal(words) ? spokenRefusal(answer, words) : error;
  }
}

/** Without what a model thought before, and without the fence or the comment that it answers in. */
function wordsOf(answer: string): string {
  return (withoutThinking(answer) ?? '')
    .trim()
    .replace(/^`{3,}.*\n/, '')
    .replace(/^\/\/ |^# /, '');
}

const finishers: Record<
  Shape['readAs'],
  (answer: string, options: FinishOptions) => Finished | Promise<Finished>
> = {
  edits: finishPatch,
  text: finishText,
  code: finishCode,
};

async function finishPatch(answer: string, options: FinishOptions): Promise<Finished> {
  const { sourceSet, strict = false, repairs } = options;
  const read = patchFromAnswer(answer, distinctFiles(sourceSet), {
    exists: sourceSet.exists,
    strict,
    repairs,
  });
  const stays = read.patch === undefined ? whyNothingChanges(answer, read, options) : undefined;
  if (typeof stays === 'string') return unchanged(stays);
  const { patch, changes: shown, stats, hunks, problems, edits } = stays ?? read;
  if (patch === undefined) throw new UnplaceableAnswer(answer, problems, edits);
  return finishPlaced({ patch, changes: shown, stats, hunks, answer, edits }, options);
}

/** Each once, however many parts of it were sent. */
export function distinctFiles({ sources }: SourceSet): SourceSet['sources'] {
  return sources.filter((source, at) => sources.findIndex((other) => other.path === source.path) === at);
}

interface PlacedAnswer extends Parsed, Pick<PatchResult, 'stats' | 'hunks'> {
  patch: string;
  /** As the model saw the files. */
  changes: FileChange[];
}

/** Every check of a patch whose edits have their places. */
export async function finishPlaced(placed: PlacedAnswer, options: FinishOptions): Promise<PlacedResult> {
  const { patch, changes: shown, stats, hunks, answer, edits } = placed;
  const { instruction, sourceSet } = options;
  const { base, sources } = sourceSet;
  const [unnamed] = unnamedPaths(shown, { sent: sources.map(({ path }) => path), instruction });
  if (unnamed !== undefined)
    throw new ProviderFailure(
      'unusable-answer',
      `the patch changes ${unnamed}, which the request did not name`,
      {
        code: 'file-forbidden',
        hint: `if you want that, name ${unnamed} in the instruction or among the files`,
      },
    );
  const fault = faultOfChanges(shown, options);
  if (fault !== undefined) throw new NonAnswer(answer, fault);
  const parseWarnings = await checkParsedChanges(shown, answer, options);
  const { changes, text, applies, check } = await checkPatch(patch, shown, { ...options, answer, edits });
  if (!check.ok)
    throw new ProviderFailure('unusable-answer', `git rejects the patch: ${check.detail}`, {
      code: 'patch-unplaceable',
    });
  const warnings = [
    ...patchWarnings(hunks, changes),
    ...parseWarnings,
    ...shown.flatMap(({ path, before, after }) =>
      leftToDo(after, [before]).map((warning) => `${path}: ${warning}`),
    ),
  ];
  for (const [at, { path, oldPath, before }] of changes.entries()) {
    if (oldPath !== undefined && before !== shown[at]!.before)
      warnings.push(`${oldPath} is renamed to ${path} and holds secrets: please review`);
  }
  if (check.checkedBy === 'none') warnings.push('git is not installed: the patch was checked by orch only');
  return {
    result: text,
    patch: {
      changes,
      stats,
      diffstat: formatDiffstat(stats),
      hunks,
      checkedBy: check.checkedBy,
      base,
      appliesAsShown: applies,
    },
    warnings,
  };
}

interface Parsed {
  answer: string;
  edits: readonly FileEdit[];
}

interface CheckedPatch {
  /** Between the real files, with their secrets. */
  changes: FileChange[];
  /** To be shown: without secrets. */
  text: string;
  /** Whether `text` applies. */
  applies: boolean;
  check: PatchCheck;
}

/** Puts the secrets back, and checks the patch with git. `patch` and `shown` are what the model wrote. */
async function checkPatch(
  patch: string,
  shown: FileChange[],
  { answer, edits, redacted, patchChecker, sourceSet, signal }: FinishOptions & Parsed,
): Promise<CheckedPatch> {
  const tryOut = (text: string, changes: readonly FileChange[]) =>
    patchChecker.check(text, changes, sourceSet.base, signal);
  if (!redacted) return { changes: shown, text: patch, applies: true, check: await tryOut(patch, shown) };
  const { changes, problems, holdsSecret } = restoreSecrets(shown, redacted);
  if (problems.length > 0) throw new UnplaceableAnswer(answer, problems, edits);
  const text = emitWithoutLines(changes, holdsSecret);
  if (text !== undefined) {
    const check = await tryOut(text, changes);
    if (check.ok) return { changes, text, applies: true, check };
  }
  return { changes, text: patch, applies: false, check: await tryOut(emitPatch(changes), changes) };
}

/** An answer with edits that cannot be placed reliably: the problems, and the edits that were parsed. */
export class UnplaceableAnswer extends ProviderFailure {
  /** It holds no edit at all. */
  readonly isNone: boolean;

  constructor(
    readonly answer: string,
    readonly problems: readonly PatchProblem[],
    readonly edits: readonly FileEdit[],
  ) {
    const isNone = edits.length === 0 && problems.every(({ code }) => code === 'not-a-patch');
    const said = isNone ? `; it says: ${JSON.stringify(firstSentence(answer, 120))}` : '';
    super('unplaceable-answer', problems.map(describeProblem).join('; ') + said, {
      hint: problemHint(problems),
    });
    this.isNone = isNone;
  }
}

function describeProblem({ path, block, message }: PatchProblem): string {
  const where = [path, block === undefined ? undefined : `block ${block}`].filter(
    (part) => part !== undefined && !message.includes(part),
  );
  return where.length === 0 ? message : `${where.join(', ')}: ${message}`;
}
