import { describe, expect, it } from 'vitest';
import { Redactions } from '../../../src/core/secrets/redactions.ts';
import { type Restored, restoreSecrets } from '../../../src/core/secrets/restore-secrets.ts';

const original =
  "import x;\n\nconst key = 'S3CRET-VALUE-1';\n\nfunction f() {\n  return 1;\n}\nend 'OTHER-VALUE-2'";
const redactions = new Redactions();
const redacted = redactions.redact(original, [
  { kind: 'key', start: original.indexOf('S3CRET'), end: original.indexOf("';") },
  { kind: 'key', start: original.indexOf('OTHER'), end: original.length - 1 },
]).text;

function restored(after: string, change: object = {}, before = redacted): Restored {
  return restoreSecrets([{ kind: 'modify', path: 'a.ts', before, after, ...change }], {
    redactions,
    originals: new Map([
      ['a.ts', original],
      ['b.ts', 'plain\n'],
    ]),
  });
}
const refused = (after: string, change: object = {}, before = redacted) =>
  restored(after, change, before).problems.map(({ code }) => code);

describe('a secret is restored', () => {
  it('in a line that stays, whatever changes around it', () => {
    const edits: ((text: string) => string)[] = [
      (text) => text.replace('return 1', 'return 2'),
      (text) => text.replace('import x;\n', 'import x;\nimport y;\n'),
      (text) => text.replace('\n\nfunction', '\n// directly below\nfunction'),
      (text) => text.replace('import x;\n\n', ''),
      (text) => `${text}\nmore\n`,
      (text) => text.replaceAll('\n', '\r\n'),
      (text) => `\uFEFF${text}`,
    ];
    for (const edit of edits) {
      const { changes, problems } = restored(edit(redacted));
      expect(problems).toEqual([]);
      expect(changes).toEqual([{ kind: 'modify', path: 'a.ts', before: original, after: edit(original) }]);
    }
  });

  it('nowhere when its line is deleted, or the file', () => {
    const withoutKey = (text: string) => text.replace(/const key.*\n/, '');
    expect(restored(withoutKey(redacted))).toMatchObject({
      problems: [],
      changes: [{ before: original, after: withoutKey(original) }],
    });
    expect(restored('', { kind: 'delete' })).toMatchObject({
      problems: [],
      changes: [{ kind: 'delete', before: original, after: '' }],
    });
  });

  it('in a file that moves', () => {
    const change = { kind: 'rename', path: 'new.ts', oldPath: 'a.ts' };
    const edit = (text: string) => text.replace('return 1', 'return 2');
    expect(restored(edit(redacted), change)).toMatchObject({
      problems: [],
      changes: [{ oldPath: 'a.ts', before: original, after: edit(original) }],
    });
  });

  it('from lines that are known to hold one', () => {
    const { changes, holdsSecret } = restored(redacted.replace('return 1', 'return 2'));
    const lines = Array.from({ length: 10 }, (_, at) => at + 1);
    expect(lines.filter((line) => holdsSecret(changes[0]!, line))).toEqual([3, 8]);
  });
});

describe('a change is refused', () => {
  const placeholder = '‹redacted:key:1›';
  it.each([
    [
      'a line that is added',
      (text: string) => text.replace('import x;', `import x;\nsend('${placeholder}');`),
    ],
    ['a line that is copied', (text: string) => `${text}\nconst key = '${placeholder}';\n`],
    ['a line that changes', (text: string) => text.replace('const key', 'export const key')],
    ['a line that is indented', (text: string) => text.replace('const key', '  const key')],
    [
      'a line that moves',
      (text: string) =>
        `${text.replace(`const key = '${placeholder}';\n`, '')}\nconst key = '${placeholder}';\n`,
    ],
    ['other brackets', (text: string) => text.replace('return 1', 'return "<redacted:key:1>"')],
    ['an invented one', (text: string) => text.replace('return 1', "return '‹redacted:key:99›'")],
    ['another secret of the file', (text: string) => text.replace('key:1', 'key:2')],
  ])('for a placeholder in %s', (_, edit) => {
    expect(refused(edit(redacted))).toEqual(['secret-moved']);
  });

  it('for a placeholder in another file or a new one', () => {
    expect(refused(`plain\n${placeholder}\n`, { path: 'b.ts' }, 'plain\n')).toEqual(['secret-moved']);
    expect(refused(`${placeholder}\n`, { kind: 'create', path: 'new.ts' }, '')).toEqual(['secret-moved']);
  });

  it('with the place and the placeholder, but not the secret', () => {
    const { problems } = restored(redacted.replace('import x;', `x = '${placeholder}';`));
    expect(problems[0]).toMatchObject({ path: 'a.ts', message: expect.stringContaining('redacted:key:1') });
    expect(problems[0]!.message).toContain('line 1');
    expect(JSON.stringify(problems)).not.toContain('S3CRET');
  });
});
