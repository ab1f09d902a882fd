/** Extracts code from the fences and prose that models wrap around it. */
import { OrchError } from '../errors/orch-error.ts';
import { type Fence, fenceOn } from '../patch/dialects/markdown-fences.ts';
import { pathInInfo, pathLabel } from '../patch/dialects/path-label.ts';
import { stringBehind } from '../patch/text/long-string.ts';

export interface FencedBlock {
  /** First word after the opening fence, lower-cased, without a trailing path (`ts:src/a.ts`). */
  info: string;
  body: string;
  /** The path of the file that it is, as far as the answer names one. */
  name: string | undefined;
  /** False when the answer ends before the closing fence. */
  closed: boolean;
}

/** Shorter fences, and fences of the other character, are plain text inside `outer`. */
function countsIn(outer: Fence, fence: Fence): boolean {
  return fence.character === outer.character && fence.length >= outer.length;
}

function canEnd(outer: Fence, fence: Fence): boolean {
  return fence.info === '' && countsIn(outer, fence);
}

/** Index of the first line that can close the block whose body starts at `start`, or the number of lines. */
function firstEnd(lines: readonly string[], start: number, outer: Fence): number {
  for (let index = start; index < lines.length; index++) {
    const fence = fenceOn(lines[index]!);
    if (fence && canEnd(outer, fence)) return index;
  }
  return lines.length;
}

/**
 * Index of the line that closes the block, assuming that fences nest: fences in a multi-line string belong to
 * the body, and so do pairs whose first fence names a language (a closing fence never does). The number of
 * lines when nothing closes it; undefined when an unbalanced quote makes the end unclear.
 */
function nestedEnd(lines: readonly string[], start: number, outer: Fence): number | undefined {
  let inner: Fence | undefined;
  let string: string | undefined;
  for (let index = start; index < lines.length; index++) {
    const line = lines[index]!;
    string = stringBehind(line, string);
    const fence = fenceOn(line);
    if (!fence || string !== undefined || !countsIn(outer, fence)) continue;
    if (inner) {
      if (canEnd(inner, fence)) inner = undefined;
    } else if (fence.info === '') return index;
    else inner = fence;
  }
  return string === undefined ? lines.length : undefined;
}

