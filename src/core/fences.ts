/** Takes code out of the fences and the prose that models put around it. */
import { OrchError } from './error.ts';

export interface FencedBlock {
  /** First word after the opening fence, in lower case. */
  info: string;
  body: string;
  /** Line above the fence, where a path may stand; empty when there is none. */
  above: string;
  /** False when the answer ends before the closing fence. */
  closed: boolean;
}

const opening = /^( {0,3})(`{3,}|~{3,})\s*([^`]*)$/;

/** Reads Markdown fences: a block ends at a line of the same sign, at least as long, with nothing behind it. */
export function fencedBlocks(answer: string): FencedBlock[] {
  const lines = answer.replace(/\r\n?/g, '\n').split('\n');
  const blocks: FencedBlock[] = [];
  for (let index = 0; index < lines.length; index++) {
    const open = opening.exec(lines[index]!);
    if (!open) continue;
    const fence = open[2]!;
    const closing = new RegExp(`^ {0,3}${fence[0] === '~' ? '~' : '`'}{${fence.length},}\\s*$`);
    const start = index + 1;
    let end = start;
    while (end < lines.length && !closing.test(lines[end]!)) end++;
    blocks.push({
      info: (open[3] ?? '').trim().split(/\s+/)[0]!.toLowerCase(),
      body: lines.slice(start, end).join('\n'),
      above: (lines[index - 1] ?? '').trim(),
      closed: end < lines.length,
    });
    index = end;
  }
  return blocks;
}

const prosy = new Set(['text', 'txt', 'plaintext', 'output', 'console']);

/**
 * An answer that is one fence from its first line to its last, though bare fences stand inside (a doc comment
 * with an example): blocks of their own would each name a language.
 */
function wholeFence(answer: string): string | undefined {
  const lines = answer.trim().split('\n');
  const open = opening.exec(lines[0] ?? '');
  if (!open || lines.length < 3 || (open[3] ?? '').trim() === '' || lines.at(-1)!.trim() !== open[2])
    return undefined;
  const inner = lines.slice(1, -1);
  const fences = inner.filter((line) => opening.test(line));
  const bare = fences.every((line) => (opening.exec(line)?.[3] ?? '').trim() === '');
  return fences.length > 0 && fences.length % 2 === 0 && bare ? inner.join('\n') : undefined;
}

export interface ExtractedCode {
  /** Ends in one newline. */
  code: string;
  /** How many blocks were joined; 1 for an answer without fences. */
  blocks: number;
}

/**
 * The code of an answer and nothing but the code. An answer without fences is taken as it stands; of several
 * blocks those in `language` are kept where there are any (the others show how to install or to call it).
 */
export function extractCode(
  answer: string,
  isLanguage: (info: string) => boolean = () => false,
): ExtractedCode {
  const text = answer.replace(/\r\n?/g, '\n');
  const whole = wholeFence(text);
  if (whole !== undefined && whole.trim() !== '') return { code: tidy(whole), blocks: 1 };
  const blocks = fencedBlocks(text);
  if (blocks.length === 0) {
    if (text.trim() === '') throw new OrchError('answer-unusable', 'the answer holds no code');
    return { code: tidy(text), blocks: 1 };
  }
  if (blocks.some((block) => !block.closed)) {
    throw new OrchError('answer-unusable', 'the answer is cut: a code block is never closed');
  }
  const filled = blocks.filter((block) => block.body.trim() !== '');
  const coded = filled.filter((block) => !prosy.has(block.info));
  const matching = coded.filter((block) => isLanguage(block.info));
  const chosen = [matching, coded, filled].find((list) => list.length > 0);
  if (!chosen) throw new OrchError('answer-unusable', 'the answer holds an empty code block');
  return { code: chosen.map((block) => tidy(block.body)).join('\n'), blocks: chosen.length };
}

function tidy(code: string): string {
  return `${code.replace(/^(?:[ \t]*\n)+/, '').trimEnd()}\n`;
}

/** Markdown is at times wrapped whole into a fence of its own: that fence is not part of the text. */
export function extractText(answer: string): string {
  const text = answer.replace(/\r\n?/g, '\n').trim();
  const lines = text.split('\n');
  const open = opening.exec(lines[0] ?? '');
  const wrapped =
    open &&
    lines.length > 2 &&
    /^(md|markdown)$/i.test((open[3] ?? '').trim()) &&
    lines.at(-1)!.trim() === open[2];
  if (!wrapped) return `${text}\n`;
  const inner = lines.slice(1, -1);
  // An odd number of fences inside means that the last line closes one of them, not the outer one.
  const balanced = inner.filter((line) => opening.test(line)).length % 2 === 0;
  return balanced ? `${inner.join('\n').trim()}\n` : `${text}\n`;
}
