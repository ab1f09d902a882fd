import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';

const source = { path: 'src/greet.ts', text: 'export function greet() {\n  return "hi";\n}\n' };

describe('patchFromAnswer', () => {
  it('turns a search/replace block into a git patch', () => {
    const answer = [
      'src/greet.ts',
      '```ts',
      '<<<<<<< SEARCH',
      '  return "hi";',
      '=======',
      '  return "hello";',
      '>>>>>>> REPLACE',
      '```',
    ].join('\n');
    expect(patchFromAnswer(answer, [source]).patch).toBe(
      [
        'diff --git a/src/greet.ts b/src/greet.ts',
        '--- a/src/greet.ts',
        '+++ b/src/greet.ts',
        '@@ -1,3 +1,3 @@',
        ' export function greet() {',
        '-  return "hi";',
        '+  return "hello";',
        ' }',
        '',
      ].join('\n'),
    );
  });

  it('gives no patch if one of two blocks has no place', () => {
    const block = (search: string) => `<<<<<<< SEARCH\n${search}\n=======\nx\n>>>>>>> REPLACE\n`;
    const result = patchFromAnswer(`src/greet.ts\n${block('  return "hi";')}${block('  return "no";')}`, [
      source,
    ]);
    expect(result.patch).toBeUndefined();
    expect(result.problems).toMatchObject([{ code: 'not-found', block: 2, path: 'src/greet.ts' }]);
  });
});
