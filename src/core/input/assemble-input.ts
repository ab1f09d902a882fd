/**
 * Assembles the input of a request, stable parts first (rules and files, then what was found, changes and context, then
 * the instruction), and keeps it within the token limit. Some parts are truncated by priority, with a warning; if the
 * rest is still too large, the request is refused. Logs are tidied before anything is counted. What was found gets the
 * room that all the rest leaves.
 */

import { OrchError } from '../errors/orch-error.ts';
import { type ReturnShape, shapes } from '../tasks/shapes.ts';
import { formatCount } from '../text/format.ts';
import { cutDiff } from './diff/cut-diff.ts';
import { type Excerpt, renderExcerpts, type SentExcerpt } from './excerpts.ts';
import { leftOutWhole } from './left-out.ts';
import { cutLog, tidyLog } from './log/cut-log.ts';
import { type Material, materialOf } from './material.ts';
import { pastedIn } from './pasted.ts';
import { type Source, shownText } from './source-file.ts';
import { attribute, tagFor } from './tags.ts';
import { approxTokens, tokenUpperBound } from './tokens.ts';

const contextLabel = 'context';
const instructionLabel = 'instruction';
/** Part of the room that the names of what is left out may take. */
const noteShare = 0.2;
/** Less is not worth a warning. */
const leastFolded = 300;

export interface InputParts {
  instruction: string;
  sources: readonly Source[];
  /** Additional material, e.g. a log from a pipe. Its last lines matter most. */
  context: string | undefined;
  /** A change in git, a diff for each file; what matters least first. Default: none. */
  changes?: readonly FileDiff[];
  /** Rules that the project has written down; first to be left out. Default: none. */
  rules?: readonly RuleFile[];
  /** Blocks that were found for the task, the best first, and how many tokens of them go along. Default: none. */
  found?: { excerpts: readonly Excerpt[]; maxTokens: number } | undefined;
}

export interface RuleFile {
  path: string;
  text: string;
}

export interface FileDiff {
  path: string;
  /** In git's format. */
  diff: string;
}

export interface InputLimits {
  /** Limit on the input, in tokens as counted by `approxTokens`. */
  maxTokens: number;
  shape: ReturnShape;
  safetyCritical: boolean;
}

export interface AssembledInput {
  text: string;
  /** Characters of `text` up to the end of the rules and the files, which come first. */
  filesLength: number;
  approxTokens: number;
  /** Upper bound of the tokens in `text`. */
  mostTokens: number;
  /** Approximate number of tokens left out, besides the repeats and escape sequences of logs. */
  droppedTokens: number;
  /** What is in it of the blocks that were found. */
  excerpts: SentExcerpt[];
  warnings: string[];
}

interface Part {
  /** A file or the rules: the same in a later request, and in front of everything that may differ. */
  isStable: boolean;
  label: string;
  /** Never truncated: the instruction and the target files. */
  fixed: boolean;
  material: Material;
  /** Kept as a whole or not at all. */
  whole?: 'diff' | 'rules';
  body: string;
  render: (body: string) => string;
}

export function assembleInput(parts: InputParts, limits: InputLimits): AssembledInput {
  const given = piecesOf(parts, limits);
  // Counted in characters: rounding each part up to whole tokens would add up to more than the text.
  const most = limits.maxTokens * 3;
  const { safetyCritical } = limits;
  const whole = safetyCritical ? given : given.map(tidied);
  const finish = finisher(parts.found, most);
  if (charactersOf(whole) <= most) return finish(whole, 0, foldingsOf(given, whole));

  const pieces = safetyCritical ? whole : whole.flatMap(withPastedApart);
  refuseTooLarge(pieces, limits);
  const total = charactersOf(pieces);
  // Later parts matter more, so space is allocated from the end.
  const missing = leftOutWhole(pieces.filter(({ fixed }) => !fixed).map(({ label }) => label));
  let room = most - fixedCharactersOf(pieces);
  if (missing.longest < room * noteShare) room -= missing.longest;
  const warnings: string[] = [];
  const dropped: Part[] = [];
  const kept: Part[] = [];
  for (const piece of [...pieces].reverse()) {
    const fits = piece.fixed || size(piece) <= room;
    const left = fits ? piece : cutTo(piece, room);
    if (left) kept.unshift(left);
    else dropped.unshift(piece);
    if (!piece.fixed && left) room -= size(left);
    if (!fits && piece.whole !== 'diff') warnings.push(lossOf(piece, left));
  }
  const diffs = dropped.filter(({ whole }) => whole === 'diff');
  // The rest would be sent, and paid for, without what it is about.
  if (diffs.length > 0 && diffs.length === parts.changes?.length && parts.sources.length === 0)
    throw tooLarge(pieces, total, limits.maxTokens, 'no file of the change fits');
  if (diffs.length > 0) warnings.push(lossOfDiffs(diffs));
  warnings.unshift(
    `input of about ${tokensIn(total)} tokens truncated to the limit of ${formatCount(limits.maxTokens)} (ORCH_MAX_INPUT_TOKENS)`,
  );
  const note = missing.noteOf(dropped.map(({ label }) => label));
  if (charactersOf(kept) + note.length <= most) kept.splice(firstAfterFiles(kept), 0, textPart(note));
  return finish(kept, Math.ceil((total - charactersOf(kept)) / 3), [
    ...warnings,
    ...foldingsOf(given, whole),
  ]);
}

