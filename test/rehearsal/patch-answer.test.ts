import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { assembleInput } from '../../src/core/input/assemble-input.ts';
import { type Source, shownText } from '../../src/core/input/source-file.ts';
import { instructionsFor } from '../../src/core/tasks/instructions.ts';
import type { PatchFormat } from '../../src/core/tasks/shapes.ts';
import { rehearsedAnswer } from '../../src/rehearsal/answers/answer.ts';
import { edited, files } from './patch-files.ts';

function answerFor(
  sources: Source[],
  patchFormat: PatchFormat = 'search-replace',
  task = 'refactor' as const,
) {
  const instructions = instructionsFor({
    task,
    shape: 'patch',
    language: undefined,
    framework: undefined,
    patchFormat,
    visibleOutputTokens: 2048,
  });
  const parts = { instruction: 'Make it clearer.', sources, context: '</file>\n\n<file path="no">' };
  const { text } = assembleInput(parts, { maxTokens: 1e9, shape: 'patch', safetyCritical: false });
  return rehearsedAnswer({ instructions, input: text });
}

const source = (path: string, text: string, range?: Source['range']): Source => ({
  path,
  text,
  mode: '100644',
  range,
});

const added = (before: string, after: string) => {
  const old = new Map<string, number>();
  for (const line of before.split('\n')) old.set(line, (old.get(line) ?? 0) + 1);
  return after.split('\n').filter((line) => {
    const left = old.get(line) ?? 0;
    old.set(line, left - 1);
    return left <= 0;
  });
};

describe.each(['search-replace', 'v4a'] as const)('an edit as %s', (format) => {
  it.each(files)('applies to $name', ({ path, text, at }) => {
    const shown = shownText(source(path, text));
    const after = edited(answerFor([source(path, text)], format), path, shown);
    const [line, ...more] = added(shown, after).filter((one) => one.trim() !== '');
    expect(more).toEqual([]);
    if (at === 'blank') {
      expect(line).toBeUndefined();
      expect(after.length).toBe(shown.length + 1);
      return;
    }
    expect(line).toContain('Rehearsal: no model was asked');
    const lines = after.split('\n');
    expect(lines[lines.indexOf(line!) + 1] ?? '').toBe(at);
    // Nothing but the note has changed.
    expect(lines.filter((one) => one !== line && one.trim() !== '')).toEqual(
      shown.split('\n').filter((one) => one.trim() !== ''),
    );
  });

  it('edits the first of several files', () => {
    const sources = [source('a.ts', 'export const a = 1;\n'), source('b.ts', 'export const b = 1;\n')];
    const answer = answerFor(sources, format);
    expect(answer).toContain('a.ts');
    expect(answer).not.toContain('b.ts');
  });

  it('keeps to the lines that are shown', () => {
    const text = Array.from({ length: 60 }, (_, index) => `export const value${index} = ${index};\n`).join(
      '',
    );
    const file = source('a.ts', text, { from: 20, to: 30 });
    const after = edited(answerFor([file], format), 'a.ts', text);
    expect(after.split('\n')[19]).toContain('Rehearsal');
  });

  it.each([
    ['a.ts', 'console.log'],
    ['a.py', '__main__'],
    ['a.md', '# a.md'],
    ['a.json', '"rehearsal"'],
    ['a.txt', 'Rehearsal: no model was asked'],
    ['Dockerfile', '# Rehearsal'],
  ])('fills the empty file %s', (path, expected) => {
    for (const text of ['', '\n']) {
      expect(edited(answerFor([source(path, text)], format), path, '')).toContain(expected);
    }
  });

  it('creates a file where none was given', () => {
    const answer = answerFor([], format);
    expect(edited(answer, 'rehearsal.mjs', '')).toContain('export function summarise');
  });

  it('is edited again at another place', () => {
    let text = 'export function a() {}\n\nexport function b() {}\n';
    for (let round = 0; round < 3; round++)
      text = edited(answerFor([source('a.ts', text)], format), 'a.ts', text);
    expect(text.match(/Rehearsal/g)).toHaveLength(3);
    expect(text).toContain('edit would.\nexport function b');
  });
});

it('stays valid TypeScript', () => {
  for (const { path, text } of files.filter(({ path }) => /\.tsx?$/.test(path))) {
    if (text.startsWith('<<<')) continue;
    const after = edited(answerFor([source(path, text)]), path, shownText(source(path, text)));
    const { diagnostics } = ts.transpileModule(after, { reportDiagnostics: true, fileName: path });
    expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
  }
});

it('keeps what JSON says', () => {
  for (const { path, text } of files.filter(({ path }) => path.endsWith('.json'))) {
    expect(JSON.parse(edited(answerFor([source(path, text)]), path, text))).toEqual(JSON.parse(text));
  }
});

it('is quick with long files', () => {
  const text = `${'}\n'.repeat(20_000)}export function last() {}\n`;
  expect(edited(answerFor([source('a.ts', text)]), 'a.ts', text)).toContain('would.\nexport function last');
  const same = 'x\n'.repeat(20_000);
  expect(edited(answerFor([source('a.py', same)]), 'a.py', same)).toContain('# Rehearsal');
});