/** Parses Markdown fences. Fences inside the docstrings of unfenced code do not open a block. */
export function fencedBlocks(answer: string): FencedBlock[] {
  const lines = answer.replace(/\r\n?/g, '\n').split('\n');
  const quotesPair = lines.reduce<string | undefined>((open, line) => stringBehind(line, open), undefined);
  const blocks: FencedBlock[] = [];
  let string: string | undefined;
  // Not retried after it failed once, so that the work stays linear.
  let nests = true;
  for (let index = 0; index < lines.length; index++) {
    string = stringBehind(lines[index]!, string);
    const fence = fenceOn(lines[index]!);
    if (!fence || (string !== undefined && quotesPair === undefined)) continue;
    const start = index + 1;
    const nested: number | undefined = nests ? nestedEnd(lines, start, fence) : undefined;
    nests = nested !== undefined;
    const end = nested ?? firstEnd(lines, start, fence);
    const margin = new RegExp(`^ {0,${fence.indentation}}`);
    blocks.push({
      info: fence.info.split(/[\s:,{]/)[0]!.toLowerCase(),
      body: lines
        .slice(start, end)
        .map((line) => line.replace(margin, ''))
        .join('\n'),
      name: nameOf(lines, index, fence),
      closed: end < lines.length,
    });
    index = end;
  }
  return blocks;
}

/** Lines above a fence that may name the file in it. */
const labelLines = 2;
const longestLabel = 300;

/** On the fence, above it, or in a comment on its first line. */
function nameOf(lines: readonly string[], open: number, fence: Fence): string | undefined {
  const context = { files: [] };
  const inside = lines[open + 1] ?? '';
  const comment = inside.length <= longestLabel ? commentedPath.exec(inside)?.[1] : undefined;
  const named = pathInInfo(fence.info, context) ?? comment;
  if (named !== undefined) return named;
  for (let index = open - 1; index >= 0 && open - index <= labelLines; index--) {
    const line = lines[index]!;
    if (line.trim() === '') continue;
    const label = fenceOn(line) ? undefined : pathLabel(line, context);
    return label?.plain ? label.path : undefined;
  }
  return undefined;
}

const commentedPath =
  /^\s*(?:\/\/|#|--|;|<!--|\/\*)\s*(?:file(?:name)?:\s*)?([\w@-][\w@/-]*(?:\.[\w@/-]+)+)\s*(?:-->|\*\/)?\s*$/i;

const prosy = new Set(['text', 'txt', 'plaintext', 'output', 'console']);
const markdown = new Set(['md', 'markdown']);

/**
 * The body of an answer that is one fenced block from its first line to its last, with paired fences inside.
 * Undefined when the fences could just as well be consecutive blocks.
 */
function wholeFence(answer: string): { info: string; inner: string[]; pairs: number } | undefined {
  const lines = answer
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
    .split('\n');
  const outer = fenceOn(lines[0]!);
  const last = fenceOn(lines.at(-1)!);
  if (!outer || outer.info === '' || lines.length < 3 || !last || !canEnd(outer, last)) return undefined;
  const info = outer.info.toLowerCase();
  const inner = lines.slice(1, -1);
  let open: Fence | undefined;
  let pairs = 0;
  for (const [index, line] of inner.entries()) {
    const fence = fenceOn(line);
    if (!fence || !countsIn(outer, fence)) continue;
    if (!open) {
      // A closing fence is followed by a blank line, the opening fence of an example by its text.
      const blankBehind = (inner[index + 1] ?? '').trim() === '';
      if (fence.info === '' && blankBehind && !markdown.has(info)) return undefined;
      open = fence;
    } else if (canEnd(open, fence)) {
      open = undefined;
      pairs++;
    }
  }
  return open === undefined ? { info, inner, pairs } : undefined;
}

export interface ExtractedCode {
  /** Ends with exactly one newline. */
  code: string;
  /** Number of blocks joined; 1 for an answer without fences. */
  blocks: number;
  fenced: boolean;
  /** What the fence is marked with; empty for nothing. */
  info: string;
}

/**
 * Returns only the code of an answer, which is one file. An answer without fences is taken whole. Of several blocks,
 * those in the wanted language are kept if there are any (the others show how to install or call it), of those the ones
 * with a name, and of several versions of the file the last. Throws `answer-unusable` with a message about "it", like
 * the faults of `check-code.ts`.
 */
export function extractCode(
  answer: string,
  isLanguage: (info: string) => boolean = () => false,
): ExtractedCode {
  const text = answer.replace(/\r\n?/g, '\n');
  const whole = wholeFence(text);
  if (whole && whole.pairs > 0) return fromFence(tidy(whole.inner.join('\n')), 1, whole.info);
  const blocks = fencedBlocks(text);
  if (blocks.length === 0) {
    if (text.trim() === '') throw new OrchError('answer-unusable', 'it contains no code');
    return { code: tidy(text), blocks: 1, fenced: false, info: '' };
  }
  if (blocks.some((block) => !block.closed)) {
    throw new OrchError('answer-unusable', 'it is incomplete: a code block is not closed');
  }
  const filled = blocks.filter((block) => block.body.trim() !== '');
  const coded = filled.filter((block) => !prosy.has(block.info));
  const matching = coded.filter((block) => isLanguage(block.info));
  const chosen = [matching, coded, filled].find((list) => list.length > 0);
  if (!chosen) throw new OrchError('answer-unusable', 'it contains only an empty code block');
  const kept = oneFile(chosen);
  return fromFence(kept.map((block) => tidy(block.body)).join('\n'), kept.length, kept.at(-1)!.info);
}

function fromFence(code: string, blocks: number, info: string): ExtractedCode {
  return { code, blocks, fenced: true, info };
}

/** Blocks that belong together. Throws if they are different files, or if it is not clear which version counts. */
function oneFile(blocks: readonly FencedBlock[]): readonly FencedBlock[] {
  const named = blocks.filter(({ name }) => name !== undefined);
  const names = [...new Set(named.map(({ name }) => name!))];
  if (names.length > 1) {
    const shown = names.slice(0, 5).join(', ');
    throw new OrchError('answer-unusable', `it holds several files (${shown}), and one was asked for`);
  }
  if (names.length === 1) return named.slice(-1);
  const last = blocks.at(-1)!;
  const declared = declaredIn(last.body);
  const earlier = blocks.slice(0, -1).map(({ body }) => declaredIn(body));
  const isAgain = (before: ReadonlySet<string>) => [...before].some((name) => declared.has(name));
  if (!earlier.some(isAgain)) return blocks;
  if (earlier.every((before) => [...before].every((name) => declared.has(name)))) return [last];
  const twice = earlier.flatMap((before) => [...before]).find((name) => declared.has(name));
  throw new OrchError(
    'answer-unusable',
    `several of its blocks declare ${twice}, and none of them is the whole file`,
  );
}

const declaration =
  /^(?:export )?(?:default )?(?:public |pub |async |abstract |final )*(?:class|function\*?|const|let|def|fn|func|struct|interface|type|enum|trait) ([\p{L}_$][\w$]*)/gmu;

/** Names that are declared at the beginning of a line. */
function declaredIn(code: string): Set<string> {
  return new Set(Array.from(code.matchAll(declaration), ([, name]) => name!));
}

function tidy(code: string): string {
  return `${code.replace(/^(?:[ \t]*\n)+/, '').trimEnd()}\n`;
}

/** Models sometimes wrap a whole Markdown answer in a fence, which is removed. */
export function extractText(answer: string): string {
  const text = answer.replace(/\r\n?/g, '\n').trim();
  const whole = wholeFence(text);
  return whole && markdown.has(whole.info) ? `${whole.inner.join('\n').trim()}\n` : `${text}\n`;
}
