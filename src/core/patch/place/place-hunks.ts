/** Places all hunks of one file: locate, choose, check that they do not overlap, apply in memory. */

import { changesNothing } from '../dialects/hunk-lines.ts';
import { dialects } from '../dialects/index.ts';
import { isLoose, Search } from '../match/ladder.ts';
import { LineIndex } from '../match/line-index.ts';
import type { WorkBudget } from '../match/work-budget.ts';
import { splitText } from '../text/lines.ts';
import { applySplices, type Splice } from '../text/splices.ts';
import { reporting } from '../thresholds.ts';
import type { Dialect, FileEdit, Hunk, HunkReport, PatchProblem, SourceFile } from '../types.ts';
import { choosePlaces, type Located, type Placement } from './choose-place.ts';
import { orderOf, Replacements, WrittenText } from './follow-ups.ts';
import { Locator, type NotFoundReason } from './locate.ts';
import { nearestLines } from './nearest-lines.ts';

export interface PlacedHunks {
  after: string;
  hunks: HunkReport[];
  problems: PatchProblem[];
}

export function placeHunks(
  edit: FileEdit,
  file: SourceFile,
  budget: WorkBudget,
  { strict = false }: { strict?: boolean } = {},
): PlacedHunks {
  const text = splitText(file.text);
  const index = new LineIndex(text.lines, budget);
  const locators = new Map<Dialect, Locator>();
  const isBefore = orderOf(edit.hunks);
  const replacements = new Replacements(edit.hunks, isBefore, budget);
  const locatorOf = (dialect: Dialect): Locator => {
    const isWritten = (hunk: Hunk) => dialect === 'search-replace' && replacements.holdBefore(hunk);
    const known =
      locators.get(dialect) ?? new Locator(new Search(index, dialects[dialect].traits), isWritten);
    locators.set(dialect, known);
    return known;
  };
  const known = new Map<string, ReturnType<Locator['locate']>>();
  const problems: PatchProblem[] = [];
  const unplaced: { hunk: Hunk; problem: Omit<PatchProblem, 'path' | 'block'> }[] = [];
  const locatedHunks: Located[] = [];
  const refuse = (hunk: Hunk, problem: Omit<PatchProblem, 'path' | 'block'>) =>
    problems.push({ path: file.path, block: hunk.block, ...problem });

  const order = edit.unordered ? 'never' : dialects[edit.dialect].traits.hunkOrder;
  for (const hunk of edit.hunks) {
    const dialect = hunk.dialect ?? edit.dialect;
    if (changesNothing(hunk.lines) && hunk.finalNewline === undefined) {
      if (order !== 'always') continue;
      const { found, level } = locatorOf(dialect).anchor(hunk);
      locatedHunks.push({ hunk, level, places: found, anchor: true });
      continue;
    }
    // The same hunk many times is looked for once.
    const key = JSON.stringify([dialect, hunk.atEnd, hunk.counted, hunk.lines]);
    const located = known.get(key) ?? locatorOf(dialect).locate(hunk);
    known.set(key, located);
    if (budget.exhausted) {
      refuse(hunk, {
        code: 'too-complex',
        message: `block ${hunk.block} takes too much work to locate in ${file.path}`,
      });
      break;
    }
    if ('reason' in located) {
      const helped =
        located.reason === 'not-found' && problems.length + unplaced.length < reporting.mostHelped;
      const nearest = helped ? { nearest: nearestLines(index, hunk.lines) } : {};
      const lines = located.lines ? { lines: located.lines.slice(0, reporting.mostNumbers) } : {};
      const message = messageFor(located.reason, hunk, file.path);
      const problem = { code: located.reason, ...lines, ...nearest, message };
      const mayFollow = (hunk.dialect ?? edit.dialect) === 'search-replace' && hunk !== edit.hunks[0];
      if (mayFollow) unplaced.push({ hunk, problem });
      else refuse(hunk, problem);
    } else
      locatedHunks.push({
        hunk,
        level: located.level,
        places: located.found,
      });
  }

  const placements = choosePlaces(locatedHunks, text.lines, order);
  const placed: { placement: Placement; splice: Splice }[] = [];
  const hunks: HunkReport[] = [];
  for (const placement of placements) {
    if (placement.repeated || placement.anchor) continue;
    const { hunk, level, chosen, chosenBy, places } = placement;
    if (!chosen) {
      const lines = places.slice(0, reporting.mostNumbers).map(({ first }) => first + 1);
      const fitting = `${places.length} places of ${file.path} (lines ${lines.join(', ')}${places.length > reporting.mostNumbers ? ', …' : ''})`;
      refuse(hunk, { code: 'ambiguous', lines, message: `block ${hunk.block} fits ${fitting}` });
      continue;
    }
    const line = Math.max(1, Math.min(chosen.first, chosen.splices[0]?.at ?? chosen.first) + 1);
    const flagged = isLoose(level) || chosenBy === 'order';
    if (strict && flagged) {
      const why = isLoose(level)
        ? `fits ${file.path} only loosely (${level})`
        : `fits ${places.length} places of ${file.path}, of which only the order of the blocks chooses line ${line}`;
      refuse(hunk, { code: 'too-loose', lines: [line], message: `block ${hunk.block} ${why}` });
      continue;
    }
    hunks.push({
      path: file.path,
      block: hunk.block,
      level,
      line,
      flagged,
      ...(chosenBy ? { chosenBy } : {}),
    });
    for (const splice of chosen.splices) placed.push({ placement, splice });
  }

  placed.sort((left, right) => left.splice.at - right.splice.at || left.splice.remove - right.splice.remove);
  for (let at = 1; at < placed.length; at++) {
    const above = placed[at - 1]!;
    const below = placed[at]!;
    if (!overlap(above.splice, below.splice)) continue;
    const blocks = [above.placement.hunk.block, below.placement.hunk.block];
    refuse(below.placement.hunk, {
      code: 'overlap',
      lines: [above.splice.at + 1, below.splice.at + 1],
      message: `blocks ${blocks.join(' and ')} change the same lines of ${file.path}`,
    });
  }
  if (problems.length > 0) {
    for (const { hunk, problem } of unplaced) refuse(hunk, problem);
    return { after: file.text, hunks, problems };
  }
  const finalNewline = edit.hunks.findLast((hunk) => hunk.finalNewline !== undefined)?.finalNewline;
  const after = applySplices(
    text,
    placed.map(({ splice }) => splice),
    finalNewline,
  );
  const blocks = placed.map(({ placement, splice }) => ({ block: placement.hunk.block, splice }));
  const written = new WrittenText(after, blocks, isBefore, budget);
  for (const { hunk, problem } of unplaced) {
    const before = written.follow(hunk);
    const line = hunks.find(({ block }) => block === before)?.line;
    if (line === undefined) refuse(hunk, problem);
    else hunks.push({ path: file.path, block: hunk.block, level: 'exact', line, flagged: false });
  }
  return { after: written.text, hunks, problems };
}

function overlap(above: Splice, below: Splice): boolean {
  if (above.at + above.remove > below.at) return true;
  return above.at === below.at && above.remove === 0 && below.remove === 0;
}

function messageFor(reason: NotFoundReason, { block, lines }: Hunk, path: string): string {
  const old = lines.filter(({ kind }) => kind !== 'add').map(({ text }) => text);
  switch (reason) {
    case 'already-applied':
      return `block ${block} is already applied to ${path}`;
    case 'no-context':
      return old.length === 0
        ? `block ${block} adds lines to ${path} without context that shows where`
        : `block ${block} leaves out a line of ${path} beside the lines that it changes, so where they belong is not clear`;
    case 'not-found':
      return `the lines that block ${block} changes are not in ${path}${lookOf(old)}`;
  }
}

/** What the lines have that no file has. */
function lookOf(lines: readonly string[]): string {
  if (lines.some((line) => /&(?:lt|gt|amp|quot|#39);/.test(line))) return ': they are escaped as in HTML';
  const shown = lines.filter((line) => line.trim() !== '');
  const isNumbered = shown.every((line) => /^\s*\d+(?:[:|\t]|\s{2})/.test(line));
  return shown.length > 1 && isNumbered ? ': they begin with line numbers' : '';
}
