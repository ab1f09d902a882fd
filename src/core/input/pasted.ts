/** Finds a log or a diff that was pasted into an instruction: what is written by hand is never shortened, that may be. */
import { looksLikeDiff } from './diff/sections.ts';
import { gravityOf, withoutPrefix } from './log/gravity.ts';
import { looksLikeLog, type Material, materialOf } from './material.ts';

export interface Pasted {
  before: string;
  text: string;
  material: Material;
  after: string;
}

const fence = /^(?:`{3,}|~{3,}).*$/gm;
/** A longer paragraph is not taken for the instruction. */
const longestParagraph = 4000;

/** Undefined if there is nothing but the instruction. */
export function pastedIn(instruction: string): Pasted | undefined {
  const parts = fenced(instruction) ?? unfenced(instruction);
  const material = materialOf(parts.text);
  return material === 'other' ? undefined : { ...parts, material };
}

/** From the first fence to the last, without them. */
function fenced(instruction: string): Omit<Pasted, 'material'> | undefined {
  const marks = [...instruction.matchAll(fence)];
  const [first] = marks;
  const last = marks.at(-1);
  if (!first || !last || last === first) return undefined;
  const from = first.index + first[0].length + 1;
  return {
    before: instruction.slice(0, from - 1),
    text: instruction.slice(from, last.index),
    after: instruction.slice(last.index),
  };
}

/** Without the first and the last paragraph, if they are written by hand. */
function unfenced(instruction: string): Omit<Pasted, 'material'> {
  const first = instruction.slice(0, longestParagraph).search(/\n\s*\n/);
  const from = first > 0 && isWritten(instruction.slice(0, first)) ? first : firstLine(instruction);
  const end = instruction.slice(-longestParagraph);
  const last = end.search(/\n\s*\n(?![\s\S]*\n\s*\n)/);
  const to = last >= 0 ? instruction.length - end.length + last : instruction.length;
  const isAfter = to > from && isWritten(instruction.slice(to));
  return {
    before: instruction.slice(0, from).trim(),
    text: instruction.slice(from, isAfter ? to : undefined).replace(/^\s*\n/, ''),
    after: isAfter ? instruction.slice(to).trim() : '',
  };
}

/** The end of the first line, if it is written by hand. */
function firstLine(instruction: string): number {
  const end = instruction.indexOf('\n');
  return end > 0 && end < longestParagraph && isWritten(instruction.slice(0, end)) ? end : 0;
}

function isWritten(text: string): boolean {
  if (looksLikeLog(text) || looksLikeDiff(text)) return false;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.every((line) => withoutPrefix(line) === line && gravityOf(line) !== 'error');
}
