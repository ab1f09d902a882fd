import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emitPatch, emitWithoutLines } from '../../../../src/core/patch/git/emit-patch.ts';

const numbered = Array.from({ length: 12 }, (_, at) => `line ${at + 1}`);
const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;
const change = (before: string, after: string) => ({ kind: 'modify', path: 'a.txt', before, after }) as const;

/** Emits without the lines, and has the real git apply it. */
function applied(before: string, after: string, hidden: readonly number[]): string | undefined {
  const patch = emitWithoutLines([change(before, after)], (_, line) => hidden.includes(line));
  if (patch === undefined) return undefined;
  for (const line of hidden) expect(patch).not.toMatch(new RegExp(`^[ +-]line ${line}$`, 'm'));
  const folder = mkdtempSync(join(tmpdir(), 'orch-hidden-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'a.txt'), before);
  execFileSync('git', ['apply', '-'], { cwd: folder, input: patch });
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe(after);
  return patch;
}
const changed = (...at: number[]) =>
  text(numbered.map((line, index) => (at.includes(index + 1) ? `new ${line}` : line)));
const before = text(numbered);

describe('a patch without lines that must not be shown', () => {
  it('is the same where none of them is near', () => {
    const patch = applied(before, changed(2), [7]);
    expect(patch).toBe(emitPatch([change(before, changed(2))]));
  });

  it.each([
    ['directly above', [6], [5]],
    ['above, with a line between', [6], [4]],
    ['below, with a line between', [6], [8]],
    ['on both sides', [6], [5, 8]],
    ['between two changes', [4, 7], [6]],
    ['the first line, above a change', [2], [1]],
    ['the last line, with one between', [10], [12]],
    ['below a change in the last line', [12], [11]],
  ])('applies: %s', (_, at, hidden) => {
    expect(applied(before, changed(...at), hidden)).toBeDefined();
  });

  it('applies where lines are added behind the last one, or deleted', () => {
    expect(applied(before, `${before}more\n`, [12])).toBeDefined();
    expect(applied(before, text(numbered.toSpliced(5, 1)), [5])).toBeDefined();
    expect(applied(before, text(numbered.toSpliced(5, 0, 'added')), [5])).toBeDefined();
    expect(applied(before.trimEnd(), changed(8).trimEnd(), [11, 12])).toBeDefined();
  });

  it.each([
    ['is directly below a change', changed(6), [7]],
    ['is deleted', text(numbered.toSpliced(5, 1)), [6]],
    ['is below an addition', text(numbered.toSpliced(5, 0, 'added')), [6]],
  ])('is not to be had where the line %s', (_, after, hidden) => {
    expect(applied(before, after, hidden)).toBeUndefined();
  });
});
