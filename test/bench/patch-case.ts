/** One line of a corpus of model answers with a known result. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface PatchCase {
  id: string;
  language: string;
  path: string;
  format: 'udiff' | 'search-replace' | 'v4a' | 'whole';
  before: string;
  after: string;
  model_text: string;
  /** Kinds of damage, for `--failures`. */
  corruption: string[];
  /** `apply?` may be applied, and then has to be right, or refused. */
  expect: 'apply' | 'refuse' | 'apply?';
  finish_reason: 'stop' | 'length';
}

export function readCases(file: string): PatchCase[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
}

export type Outcome = 'right' | 'refused' | 'wrong' | 'must-refuse kept out' | 'must-refuse accepted';

/** `result` is undefined when the method refused. White space at the end of lines and of the file is no matter. */
export function judge(patchCase: PatchCase, result: string | undefined): Outcome {
  if (patchCase.expect === 'refuse')
    return result === undefined ? 'must-refuse kept out' : 'must-refuse accepted';
  if (result === undefined) return 'refused';
  return withoutTrailingSpace(result) === withoutTrailingSpace(patchCase.after) ? 'right' : 'wrong';
}

function withoutTrailingSpace(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}
