/** Turns a model's answer into the requested result, or into a failure whose class determines the recovery. */

import { extractCode, extractText } from '../core/answer/extract-code.ts';
import { OrchError } from '../core/errors/orch-error.ts';
import { ProviderFailure } from '../core/errors/provider-failure.ts';
import { normaliseLanguage } from '../core/input/language.ts';
import { holdsEdit } from '../core/patch/dialects/edit-marks.ts';
import { type FileStat, formatDiffstat } from '../core/patch/git/diffstat.ts';
import { patchFromAnswer } from '../core/patch/patch-from-answer.ts';
import { problemHint } from '../core/patch/repair/problem-hint.ts';
import type { FileChange, FileEdit, HunkReport, PatchProblem } from '../core/patch/types.ts';
import { type ReturnShape, type Shape, shapes } from '../core/tasks/shapes.ts';
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
  text: (answer) => ({ result: extractText(answer), patch: undefined, warnings: [] }),
  code: finishCode,
};

function finishCode(answer: string, { language }: FinishOptions): FinishedAnswer {
  try {
    const isLanguage = (info: string) => info !== '' && normaliseLanguage(info) === language;
    const { code, blocks } = extractCode(answer, isLanguage);
    if (holdsEdit(code)) {
      throw new OrchError('answer-unusable', 'the answer is an edit (it contains edit markers), not code');
    }
    const warnings = blocks > 1 ? [`the answer had ${blocks} code blocks, which were joined in order`] : [];
    return { result: code, patch: undefined, warnings };
  } catch (error) {
    if (error instanceof OrchError) throw new ProviderFailure('unusable-answer', error.message);
    throw error;
  }
}

async function finishPatch(answer: string, options: FinishOptions): Promise<FinishedAnswer> {
  const { sourceSet, patchChecker, strict = false, repairs, signal } = options;
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
  const check = await patchChecker.check(patch, changes, base, signal);
  if (!check.ok)
    throw new ProviderFailure('unusable-answer', `git rejects the patch: ${check.detail}`, {
      code: 'patch-unplaceable',
    });
  const isChanged = (file: string) => changes.some(({ path, oldPath = path }) => oldPath === file);
  const same = hunks
    .filter(({ path }) => !isChanged(path))
    .map(({ path }) => `${path}: nothing changes in it`);
  const warnings = [...hunks.flatMap(doubtsAbout), ...same];
  if (check.checkedBy === 'none') warnings.push('git is not installed: the patch was checked by orch only');
  return {
    result: patch,
    patch: { changes, stats, diffstat: formatDiffstat(stats), hunks, checkedBy: check.checkedBy, base },
    warnings,
  };
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
