/** Lines that stand for code that a model left out. */
import { filling } from '../thresholds.ts';

const commentSigns = String.raw`\/\/|#|--|;|%|\/\*|<!--|\{\/\*|\*|"""|'''`;
const commentEnds = String.raw`\*\/\}?|-->|"""|'''`;
const onlyDots = new RegExp(`^(?:${commentSigns})?\\s*(?:\\.{3}|…)\\s*(?:${commentEnds})?$`);
const comment = new RegExp(`^(?:${commentSigns})\\s*(.*?)\\s*(?:${commentEnds})?$`);
const leftOut =
  /\b(?:rest|remainder|remaining|other|existing|previous|unchanged|same|omitted|above|below|keep|continue[sd]?|code|here)\b/i;
const saysUnchanged =
  /^(?:the )?(?:rest|remainder|remaining \w+|existing \w+|other \w+|everything else|all other \w+)\b.*\b(?:unchanged|the same|as before|as is|stays?|remains?|omitted|here)\b/i;

/** Counts only if the file has no such line itself: files may contain three dots as well. */
export function looksElided(line: string): boolean {
  const text = line.trim();
  if (text.length > filling.longestRemark) return false;
  if (onlyDots.test(text)) return true;
  const bracketed = /^[[(<].*[\])>]$/.test(text) ? text.slice(1, -1) : undefined;
  const remark = comment.exec(text)?.[1] ?? bracketed;
  if (remark === undefined) return false;
  return (/\.{3}|\u2026/.test(remark) && leftOut.test(remark)) || saysUnchanged.test(remark);
}

const startsLeftOut =
  /^(?:\.{3}|\u2026)\s*\(?(?:the |all |your |any |and )?(?:rest|remainder|remaining|existing|previous|other|unchanged|same|omitted|more|code|keep|as before|continue[sd]?)\b/i;
const namesLeftOut =
  /^[[(]?(?:the |all |your |keep )?(?:rest|remainder|remaining|existing|previous|unchanged|same)\b.{0,60}(?:\.{3}|\u2026)[\])]?$/i;
const saysItStays =
  /\b(?:unchanged|the same|as before|as is|omitted(?: for brevity)?)[).\]]*$|^(?:the )?(?:rest|remainder|remaining|existing)\b.{0,60}\bhere[).\]]*$/i;
const betweenDots = /^(?:\.{3}|\u2026).*(?:\.{3}|\u2026)$/;

/** Stricter, for lines that no file says anything about: a comment may end in three dots for another reason. */
export function isElision(line: string): boolean {
  const text = line.trim();
  // A line in the middle of a comment, and an example in one.
  if (text.length > filling.longestRemark || /^(?:\*(?!\/)|\S{1,2} {2,}\S)/.test(text)) return false;
  if (onlyDots.test(text) || saysOnlyUnchanged.test(text)) return true;
  if (!looksElided(line)) return false;
  const remark = comment.exec(text)?.[1] ?? text.slice(1, -1);
  return [startsLeftOut, namesLeftOut, betweenDots, saysItStays].some((form) => form.test(remark));
}

/** A whole remark; with dots or without. */
const restOfIt = String.raw`(?:the )?(?:rest|remainder) of (?:the|your|this) (?:\w+ )?(?:code|file|class|function|method|module|component|implementation|logic)(?: (?:goes )?here)?|existing code(?: here)?`;
const saysOnlyUnchanged = new RegExp(
  `^(?:${commentSigns})\\s*[[(]?(?:${restOfIt}|unchanged|omitted(?: for brevity)?|same as before|no changes?(?: here)?)[\\])]?\\.?\\s*(?:${commentEnds})?$`,
  'i',
);

/**
 * Lines of `after`, from 0, that stand for lines of `before`: those that `before` does not have itself, or not as often.
 */
export function elisionsIn(before: readonly string[], after: readonly string[]): number[] {
  const known = new Set(before.map((line) => line.trim()));
  const left = new Map<string, number>();
  for (const line of before) {
    if (looksElided(line)) left.set(line.trim(), (left.get(line.trim()) ?? 0) + 1);
  }
  const found = [...after.keys()].filter((line) => looksElided(after[line]!) && !isStub(after, line, known));
  for (const line of found) {
    const text = after[line]!.trim();
    left.set(text, (left.get(text) ?? 0) - 1);
  }
  return found.filter((line) => left.get(after[line]!.trim())! < 0);
}

/** Three dots are an empty body in Python, but below a line of the file they stand for its body. */
function isStub(lines: readonly string[], index: number, known: ReadonlySet<string>): boolean {
  const above = lines[index - 1] ?? '';
  return lines[index]!.trim() === '...' && /:\s*(?:#.*)?$/.test(above) && !known.has(above.trim());
}
