import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitPatch } from '../../../../src/core/patch/git/emit-patch.ts';
import { quoteName, unquoteName } from '../../../../src/core/patch/git/quote-name.ts';
import type { FileChange } from '../../../../src/core/patch/types.ts';
import { applyWithGit, inFolder } from '../../../helpers/git-apply.ts';

/** Texts with every ending, byte order mark, repeated lines and odd characters. */
const line = fc.constantFrom(
  '',
  '}',
  '  return 1;',
  '-- ',
  '--- a/x',
  '+++ b/x',
  '@@ -1 +1 @@',
  '\\ No newline',
  'é “ü”',
  '\t\ttab ',
  'bare\rreturn',
  'diff --git a/x b/x',
);
const text = fc
  .tuple(
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 14 }),
    fc.constantFrom('', '', 'last line', '}'),
    fc.constantFrom('', '', '', '\uFEFF'),
  )
  .map(([lines, end, mark]) => mark + lines.map(([words, ending]) => words + ending).join('') + end);
const name = fc.constantFrom(
  'plain.txt',
  'with space.txt',
  'a b/c d.ts',
  'ünï/cödé.md',
  'say "hi".txt',
  'back\\slash',
  'tab\there',
  '日本.txt',
  "it's",
  ' lead',
  'trail ',
);

describe('emitPatch', () => {
  it('reproduces any edit byte for byte through git apply', () => {
    const change = fc
      .tuple(
        name,
        text,
        text,
        fc.constantFrom('modify', 'create', 'delete', 'rename') as fc.Arbitrary<FileChange['kind']>,
        fc.constantFrom('100644', '100755') as fc.Arbitrary<NonNullable<FileChange['mode']>>,
      )
      .map(([path, before, after, kind, mode]): FileChange => {
        if (kind === 'create') return { kind, path, before: '', after, mode };
        if (kind === 'delete') return { kind, path, before, after: '' };
        if (kind === 'rename') return { kind, path: `moved/${path}`, oldPath: path, before, after, mode };
        return { kind, path, before, after: before === after ? `${after}more\n` : after, mode };
      });
    fc.assert(
      fc.property(fc.array(change, { minLength: 40, maxLength: 60 }), (edits) => {
        const changes = edits.map((edit, at) => inFolder(edit, `case ${at}`));
        applyWithGit(changes, ({ status, stderr, read, isExecutable }) => {
          expect(stderr).toBe('');
          expect(status).toBe(0);
          for (const { kind, path, oldPath, after, mode } of changes) {
            expect(read(path)?.toString('utf8')).toBe(kind === 'delete' ? undefined : after);
            if (kind !== 'delete') expect(isExecutable(path)).toBe(mode === '100755');
            if (oldPath !== undefined) expect(read(oldPath)).toBeUndefined();
          }
        });
      }),
      { numRuns: 6 },
    );
  });

  it('renames and edits a file whose name needs quotes', () => {
    const change: FileChange = {
      kind: 'rename',
      path: 'new/ü "x".txt',
      oldPath: 'old name.txt',
      before: 'a\nb\nc\n',
      after: 'a\nB\nc\n',
    };
    expect(emitPatch([change])).toBe(
      [
        'diff --git a/old name.txt "b/new/\\303\\274 \\"x\\".txt"',
        'rename from old name.txt',
        'rename to "new/\\303\\274 \\"x\\".txt"',
        '--- a/old name.txt\t',
        '+++ "b/new/\\303\\274 \\"x\\".txt"',
        '@@ -1,3 +1,3 @@',
        ' a',
        '-b',
        '+B',
        ' c',
        '',
      ].join('\n'),
    );
    applyWithGit([change], ({ stderr, read }) => {
      expect(stderr).toBe('');
      expect(read(change.path)?.toString()).toBe(change.after);
    });
  });

  it('changes a mode with and without text', () => {
    const script = (path: string, after: string): FileChange => ({
      kind: 'modify',
      path,
      before: 'x\n',
      after,
      oldMode: '100644',
      mode: '100755',
    });
    applyWithGit([script('a.sh', 'x\n'), script('b.sh', 'y\n')], ({ stderr, isExecutable, read }) => {
      expect(stderr).toBe('');
      expect([isExecutable('a.sh'), isExecutable('b.sh')]).toEqual([true, true]);
      expect(read('b.sh')?.toString()).toBe('y\n');
    });
  });

  it('creates and deletes empty files', () => {
    const changes: FileChange[] = [
      { kind: 'create', path: 'empty.txt', before: '', after: '' },
      { kind: 'delete', path: 'gone.txt', before: '', after: '' },
    ];
    applyWithGit(changes, ({ stderr, read }) => {
      expect(stderr).toBe('');
      expect(read('empty.txt')?.length).toBe(0);
      expect(read('gone.txt')).toBeUndefined();
    });
  });

  it('marks a last line without a newline', () => {
    expect(emitPatch([{ kind: 'modify', path: 'f', before: 'a', after: 'a\nb' }])).toContain(
      '-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n',
    );
  });

  it('replaces a long text by another without searching for common lines', () => {
    const lines = (word: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${word} ${at}\n`).join('');
    // One side is short, so that the search for common lines is given up soon.
    const change: FileChange = {
      kind: 'modify',
      path: 'long.txt',
      before: `same\n${lines('old', 6000)}same\n`,
      after: `same\n${lines('new', 10)}same`,
    };
    applyWithGit([change], ({ stderr, read }) => {
      expect(stderr).toBe('');
      expect(read('long.txt')?.toString()).toBe(change.after);
    });
  });
});

describe('quoteName', () => {
  it('leaves plain names alone and can be undone for any other', () => {
    expect(quoteName('a b/c-d.ts')).toBe('a b/c-d.ts');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const quoted = quoteName(name);
        expect(unquoteName(quoted)).toBe(name);
        expect(quoted).toMatch(/^[ -~]*$/);
      }),
    );
  });
});
