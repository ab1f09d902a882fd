/** What `orch diff --from` says to do about an answer that it cannot use. */
import { describe, expect, it } from 'vitest';
import { searchReplace, unified } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { folder } from '../helpers/orch.ts';

const before = 'export function one() {\n  return 1;\n}\n\nexport function two() {\n  return 2;\n}\n';

describe('what to do about an answer that cannot be used', () => {
  it.each<[string, string, string[], string, object]>([
    ['prose', 'I would rename it.', ['a.ts'], 'search/replace', { code: 'not-a-patch' }],
    [
      'two places',
      searchReplace('a.ts', '}', '};'),
      ['a.ts'],
      'only the right place fits',
      { code: 'ambiguous', path: 'a.ts', block: 1, lines: [3, 7] },
    ],
    [
      'an older text',
      searchReplace('a.ts', '  return two;', '  return 22;'),
      ['a.ts'],
      'lines 1 to 7 of a.ts are closest to what the edit looks for',
      { code: 'not-found', path: 'a.ts', block: 1 },
    ],
    [
      'what is there beside what is not',
      unified(
        'a.ts',
        '@@ -1,3 +1,3 @@\n export function one() {\n-  return 1;\n+  return 11;\n }\n@@ -5,3 +5,3 @@\n export function two() {\n-  return 12345678;\n+  return 2;\n }',
      ),
      ['a.ts'],
      'leave the block out',
      { code: 'already-applied' },
    ],
    [
      'a file that was not named',
      searchReplace('a.ts', '2', '3'),
      [],
      'name every file',
      { code: 'unknown-path' },
    ],
  ])('says it for %s', async (_name, answer, files, hint, problem) => {
    const cwd = folder({ 'a.ts': before });
    const args = ['diff', '--from', '-', ...files.flatMap((file) => ['-f', file])];
    const [plain, json] = await Promise.all([
      orch(args, { cwd, stdin: answer }),
      orch([...args, '--json'], { cwd, stdin: answer }),
    ]);
    expect([plain.status, json.status]).toEqual([5, 5]);
    expect(plain.stderr).toMatch(/^hint: /m);
    expect(plain.stderr).toContain(hint);
    const { error } = JSON.parse(json.stdout);
    expect(error.details.problems).toEqual([expect.objectContaining(problem)]);
    expect(JSON.stringify(error.details)).not.toContain('return 2');
  });
});