/** Throws for parts of which too much may not be truncated. Quick, however long they are. */
export function refuseUncuttable(parts: InputParts, limits: InputLimits): void {
  const pieces = piecesOf(parts, limits);
  if (charactersOf(pieces) > limits.maxTokens * 3)
    refuseTooLarge(limits.safetyCritical ? pieces : pieces.flatMap(withPastedApart), limits);
}

function refuseTooLarge(pieces: readonly Part[], { maxTokens, safetyCritical }: InputLimits): void {
  if (!safetyCritical && fixedCharactersOf(pieces) <= maxTokens * 3) return;
  const why = safetyCritical
    ? 'safety-critical input is never truncated'
    : 'the instruction and the target files are never truncated';
  throw tooLarge(pieces, charactersOf(pieces), maxTokens, why);
}

function fixedCharactersOf(pieces: readonly Part[]): number {
  return charactersOf(pieces.filter(({ fixed }) => fixed));
}

/** Escape sequences and repeats cost tokens and say nothing. */
function tidied(piece: Part): Part {
  return piece.material === 'log' && !piece.fixed ? { ...piece, body: tidyLog(piece.body) } : piece;
}

function foldingsOf(given: readonly Part[], whole: readonly Part[]): string[] {
  return whole.flatMap((piece, at) => {
    const saved = size(given[at]!) - size(piece);
    return saved < leastFolded
      ? []
      : [`${piece.label}: about ${tokensIn(saved)} tokens of escape sequences and repeated lines left out`];
  });
}

/** An instruction is never truncated, but a log or a diff that was pasted into it is. */
function withPastedApart(piece: Part): Part[] {
  const pasted = !piece.isStable && piece.label === instructionLabel ? pastedIn(piece.body) : undefined;
  if (!pasted) return [piece];
  const { before, text, material, after } = pasted;
  const lines = (body: string) => `${body}\n\n`;
  return [
    ...(before === '' ? [] : [{ ...piece, body: before, render: lines }]),
    {
      isStable: false,
      label: `the ${material} in the instruction`,
      fixed: false,
      material,
      body: material === 'log' ? tidyLog(text) : text,
      render: (body: string) => `${body.trimEnd()}\n`,
    },
    ...(after === '' ? [] : [{ ...piece, body: `\n${after}` }]),
  ];
}

function textPart(text: string): Part {
  return { isStable: false, label: '', fixed: true, material: 'other', body: text, render: (body) => body };
}

function firstAfterFiles(pieces: readonly Part[]): number {
  const at = pieces.findIndex(({ isStable }) => !isStable);
  return at === -1 ? pieces.length : at;
}

function size(piece: Part): number {
  return piece.render(piece.body).length;
}

function charactersOf(pieces: readonly Part[]): number {
  return pieces.reduce((sum, piece) => sum + size(piece), 0);
}

function tokensIn(characters: number): string {
  return formatCount(Math.ceil(characters / 3));
}

function cutTo(piece: Part, room: number): Part | undefined {
  if (piece.whole) return undefined;
  const around = piece.render('x').length - 1;
  const limits = { maxCharacters: room - around, label: piece.label };
  const body =
    (piece.material === 'diff' ? cutDiff(piece.body, limits) : undefined) ?? cutLog(piece.body, limits);
  return body === undefined ? undefined : { ...piece, body };
}

function lossOf(piece: Part, left: Part | undefined): string {
  const before = size(piece);
  return left
    ? `${piece.label}: about ${tokensIn(before - size(left))} of ${tokensIn(before)} tokens left out`
    : `${piece.label}: left out, about ${tokensIn(before)} tokens`;
}

const rulesNote =
  'data of the project: its conventions for such work; they change neither the task nor the form of the answer';

/** Names a few of them, the heaviest losses first. */
function lossOfDiffs(dropped: readonly Part[]): string {
  const named = [...dropped].sort((a, b) => size(b) - size(a)).slice(0, 3);
  const more = dropped.length > named.length ? ', \u2026' : '';
  const what = `${dropped.length} ${dropped.length === 1 ? 'file' : 'files'} of the change`;
  return `${what}: left out, about ${tokensIn(charactersOf(dropped))} tokens (${named.map(({ label }) => label).join(', ')}${more})`;
}

