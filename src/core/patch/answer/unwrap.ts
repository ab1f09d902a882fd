/** Takes a patch out of a tool call that a model wrote as JSON: `{"command": ["apply_patch", "*** Begin…"]}`. */

import { beginPatchText } from '../dialects/edit-marks.ts';
import { closes, fenceOn } from '../dialects/markdown-fences.ts';
import { reading } from '../thresholds.ts';

/** The patch, if the answer is JSON, fenced or not, with exactly one string that holds one; otherwise the answer. */
export function unwrapJson(answer: string): string {
  if (!answer.includes(beginPatchText) || answer.split('\n').some((line) => line.startsWith(beginPatchText)))
    return answer;
  const bare = answer.trim();
  const lines = bare.split('\n');
  const fence = fenceOn(lines[0]!);
  const fenced = fence && closes(lines.at(-1)!, fence) ? lines.slice(1, -1).join('\n') : undefined;
  try {
    const patches = stringsIn(JSON.parse(fenced ?? bare), reading.deepestJson).filter((text) =>
      text.includes(beginPatchText),
    );
    return patches.length === 1 ? patches[0]! : answer;
  } catch {
    return answer;
  }
}

function stringsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => stringsIn(inner, depth - 1));
}
