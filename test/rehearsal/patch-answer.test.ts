import { transform } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleInput } from '../../src/core/input/assemble-input.ts';
import type { Source } from '../../src/core/input/source-file.ts';
import type { PatchFormat } from '../../src/core/patch/dialects/index.ts';
import { patchFromAnswer } from '../../src/core/patch/patch-from-answer.ts';
import { instructionsFor } from '../../src/core/tasks/instructions.ts';
import { rehearsedAnswer } from '../../src/rehearsal/answers/answer.ts';
import { note } from '../../src/rehearsal/answers/comments.ts';
import { applyWithGit, inFolder } from '../helpers/git-apply.ts';

const formats: readonly PatchFormat[] = ['search-replace', 'v4a', 'whole-file'];

function answerFor(sources: Source[], patchFormat: PatchFormat): string {
  const instructions = instructionsFor({
    task: 'refactor',
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

/** What an answer makes of its files, by the same way as of any other answer. */
function changesOf(sources: Source[], format: PatchFormat) {
  const { patch, changes, problems } = patchFromAnswer(answerFor(sources, format), sources);
  expect(problems).toEqual([]);
  expect(patch).toBeDefined();
  return changes;
}

function edited(path: string, text: string, format: PatchFormat, range?: Source['range']): string {
  const changes = changesOf([source(path, text, range)], format);
  expect(changes.map((change) => change.path)).toEqual([path]);
  return changes[0]!.after;
}

/** A file, and what becomes of it. */
const files: [name: string, path: string, before: string, after: string][] = [
  ['TypeScript', 'a.ts', 'export const a = `\n// b\n`;\n', `export const a = \`\n// b\n\`;\n// ${note}\n`],
  ['CRLF', 'a.js', 'f();\r\ng();\r\n', `f();\r\ng();\r\n// ${note}\r\n`],
  ['no last newline', 'a.mjs', '\uFEFFf();\ng();', `\uFEFFf();\ng();\n// ${note}`],
  ['a single line', 'a.sh', '#!/bin/sh\n', `#!/bin/sh\n# ${note}\n`],
  ['blank lines at the end', 'a.py', 'a = 1\n\n\n', `a = 1\n# ${note}\n\n\n`],
  ['lines that are all alike', 'a.py', 'x()\nx()\nx()\nx()\nx()\n', `x()\nx()\nx()\nx()\nx()\n# ${note}\n`],
  ['C', 'a.h', '#pragma once\n', `#pragma once\n/* ${note} */\n`],
  ['YAML with a text', 'a.yaml', 'a: |\n  # b\n', `a: |\n  # b\n# ${note}\n`],
  ['Markdown', 'a.md', '# A\n\n```\nb\n```\n', `# A\n\n\`\`\`\nb\n\`\`\`\n\n> ${note}\n`],
  ['HTML', 'a.html', '<p>\n</p>\n', `<p>\n</p>\n<!-- ${note} -->\n`],
  ['a Dockerfile', 'docker/Dockerfile', 'FROM a\n', `FROM a\n# ${note}\n`],
  ['PHP', 'a.php', '<?php\nf();\n', `<?php\nf();\n// ${note}\n`],
  ['PHP that is closed', 'a.php', '<?php\nf();\n?>\n', `<?php\nf();\n?>\n<?php /* ${note} */ ?>\n`],
  ['PHP that is none', 'a.php', '<p>\n', `<p>\n<?php /* ${note} */ ?>\n`],
  ['Ruby with data', 'a.rb', 'f\n__END__\ndata\n', `f\n# ${note}\n__END__\ndata\n`],
  ['JSON', 'a.json', '{\n  "a": 1\n}\n', '{\n  "a": 1\n\n}\n'],
  ['JSON on one line', 'a.json', '{"a":1}', '\n{"a":1}'],
  ['an unknown form', 'a.csv', 'a,b\n1,2\n', 'a,b\n\n1,2\n'],
  [
    'conflict marks further up',
    'a.ts',
    '<<<<<<< A\n=======\n>>>>>>> B\nf();\n',
    `<<<<<<< A\n=======\n>>>>>>> B\nf();\n// ${note}\n`,
  ],
  [
    'minified code further up',
    'a.js',
    `${'f();'.repeat(400)}\ng();\n`,
    `${'f();'.repeat(400)}\ng();\n// ${note}\n`,
  ],
];

describe.each(formats.slice(0, 2))('an edit as %s', (format) => {
  it.each(files)('of %s', (_name, path, before, after) => {
    expect(edited(path, before, format)).toBe(after);
  });

  it('applies again and again', () => {
    let text = 'f();\n';
    for (let round = 1; round <= 5; round++) {
      text = edited('a.ts', text, format);
      expect(text.split(note)).toHaveLength(round + 1);
    }
  });

  it('keeps to the first of several files, and to the lines that are shown', () => {
    const sources = [source('a.ts', 'f();\n'), source('b.ts', 'g();\n')];
    expect(changesOf(sources, format).map(({ path }) => path)).toEqual(['a.ts']);
    const text = Array.from({ length: 60 }, (_, index) => `f(${index});\n`).join('');
    expect(edited('a.ts', text, format, { from: 20, to: 30 }).split('\n')[29]).toBe(`// ${note}`);
  });

  it.each([
    ['conflict marks', 'f();\n=======\n>>>>>>> B\n'],
    ['a line as long as an answer', `f();\n${'g();'.repeat(400)}\n`],
  ])('is a file beside one that ends in %s', (_name, text) => {
    const [change] = changesOf([source('a.ts', text)], format);
    expect(change).toMatchObject({ path: 'a.ts.rehearsal.md', kind: 'create' });
  });
});

describe.each(formats)('an answer as %s', (format) => {
  it('is applied by git to any text', () => {
    const line = fc.constantFrom(
      '',
      ' ',
      'a',
      'b',
      '```',
      '=======',
      '>>>>>>> B',
      '@@ -1 +1 @@',
      '*** a',
      '+a',
      '-a',
    );
    const text = fc
      .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
      .map(([lines, end, closed]) => lines.join(end) + (closed ? end : ''));
    const path = fc.constantFrom('a.ts', 'a.md', 'a.json', 'a.php', 'a.py', 'a.txt');
    const given = fc.sample(fc.tuple(path, text), { numRuns: 150, seed: 7 });
    const changes = given.flatMap(([path, text], at) =>
      changesOf([source(path, text)], format).map((change) => inFolder(change, `case-${at}`)),
    );
    applyWithGit(changes, ({ status, stderr, read }) => {
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      for (const { path, after } of changes) expect(String(read(path))).toBe(after);
    });
  });

  it.each([
    ['a.ts', 'console.log'],
    ['a.py', '__main__'],
    ['a.md', `<!-- ${note} -->`],
    ['a.json', '"total": 6'],
    ['a.txt', note],
    ['Dockerfile', `# ${note}`],
  ])('fills the empty file %s', (path, expected) => {
    for (const text of ['', '\n']) expect(edited(path, text, format)).toContain(expected);
  });

  it('makes a file where none was given', () => {
    const [change] = changesOf([], format);
    expect(change).toMatchObject({ path: 'rehearsal.mjs', kind: 'create' });
  });
});

it('leaves code that parses and JSON that says the same', async () => {
  const code = edited('a.tsx', 'const A = () => (\n  <p>\n    a\n  </p>\n);', 'search-replace');
  // Rejects where it does not parse.
  await transform(code, { loader: 'tsx' });
  const json = '{\n  "a": [\n    1\n  ]\n}';
  expect(JSON.parse(edited('a.json', json, 'v4a'))).toEqual(JSON.parse(json));
});

it('is quick with long files', () => {
  const text = 'x\n'.repeat(20_000);
  expect(answerFor([source('a.py', `${text}y\n`)], 'search-replace')).toContain(`x\ny\n# ${note}`);
});
