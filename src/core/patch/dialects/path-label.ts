/** Reads which file a line of an answer names, for the block that stands below it. */

import { reading } from '../thresholds.ts';
import type { AnswerContext } from '../types.ts';
import { isProblem, resolvePath } from './resolve-path.ts';
import { sentFiles } from './sent-files.ts';

export interface PathLabel {
  /** As written. */
  path: string;
  /** The line is nothing but a label. Otherwise it is a sentence, and what follows may be only a part of the file. */
  plain: boolean;
  /** The line says that the file is new. */
  isNew: boolean;
}

const bullet = /^(?:#{1,6}|[-*+>]|\d+[.)]|\/\/|<!--)\s+/;
const word = /^\**(?:new file|file ?name|file ?path|file|path)(?: ?\d+)?\**\s*:\s*\**\s*/i;
const remark =
  /(?<![*`"':])[*`"':]*(?<!\s)\s*\((?:new|new file|updated|modified|changed|created|added|complete|full)\)[*`"':]*$/i;
const pictures = /^\p{Extended_Pictographic}(?:\p{Extended_Pictographic}|\uFE0F|\u200D|\s)*/u;
const lineNumbers = /(?<!\s)\s*\((?:lines?|L) ?\d+(?: ?[-\u2013] ?L?\d+)?\)[*`"':]*$/i;
const saysNew = /\bnew file\b|\((?:new|created|added)\)/i;
const makesFile = /\b(?:new|create|add)\b(?: a)?(?: new)? file\b/i;
const makes = /\b(?:new|create|add)\b/i;

/** A path on a line of its own, or the only one in a sentence. */
export function pathLabel(line: string, context: AnswerContext): PathLabel | undefined {
  if (line.length > reading.longestLabel) return undefined;
  const bare = bareName(line);
  const isSent = (name: string) => sentFiles(context.files).named(name) !== undefined;
  if (isSent(bare) || isPathLike(bare)) return { path: bare, plain: true, isNew: saysNew.test(line) };
  const quoted = [...line.matchAll(/`([^`\s]+)`|\*\*([^*\s]+)\*\*/g)].map((match) => match[1] ?? match[2]!);
  // A line with a colon at its end introduces what follows.
  const words = /:\s*$/.test(line)
    ? line.split(/\s+/).map((text) => text.replace(/^[*`"'(]+|[*`"'):,]+$/g, ''))
    : [];
  const named = new Set(
    [...quoted, ...words].filter((name) => isPathLike(name) && resolvesToSent(name, context)),
  );
  if (named.size > 0)
    return named.size === 1 ? { path: [...named][0]!, plain: false, isNew: makesFile.test(line) } : undefined;
  const made = quoted.filter(isPathLike);
  return made.length === 1 && makes.test(line) ? { path: made[0]!, plain: true, isNew: true } : undefined;
}

export function pathOnLine(line: string, context: AnswerContext): string | undefined {
  return pathLabel(line, context)?.path;
}

/** The path in a comment that fills a line, as the first line of a block often does. */
export function pathInComment(line: string, context: AnswerContext): string | undefined {
  if (line.length > reading.longestLabel) return undefined;
  const name = /^\s*(?:\/\/|#|--|;|<!--|\/\*)\s*(?:file(?:name)?: *)?(\S+?)\s*(?:-->|\*\/)?\s*$/i.exec(
    line,
  )?.[1];
  return name !== undefined && isPathLike(name) && resolvesToSent(name, context) ? name : undefined;
}

/** The path in the text after an opening fence: `ts src/a.ts`, `ts:src/a.ts`, `ts title="src/a.ts"`. */
export function pathInInfo(info: string, context: AnswerContext): string | undefined {
  for (const word of info.split(/[\s:{}]+/).reverse()) {
    const bare = word.replace(/^(?:title|file|filename|path)=/i, '').replace(/^["']|["']$/g, '');
    const path = /[/.]/.test(bare) ? pathOnLine(bare, context) : undefined;
    if (path) return path;
  }
  return undefined;
}

function bareName(line: string): string {
  let bare = line.trim().replace(/(?<!\s)\s*-->$/, '');
  for (let shorter = bare.replace(bullet, ''); shorter !== bare; shorter = bare.replace(bullet, ''))
    bare = shorter;
  const link = /^\[([^\]]+)\]\([^()\s]*\)$/.exec(bare.replace(pictures, ''));
  return (link ? link[1]! : bare)
    .replace(pictures, '')
    .replace(word, '')
    .replace(/^[*`"']+|(?<![*`"':])[*`"':]+$/g, '')
    .replace(remark, '')
    .replace(lineNumbers, '')
    .replace(/(?<![*`"':])[*`"':]+$/, '');
}

function isPathLike(name: string): boolean {
  return (
    /^[^\s`*<>|"'=;(){}]+$/.test(name) &&
    /[\p{L}\p{N}]/u.test(name) &&
    !/^https?:/.test(name) &&
    (/\.[\p{L}\p{N}_-]+$/u.test(name) || name.includes('/'))
  );
}

function resolvesToSent(name: string, context: AnswerContext): boolean {
  const resolved = resolvePath(name, context);
  return !isProblem(resolved) && resolved.sent;
}
