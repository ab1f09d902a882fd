/** The cases of test/fixtures/patch, one folder each; the README there says how to read and add them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';
import type { FileChange } from '../../../src/core/patch/types.ts';
import { applyWithGit, inFolder } from '../../helpers/git-apply.ts';

const root = fileURLToPath(new URL('../../fixtures/patch', import.meta.url));
const parts = ['after', 'answer.md', 'before', 'note', 'placed', 'problem'];
const foldersIn = (folder: string) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const cases = foldersIn(root).flatMap((dialect) =>
  foldersIn(join(root, dialect)).map((name) => `${dialect}/${name}`),
);

/** Path and text of every file in a folder. */
function treeIn(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')];
    }),
  );
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

const accepted: FileChange[] = [];

it.each(cases)('%s', (name) => {
  const folder = join(root, name);
  expect(parts).toEqual(expect.arrayContaining(readdirSync(folder)));
  expect(existsSync(join(folder, 'after'))).not.toBe(existsSync(join(folder, 'problem')));
  const files = Object.entries(treeIn(join(folder, 'before'))).map(([path, text]) => ({ path, text }));
  const answer = readFileSync(join(folder, 'answer.md'), 'utf8');
  const { changes, problems, hunks } = patchFromAnswer(answer, files);
  expect(problems.map(({ code }) => code)).toEqual(linesOf(join(folder, 'problem')));
  expect(Object.fromEntries(changes.map(({ path, after }) => [path, after]))).toEqual(
    treeIn(join(folder, 'after')),
  );
  if (existsSync(join(folder, 'placed'))) {
    const placed = hunks.map(({ level, path, line, chosenBy }) =>
      [level, `${path}:${line}`, ...(chosenBy ? [chosenBy] : [])].join(' '),
    );
    expect(placed).toEqual(linesOf(join(folder, 'placed')));
  }
  accepted.push(...changes.map((change) => inFolder(change, name)));
});

it('every patch applies and gives the intended bytes', () => {
  expect(accepted.length).toBeGreaterThan(0);
  applyWithGit(accepted, ({ stderr, read }) => {
    expect(stderr).toBe('');
    for (const { path, after } of accepted) expect(read(path)?.toString('utf8')).toBe(after);
  });
});