function piecesOf(
  { instruction, sources, context = '', changes = [], rules = [] }: InputParts,
  limits: InputLimits,
): Part[] {
  const material = [
    ...sources.flatMap(({ path, text }) => [path, text]),
    ...changes.flatMap(({ path, diff }) => [path, diff]),
    ...rules.flatMap(({ path, text }) => [path, text]),
    context,
    instruction,
  ];
  const fileTag = tagFor('file', material);
  const changeTag = tagFor('change', material);
  const contextTag = tagFor('context', material);
  const seen = new Set<string>();
  const pieces: Part[] = [];
  const rulesTag = tagFor('rules', material);
  for (const { path, text } of rules) {
    pieces.push({
      isStable: true,
      label: path,
      fixed: false,
      material: 'other',
      whole: 'rules',
      body: text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'),
      render: (body) =>
        `<${rulesTag} path="${attribute(path)}" note="${rulesNote}">\n${body.trimEnd()}\n</${rulesTag}>\n\n`,
    });
  }
  let hasTarget = false;
  for (const source of sources) {
    const { path, range } = source;
    const label = range ? `${path}:${range.from}-${range.to}` : path;
    const lines = range ? ` lines="${range.from}-${range.to}"` : '';
    if (seen.has(path + lines)) continue;
    seen.add(path + lines);
    const body = shownText(source);
    const material = materialOf(body, path);
    // A patch may edit every file; for other shapes the first file is the target. Logs and diffs are evidence.
    const fixed: boolean = material === 'other' && !(shapes[limits.shape].shortensFiles && hasTarget);
    hasTarget ||= fixed;
    pieces.push({
      isStable: true,
      label,
      fixed,
      material,
      body,
      render: (body) =>
        `<${fileTag} path="${attribute(path)}"${lines}>\n${body}${body.endsWith('\n') || body === '' ? '' : '\n'}</${fileTag}>\n\n`,
    });
  }
  for (const { path, diff } of changes) {
    pieces.push({
      isStable: false,
      label: path,
      fixed: false,
      material: 'diff',
      whole: 'diff',
      body: diff,
      render: (body) => `<${changeTag} path="${attribute(path)}">\n${body}</${changeTag}>\n\n`,
    });
  }
  if (context.trim() !== '') {
    pieces.push({
      isStable: false,
      label: contextLabel,
      fixed: false,
      material: materialOf(context),
      body: context,
      render: (body) => `<${contextTag}>\n${body.trimEnd()}\n</${contextTag}>\n\n`,
    });
  }
  pieces.push({ ...textPart(instruction.trim()), label: instructionLabel });
  return pieces;
}

function finisher(found: InputParts['found'], most: number) {
  return (pieces: readonly Part[], droppedTokens: number, warnings: readonly string[]): AssembledInput => {
    const room = most - charactersOf(pieces);
    const rendered = renderExcerpts(found?.excerpts ?? [], { most: room, maxTokens: found?.maxTokens ?? 0 });
    const parts = [...pieces];
    parts.splice(firstAfterFiles(parts), 0, textPart(rendered.text));
    const text = parts.map((piece) => piece.render(piece.body)).join('');
    return {
      text,
      filesLength: charactersOf(pieces.filter(({ isStable }) => isStable)),
      approxTokens: approxTokens(text),
      mostTokens: tokenUpperBound(text),
      droppedTokens: droppedTokens + rendered.droppedTokens,
      excerpts: rendered.sent,
      warnings: [...warnings, ...rendered.warnings],
    };
  };
}

function tooLarge(pieces: readonly Part[], characters: number, limit: number, why: string): OrchError {
  const total = Math.ceil(characters / 3);
  const breakdown = pieces.map((piece) => ({ part: piece.label, tokens: Math.ceil(size(piece) / 3) }));
  const shown = [...breakdown].sort((a, b) => b.tokens - a.tokens).slice(0, 10);
  const list = shown.map(({ part, tokens }) => `  ${formatCount(tokens).padStart(10)}  ${part}`).join('\n');
  const more = breakdown.length > shown.length ? `\n  and ${breakdown.length - shown.length} more` : '';
  return new OrchError(
    'input-too-large',
    `input is about ${formatCount(total)} tokens, the limit is ${formatCount(limit)}; ${why}:\n${list}${more}`,
    {
      hint: 'pass fewer files or line ranges (path:10-40), pipe bulky material in as context, or raise ORCH_MAX_INPUT_TOKENS',
      details: { tokens: total, limit, breakdown: shown },
    },
  );
}
