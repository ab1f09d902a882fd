/** Nine logs whose evidence used to be lost keep it, however they are given. */
import { describe, expect, it } from 'vitest';
import { assembleInput, type InputParts } from '../../../../src/core/input/assemble-input.ts';
import { hostileLogs, missingFrom } from './hostile-logs.ts';

const ways: Record<string, (log: string) => Partial<InputParts>> = {
  context: (context) => ({ context }),
  'a file': (text) => ({ sources: [{ path: 'ci.log', text, mode: '100644', range: undefined }] }),
  'the instruction': (log) => ({ instruction: `Why does it fail?\n\n${log}\n\nAnswer in one sentence.` }),
};

describe.each(Object.entries(ways))('a hostile log in %s', (way, partsOf) => {
  it('keeps its evidence', () => {
    // A quarter of the log is as much more than a sixteenth of the room.
    const [maxTokens, share] = way === 'context' ? [16_000, 1] : [1000, 0.25];
    for (const log of hostileLogs(way.length, share)) {
      const parts = {
        instruction: 'Why does it fail?',
        sources: [],
        context: undefined,
        ...partsOf(log.text),
      };
      const { text } = assembleInput(parts, { maxTokens, shape: 'patch', safetyCritical: false });
      expect(text.length).toBeLessThanOrEqual(3 * maxTokens);
      expect(text).toContain('Why does it fail?');
      expect(missingFrom(text, log), log.name).toEqual([]);
    }
  });
});
