/** Turns a model's answer into the requested result, or into a failure whose class determines the recovery. */

import { extractCode, extractText } from '../core/answer/extract-code.ts';
import { OrchError } from '../core/errors/orch-error.ts';
import { ProviderFailure } from '../core/errors/provider-failure.ts';
import { normaliseLanguage } from '../core/input/language.ts';
import { holdsEdit } from '../core/patch/dialects/edit-marks.ts';
import { type FileStat, formatDiffstat } from '../core/patch/git/diffstat.ts';
import { unnamedPaths } from '../core/patch/needs-naming.ts';
import { patchFromAnswer } from '../core/patch/patch-from-answer.ts';
import { problemHint } from '../core/patch/repair/problem-hint.ts';
import { runUnaskedWarning } from '../core/patch/run-unasked.ts';
import type { FileChange, FileEdit, HunkReport, PatchProblem } from '../core/patch/types.ts';
import { type ReturnShape, type Shape, shapes } from '../core/tasks/shapes.ts';
import { addedHidden, type HiddenLine } from '../core/text/hidden.ts';
import type { PatchChecker, SourceSet } from './ports.ts';

export interface FinishedPatch {
  changes: FileChange[];
  stats: FileStat[];
  /** In the format of `git diff --stat`. */
  diffstat: string;
  hunks: HunkReport[];
  checkedBy: 'git' | 'none';
  /** Folder in which the patch applies. */
  base: string;
}

export interface FinishedAnswer {
  result: string;
  patch: FinishedPatch | undefined;
  warnings: string[];
}

export interface FinishOptions {
  shape: ReturnShape;
  language: string | undefined;
  sourceSet: SourceSet;
  patchChecker: PatchChecker;
  /** What the user asked for. Files that a patch may write only if they were named may be named here. */
  instruction: string;
  /** Reject hunks that match more loosely than the strict levels of the ladder. */
  strict?: boolean;
  /** The answer that this one repairs; if only some of its blocks failed, the others are kept. */
  repairs?: UnplaceableAnswer | undefined;
  signal: AbortSignal;
}

/** Throws `ProviderFailure`, and the patch checker's errors about the files. */
export async function finishAnswer(answer: string, options: FinishOptions): Promise<FinishedAnswer> {
  return finishers[shapes[options.shape].readAs](answer, options);
}

const finishers: Record<
  Shape['readAs'],
  (answer: string, options: FinishOptions) => FinishedAnswer | Promise<FinishedAnswer>
> = {
  edits: finishPatch,
  text: (answer, { sourceSet }) => {
    const result = extractText(answer);
    return { result, patch: undefined, warnings: hiddenIn(result, sourceSet) };
  },
  code: finishCode,
};

function finishCode(answer: string, { language, sourceSet }: FinishOptions): FinishedAnswer {
  try {
    const isLanguage = (info: string) => info !== '' && normaliseLanguage(info) === language;
    const { code, blocks } = extractCode(answer, isLanguage);
    if (holdsEdit(code)) {
      throw new OrchError('answer-unusable', 'the answer is an edit (it contains edit markers), not code');
    }
    const warnings = hiddenIn(code, sourceSet);
    if (blocks > 1) warnings.push(`the answer had ${blocks} code blocks, which were joined in order`);
    return { result: code, patch: undefined, warnings };
  } catch (error) {
    if (error instanceof OrchError) throw new ProviderFailure('unusable-answer', error.message);
    throw error;
  }
}

async function finishPatch(answer: string, options: FinishOptions): Promise<FinishedAnswer> {
  const { sourceSet, patchChecker, instruction, strict = false, repairs, signal } = options;
  const { base, sources, exists } = sourceSet;
  const files = sources.filter(
    (source, at) => sources.findIndex((other) => other.path === source.path) === at,
  );
  const { patch, changes, stats, hunks, problems, edits } = patchFromAnswer(answer, files, {
    exists,
    strict,
    repairs,
  });
  if (patch === undefined) throw new UnplaceableAnswer(answer, problems, edits);
  const [unnamed] = unnamedPaths(changes, { sent: files.map(({ path }) => path), instruction });
  if (unnamed !== undefined)
    throw new ProviderFailure(
      'unusable-answer',
      `the patch changes ${unnamed}, which the request did not name`,
      {
        code: 'file-forbidden',
        hint: `if you want that, name ${unnamed} in the instruction or among the files`,
      },
    );
  const check = await patchChecker.check(patch, changes, base, signal);
  if (!check.ok)
    throw new ProviderFailure('unusable-answer', `git rejects the patch: ${check.detail}`, {
      code: 'patch-unplaceable',
    });
  const warnings = [...hunks.flatMap(doubtsAbout), ...hiddenInChanges(changes)];
  const unasked = runUnaskedWarning(changes);
  if (unasked !== undefined) warnings.push(unasked);
  if (check.checkedBy === 'none') warnings.push('git is not installed: the patch was checked by orch only');
  return {
    result: patch,
    patch: { changes, stats, diffstat: formatDiffstat(stats), hunks, checkedBy: check.checkedBy, base },
    warnings,
  };
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

function hiddenIn(result: string, { sources }: SourceSet): string[] {
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

/** Warnings about a hunk that should be reviewed. */
function doubtsAbout({ path, line, level, flagged, chosenBy }: HunkReport): string[] {
  if (flagged && level === 'whole-file')
    return [`${path}: more than a third of the file was removed, please review (--strict rejects this)`];
  if (flagged) return [`${path}:${line}: matched only by ${level}, please review (--strict rejects this)`];
  return chosenBy === 'line'
    ? [`${path}:${line}: chosen by line number among identical places, please review`]
    : [];
}

/** An answer with edits that cannot be placed reliably: the problems, and the edits that were parsed. */
export class UnplaceableAnswer extends ProviderFailure {
  constructor(
    readonly answer: string,
    readonly problems: readonly PatchProblem[],
    readonly edits: readonly FileEdit[],
  ) {
    super('unplaceable-answer', problems.map(describeProblem).join('; '), {
      hint: problemHint(problems),
    });
  }
}

function describeProblem({ path, block, message }: PatchProblem): string {
  const where = [path, block === undefined ? undefined : `block ${block}`].filter(
    (part) => part !== undefined && !message.includes(part),
  );
  return where.length === 0 ? message : `${where.join(', ')}: ${message}`;
}
