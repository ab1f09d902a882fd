/**
 * Takes an edit out of what surrounds the whole answer: text that a model thinks in before it answers, and a tool call
 * that it wrote as JSON: `{"command": ["apply_patch", "*** Begin…"]}`.
 */

import { beginPatchText, startsNames } from '../dialects/edit-marks.ts';
import { closes, fenceOn } from '../dialects/markdown-fences.ts';
import { reading } from '../thresholds.ts';

/**
 * The answer without the text that a model thinks in, which may hold drafts of an edit; undefined if it never ends. It
 * counts only at the beginning.
 */
export function withoutThinking(answer: string): string | undefined {
  const open = /^\s*<(think|thinking)>/.exec(answer);
  if (!open) return answer;
  const close = `</${open[1]!}>`;
  const end = answer.indexOf(close, open[0].length);
  return end === -1 ? undefined : answer.slice(end + close.length).replace(/^[ \t]*\r?\n/, '');
}

/** The patch or diff, if the answer is JSON, fenced or not, with exactly one string that holds one; otherwise the answer. */
export function unwrapJson(answer: string): string {
  const bare = answer.trim();
  const lines = bare.split('\n');
  const fence = fenceOn(lines[0]!);
  const fenced = fence && closes(lines.at(-1)!, fence) ? lines.slice(1, -1).join('\n') : undefined;
  const json = fenced ?? bare;
  if (!/^\s*["[{]/.test(json) || lines.some((line) => line.startsWith(beginPatchText))) return answer;
  try {
    const patches = stringsIn(JSON.parse(json), reading.deepestJson).filter(holdsPatch);
    return patches.length === 1 ? patches[0]! : answer;
  } catch {
    return answer;
  }
}

function holdsPatch(text: string): boolean {
  if (text.includes(beginPatchText)) return true;
  const lines = text.split('\n');
  return lines.some((line, at) => startsNames(line, lines[at + 1]));
}

function stringsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => stringsIn(inner, depth - 1));
}
