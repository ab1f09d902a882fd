/**
 * Assembles the input of a request, stable parts first (files, then context, then the instruction), and
 * keeps it within the token limit: what may be cut is cut by priority and said, what may not is refused.
 */
import { keepTail } from './diet.ts';
import { OrchError } from './error.ts';
import { formatCount } from './format.ts';
import { type Source, shownText } from './source.ts';
import type { ReturnShape } from './task.ts';
import { approxTokens, tokenUpperBound } from './tokens.ts';

export interface InputParts {
  instruction: string;
  sources: readonly Source[];
  /** Material that came beside the instruction, e.g. a log from a pipe. Recent lines matter most. */
  context: string | undefined;
}

export interface InputLimits {
  /** Most input, in tokens as `approxTokens` counts them. */
  maxTokens: number;
  shape: ReturnShape;
  safetyCritical: boolean;
}

export interface AssembledInput {
  text: string;
  approxTokens: number;
  /** Upper bound of the tokens in `text`. */
  mostTokens: number;
  /** What was left out, about, in tokens. */
  droppedTokens: number;
  warnings: string[];
}

interface Part {
  label: string;
  /** Never cut: the instruction, and every file that is a target. */
  fixed: boolean;
  body: string;
  render: (body: string) => string;
}

export function assembleInput(parts: InputParts, limits: InputLimits): AssembledInput {
  const pieces = piecesOf(parts, limits);
  const size = (piece: Part) => approxTokens(piece.render(piece.body));
  const total = pieces.reduce((sum, piece) => sum + size(piece), 0);
  if (total <= limits.maxTokens) return finish(pieces, 0, []);

  const fixed = pieces.filter((piece) => piece.fixed).reduce((sum, piece) => sum + size(piece), 0);
  if (limits.safetyCritical || fixed > limits.maxTokens) {
    const why = limits.safetyCritical
      ? 'safety-critical input is never cut'
      : 'the instruction and the target files are never cut';
    throw tooLarge(pieces, total, limits.maxTokens, why);
  }

  // The context that came last is worth most, so room is given out from the end.
  let room = limits.maxTokens - fixed;
  let dropped = 0;
  const warnings: string[] = [];
  const kept: Part[] = [];
  for (const piece of [...pieces].reverse()) {
    const before = size(piece);
    if (piece.fixed) {
      kept.unshift(piece);
    } else if (before <= room) {
      room -= before;
      kept.unshift(piece);
    } else {
      const cut = keepTail(piece.body, { maxTokens: room, label: piece.label });
      const after = cut === undefined ? undefined : { ...piece, body: cut };
      if (after && size(after) <= room) {
        room -= size(after);
        dropped += before - size(after);
        warnings.push(
          `${piece.label}: about ${formatCount(before - size(after))} of ${formatCount(before)} tokens left out`,
        );
        kept.unshift(after);
      } else {
        dropped += before;
        warnings.push(`${piece.label}: left out, about ${formatCount(before)} tokens`);
      }
    }
  }
  warnings.unshift(
    `input of about ${formatCount(total)} tokens cut to the limit of ${formatCount(limits.maxTokens)} (ORCH_MAX_INPUT_TOKENS)`,
  );
  return finish(kept, dropped, warnings);
}

function piecesOf({ instruction, sources, context }: InputParts, limits: InputLimits): Part[] {
  const seen = new Set<string>();
  const pieces: Part[] = [];
  for (const source of sources) {
    const lines = source.range ? ` lines="${source.range.from}-${source.range.to}"` : '';
    const key = `${source.path}${lines}`;
    if (seen.has(key)) continue;
    seen.add(key);
    pieces.push({
      label: source.path,
      // Every file may be edited by a patch; otherwise the first file is what the work is about.
      fixed: limits.shape === 'patch' || pieces.length === 0,
      body: shownText(source),
      render: (body) =>
        `<file path="${source.path}"${lines}>\n${body}${body.endsWith('\n') || body === '' ? '' : '\n'}</file>\n\n`,
    });
  }
  if (context !== undefined && context.trim() !== '') {
    pieces.push({
      label: 'context',
      fixed: false,
      body: context,
      render: (body) => `<context>\n${body.trimEnd()}\n</context>\n\n`,
    });
  }
  pieces.push({ label: 'instruction', fixed: true, body: instruction.trim(), render: (body) => body });
  return pieces;
}

function finish(pieces: readonly Part[], droppedTokens: number, warnings: string[]): AssembledInput {
  const text = pieces.map((piece) => piece.render(piece.body)).join('');
  return {
    text,
    approxTokens: approxTokens(text),
    mostTokens: tokenUpperBound(text),
    droppedTokens,
    warnings,
  };
}

function tooLarge(pieces: readonly Part[], total: number, limit: number, why: string): OrchError {
  const breakdown = pieces.map((piece) => ({
    part: piece.label,
    tokens: approxTokens(piece.render(piece.body)),
  }));
  const shown = [...breakdown].sort((a, b) => b.tokens - a.tokens).slice(0, 10);
  const list = shown.map(({ part, tokens }) => `  ${formatCount(tokens).padStart(10)}  ${part}`).join('\n');
  const more = breakdown.length > shown.length ? `\n  and ${breakdown.length - shown.length} more` : '';
  return new OrchError(
    'input-too-large',
    `input is about ${formatCount(total)} tokens, the limit is ${formatCount(limit)}; ${why}:\n${list}${more}`,
    {
      hint: 'name fewer files or line ranges (path:10-40), pipe bulky material as context beside the instruction, or raise ORCH_MAX_INPUT_TOKENS',
      details: { tokens: total, limit, breakdown: shown },
    },
  );
}
