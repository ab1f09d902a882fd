/** A diff that is too long loses whole files first, the least important before the others. */
import { describe, expect, it } from 'vitest';
import { cutDiff } from '../../../../src/core/input/diff/cut-diff.ts';
import { rankOf } from '../../../../src/core/input/diff/file-rank.ts';
import { looksLikeDiff } from '../../../../src/core/input/diff/sections.ts';
import { seededRandom } from '../../../bench/seeded-random.ts';

const cut = (text: string, maxCharacters: number) => cutDiff(text, { maxCharacters, label: 'context' });
const hunk = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => `+${name} ${at} ${'x'.repeat(at % 30)}\n`).join('');
const change = (path: string, count: number) =>
  `diff --git a/${path} b/${path}\nindex 1..2 100644\n--- a/${path}\n+++ b/${path}\n@@ -1,0 +1,${count} @@\n${hunk(path, count)}`;

describe('cutDiff', () => {
  it('drops lock files, generated files, snapshots and white space in this order', () => {
    const reindented = `diff --git a/src/w.ts b/src/w.ts\n--- a/src/w.ts\n+++ b/src/w.ts\n@@ -1,90 +1,90 @@\n${Array.from(
      { length: 90 },
      (_, at) => `-  call(${at});\n+\tcall(${at});\n`,
    ).join('')}`;
    const parts = [
      change('src/a.ts', 40),
      change('yarn.lock', 90),
      change('dist/a.js', 90),
      change('test/__snapshots__/a.snap', 90),
      reindented,
    ];
    const names = ['yarn.lock', 'dist/a.js', 'a.snap', 'src/w.ts'];
    const shown = [12_500, 9500, 7500, 3000].map((room) => {
      const text = cut(parts.join(''), room)!;
      expect(text.length).toBeLessThanOrEqual(room);
      expect(text).toContain(parts[0]);
      return names.filter((name) => text.includes(`${name}\n@@`));
    });
    expect(shown).toEqual([names.slice(1), names.slice(2), names.slice(3), []]);
    expect(cut(parts.join(''), 3000)).toContain(
      '[… 4 of 5 files left out of context, whole or in part:\n yarn.lock | +90 -0 (lock file)\n dist/a.js | +90 -0 (generated)\n test/__snapshots__/a.snap | +90 -0 (snapshot or fixture)\n src/w.ts | +90 -90 (white space only)\n…]',
    );
  });

  it('shortens the largest files where nothing else is left to drop, and keeps the small ones', () => {
    const text = cut(change('src/large.ts', 2000) + change('src/small.ts', 10), 5000)!;
    expect(text).toContain(change('src/small.ts', 10));
    expect(text).toMatch(
      /\+src\/large\.ts 9 x{9}\n[\s\S]*\[… 1 \d{3} lines left out of src\/large\.ts …\]\n/,
    );
    expect(text).toContain(' src/large.ts | +2000 -0 (in part)\n');
  });

  it('shows something of a diff of lock files alone', () => {
    expect(cut(change('package-lock.json', 2000), 3000)).toContain('+package-lock.json 3');
  });

  it('keeps commit messages', () => {
    const commit = `commit ${'a1'.repeat(20)}\nAuthor: A <a@b.c>\n\n    why it was done\n\n`;
    const text = cut(commit + change('a.lock', 500) + commit + change('src/a.ts', 5), 2500)!;
    expect(text.split('why it was done')).toHaveLength(3);
    expect(text).toContain(change('src/a.ts', 5));
  });

  it('reads diffs without the headers of git, and removed lines that look like them', () => {
    const plain = `--- a/x.lock\n+++ b/x.lock\n@@ -1 +1 @@\n${hunk('lock', 400)}--- a/b.sql\n+++ b/b.sql\n@@ -1,2 +1 @@\n--- a comment\n+select 1\n`;
    expect(looksLikeDiff(plain)).toBe(true);
    const text = cut(plain, 2000)!;
    expect(text).toContain('--- a/b.sql\n+++ b/b.sql\n@@ -1,2 +1 @@\n--- a comment\n+select 1\n');
    expect(text).toContain(' x.lock | +400 -0 (lock file)');
  });

  it('fits the room, whatever changed', () => {
    const random = seededRandom(11);
    const paths = ['src/a.ts', 'b.lock', 'dist/c.js', 'd.md', 'e.snap', 'x'.repeat(150)];
    for (let run = 0; run < 100; run++) {
      const text = Array.from({ length: 1 + Math.floor(random() * 30) }, (_, at) =>
        change(`${at}/${paths[Math.floor(random() * paths.length)]}`, Math.floor(random() * 80)),
      ).join('');
      const room = Math.floor(random() * text.length);
      expect(cut(text, room)?.length ?? 0).toBeLessThanOrEqual(room);
    }
  });

  it.each([
    ['package-lock.json', 4],
    ['crates/a/Cargo.lock', 4],
    ['vendor/x/y.go', 3],
    ['api/v1/service.pb.go', 3],
    ['src/__snapshots__/a.snap', 2],
    ['README.md', 1],
    ['src/a.test.ts', 1],
    ['src/locker.ts', 0],
    ['src/distance.ts', 0],
  ])('ranks %s', (path, rank) => {
    expect(rankOf(path, false).rank).toBe(rank);
  });
});
