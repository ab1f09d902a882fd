import { expect, it } from 'vitest';
import type { FileChange } from '../../../src/core/patch/types.ts';
import { patchWarnings } from '../../../src/engine/finish/result-warnings.ts';

/** Shows the rest of a line from right to left. */
const hidden = '\u202E';
const created: FileChange = { kind: 'create', path: `a${hidden}st.ts`, before: '', after: 'x\n' };
const warning = [expect.stringMatching(/^the name of the new file .* has hidden characters: please review$/)];

it('a new name with hidden characters is said, and an old one is not', () => {
  const renamed: FileChange = { ...created, kind: 'rename', oldPath: 'a.ts', before: 'x\n' };
  expect(patchWarnings([], [created])).toEqual(warning);
  expect(patchWarnings([], [renamed])).toEqual(warning);
  expect(patchWarnings([], [{ ...renamed, oldPath: `b${hidden}.ts` }])).toEqual([]);
  expect(patchWarnings([], [{ ...created, kind: 'modify', before: 'y\n' }])).toEqual([]);
});
