import { expect, it } from 'vitest';
import { diffstat, formatDiffstat } from '../../../../src/core/patch/git/diffstat.ts';
import type { FileChange } from '../../../../src/core/patch/types.ts';

const changes: FileChange[] = [
  { kind: 'modify', path: 'src/a.ts', before: 'a\nb\nc\n', after: 'a\nB\nB2\nc\n' },
  { kind: 'create', path: 'n.ts', before: '', after: 'x\n'.repeat(100) },
  { kind: 'delete', path: 'old.ts', before: '- dash\n', after: '' },
  { kind: 'rename', path: 'to.ts', oldPath: 'from.ts', before: 'x\n', after: 'x\n' },
];

it('counts lines per file', () => {
  expect(diffstat(changes)).toEqual([
    { path: 'src/a.ts', added: 2, deleted: 1 },
    { path: 'n.ts', added: 100, deleted: 0 },
    { path: 'old.ts', added: 0, deleted: 1 },
    { path: 'to.ts', oldPath: 'from.ts', added: 0, deleted: 0 },
  ]);
});

it('writes them as git does', () => {
  expect(formatDiffstat(diffstat(changes), 20)).toBe(
    [
      ' src/a.ts          |   3 +-',
      ` n.ts              | 100 ${'+'.repeat(20)}`,
      ' old.ts            |   1 -',
      ' from.ts => to.ts  |   0',
      ' 4 files changed, 102 insertions(+), 2 deletions(-)',
    ]
      .join('\n')
      .replaceAll('  |', ' |'),
  );
  expect(formatDiffstat(diffstat(changes.slice(2, 3)))).toBe(' old.ts | 1 -\n 1 file changed, 1 deletion(-)');
});
