/** For any text at all as the answer: no crash, no path outside the files that were sent, nothing git refuses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitPatch } from '../../../src/core/patch/git/emit-patch.ts';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';
import { describeProblem, retryPrompt } from '../../../src/core/patch/repair/retry-prompt.ts';
import type { FileChange } from '../../../src/core/patch/types.ts';
import { anyCharacter } from '../../helpers/any-character.ts';
import { applyWithGit, inFolder } from '../../helpers/git-apply.ts';

const source = { path: 'src/a.ts', text: 'one();\ntwo();\n\n}\n\nthree();\n}\r\nlast' };
const secret = 'src/secret.ts';

/** Lines that mean something to one of the readers, in an order that nobody intended. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'src/a.ts',
      '`src/a.ts`',
      'src/new.ts',
      '../up.ts',
      '/etc/passwd',
      secret,
      '.git/config',
      'src/a.ts/x',
    ],
    ...['```', '```diff', '````', '~~~', '``` src/b.ts'],
    ...['<<<<<<< SEARCH', '=======', '>>>>>>> REPLACE', '<<<<<<< ORIGINAL', '>>>>>>> UPDATED'],
    ...[
      '*** Begin Patch',
      '*** End Patch',
      '*** Update File: src/a.ts',
      '*** Add File: src/n/m.ts',
      '*** Delete File: src/a.ts',
      '*** Move to: src/c.ts',
      '*** End of File',
      '*** Update File: ../up.ts',
    ],
    ...[
      'diff --git a/src/a.ts b/src/a.ts',
      '--- a/src/a.ts',
      '+++ b/src/a.ts',
      '--- /dev/null',
      '+++ /dev/null',
      '+++ b/src/new.ts',
      '+++ b/../up.ts',
      'new file mode 100755',
      'deleted file mode 100644',
      'rename from src/a.ts',
      'rename to src/d.ts',
      'old mode 100644',
      'new mode 100755',
      'index 1..2',
    ],
    ...[
      '@@',
      '@@ -1 +1 @@',
      '@@ -2,3 +2,4 @@ one();',
      '@@ ... @@',
      '@@ three();',
      '\\ No newline at end of file',
    ],
    ...[
      'one();',
      ' one();',
      '-one();',
      '+one();',
      ' two();',
      '-two();',
      '+new();',
      '+',
      '-',
      ' ',
      '',
      ' }',
      '-}',
      '+}',
      '-three();',
      '-last',
      ' last',
      '  ...',
      '// ... existing code ...',
    ],
  ),
  fc.string({ unit: anyCharacter, maxLength: 12 }),
);
const answer = fc
  .tuple(fc.array(piece, { maxLength: 30 }), fc.constantFrom('\n', '\n', '\r\n'))
  .map(([lines, ending]) => lines.join(ending) + ending);

/** Begins like a real answer, so that more of them get far. */
const likely = fc
  .tuple(
    fc.constantFrom(
      'src/a.ts\n<<<<<<< SEARCH\n',
      '```diff\n--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,3 +1,3 @@\n',
      '*** Begin Patch\n*** Update File: src/a.ts\n@@\n',
      'src/new.ts\n```\n',
      'src/a.ts\n```\none();\ntwo();\n',
    ),
    fc.array(
      fc.constantFrom(
        ' one();',
        '-two();',
        '+new();',
        'one();',
        'three();',
        '',
        '=======',
        '+}',
        ' ',
        '-three();',
        ' }',
      ),
      { maxLength: 8 },
    ),
    fc.constantFrom('', '>>>>>>> REPLACE\n', '```\n', '*** End Patch\n', '=======\nx\n>>>>>>> REPLACE\n'),
  )
  .map(([start, lines, end]) => `${start}${lines.join('\n')}\n${end}`);

describe('any answer', () => {
  it('gives a patch inside the repository that git accepts, or reasons', () => {
    const accepted: FileChange[][] = [];
    fc.assert(
      fc.property(fc.oneof(answer, likely), (text) => {
        const result = patchFromAnswer(text, [source], { exists: (path) => path === secret });
        if (result.patch === undefined) {
          expect(result.problems.length).toBeGreaterThan(0);
          expect(retryPrompt(result.problems)).toContain(describeProblem(result.problems[0]!));
          return;
        }
        expect(result.problems).toEqual([]);
        expect(result.patch).not.toBe('');
        for (const { path, oldPath, kind } of result.changes) {
          expect(path.split('/')).not.toContain('..');
          expect(path).not.toMatch(/^\/|^\.git\/|^$/);
          expect(path).not.toBe(secret);
          if (kind !== 'create') expect(oldPath ?? path).toBe(source.path);
        }
        accepted.push(result.changes);
      }),
      { numRuns: 1000 },
    );
    // Answers are accepted often enough for this test to mean something: about one in twenty.
    expect(accepted.length).toBeGreaterThan(15);
    const changes = accepted
      .slice(0, 600)
      .flatMap((some, at) => some.map((change) => inFolder(change, `case-${at}`)));
    applyWithGit(changes, ({ status, stderr, read }) => {
      expect(stderr).toBe('');
      expect(status).toBe(0);
      for (const { path, kind, after } of changes) {
        expect(read(path)?.toString('utf8')).toBe(
          kind === 'delete' ? undefined : Buffer.from(after).toString('utf8'),
        );
      }
    });
  });

  it('reproduces any edit written as search/replace, V4A or unified diff', () => {
    const word = fc.constantFrom('alpha', 'beta', 'gamma', '  indented', '', '}');
    const edit = fc.tuple(
      fc.array(word, { minLength: 3, maxLength: 12 }),
      fc.nat(),
      fc.array(word, { maxLength: 3 }),
      // What no answer carries and the file keeps: its line ends, a byte order mark, a missing last newline.
      fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 12, maxLength: 12 }),
      fc.constantFrom('', '\uFEFF'),
      fc.boolean(),
      fc.constantFrom('\n', '\r\n'),
    );
    fc.assert(
      fc.property(edit, ([words, position, added, endings, mark, ends, answerEnding]) => {
        // A number on each line makes every place the only one.
        const lines = words.map((text, at) => `${text} ${at}`);
        const at = 1 + (position % (lines.length - 2));
        const write = (texts: readonly (readonly [string, string])[]) => {
          const whole = mark + texts.map(([text, ending]) => text + ending).join('');
          return ends ? whole : whole.slice(0, -texts.at(-1)![1].length);
        };
        const real = lines.map((text, line) => [text, endings[line]!] as const);
        const expected = write([
          ...real.slice(0, at),
          ...added.map((text) => [`${text} new`, endings[at]!] as const),
          ...real.slice(at + 1),
        ]);
        const [above, old, below] = [lines[at - 1]!, lines[at]!, lines[at + 1]!];
        const plus = added.map((text) => `+${text} new`);
        const hunk = ['@@', ` ${above}`, `-${old}`, ...plus, ` ${below}`];
        const replace = [above, ...plus.map((text) => text.slice(1)), below];
        for (const answer of [
          ['f.ts', '<<<<<<< SEARCH', above, old, below, '=======', ...replace, '>>>>>>> REPLACE'],
          ['*** Begin Patch', '*** Update File: f.ts', ...hunk, '*** End Patch'],
          ['--- a/f.ts', '+++ b/f.ts', ...hunk],
        ]) {
          const result = patchFromAnswer(answer.join(answerEnding), [{ path: 'f.ts', text: write(real) }]);
          expect(result.problems).toEqual([]);
          expect(result.changes[0]?.after).toBe(expected);
          expect(result.patch).toBe(emitPatch(result.changes));
        }
      }),
    );
  });
});
