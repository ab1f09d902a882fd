/** The work for an answer or a file is in proportion to its length. */
import { describe, expect, it } from 'vitest';
import { extractCode } from '../../../src/core/answer/extract-code.ts';
import { assembleInput } from '../../../src/core/input/assemble-input.ts';
import { readHeader } from '../../../src/core/patch/dialects/hunk-lines.ts';
import { pathLabel } from '../../../src/core/patch/dialects/path-label.ts';
import { cleanPath } from '../../../src/core/patch/dialects/resolve-path.ts';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';
import { expectLinear } from '../../helpers/linear.ts';

const files = [{ path: 'a.js', text: 'one();\ntwo();\nthree();\n' }];
const times = (text: string, size: number) => text.repeat(Math.ceil(size / text.length));
const numbered = (text: (at: number) => string, size: number) =>
  Array.from({ length: Math.ceil(size / text(0).length) }, (_, at) => text(at)).join('');
const v4a = (body: string) => `*** Begin Patch\n*** Update File: a.js\n${body}*** End Patch\n`;

describe('the work for an answer grows with its length', () => {
  it.each<[string, (size: number) => string, number?]>([
    ['tildes and a back-tick', (size) => `${times('~', size)}\`\n`],
    ['the same, indented', (size) => `  ${times('~', size)}\`\n`],
    ['spaces in the name of a diff', (size) => `--- a${times(' ', size)}b\n+++ a\n@@\n-a\n+b\n`],
    ['spaces behind its date', (size) => `--- a 2026-01-01 00:00${times(' ', size)}\rb\n+++ a\n@@\n-a\n+b\n`],
    [
      'spaces behind an opening mark',
      (size) => `<<<<<<< SEARCH${times(' ', size)}\rx\n=======\n>>>>>>> REPLACE\n`,
    ],
    ['carriage returns', (size) => `${times('\r', size)}x\n`],
    [
      'spaces in a comment that may hold a path',
      (size) => `a.js\n\`\`\`js\n# a${times(' ', size)}b\n\`\`\`\n`,
    ],
    ['back-ticks around JSON', (size) => `${times('`', size)}x "*** Begin Patch"`],
    [
      'back-ticks and lines around JSON',
      (size) => `${times('`', size)}\n "*** Begin Patch"${times('\n`', size)}\n`,
    ],
    ['blank lines in V4A', (size) => v4a(times('\n', size))],
    ['headings in V4A', (size) => v4a(`${times('@@ x\n', size)}-two();\n+2();\n`), 32_768],
    ['hunks of context in V4A', (size) => v4a(`${times('@@\n one();\n', size)}@@\n-two();\n+2();\n`), 8192],
    ['opening marks of three signs', (size) => `a.js\n${times('<<< SEARCH\n', size)}`],
    [
      'blocks of three signs',
      (size) => `a.js\n${times('<<< SEARCH\ntwo();\n===\n2();\n>>> REPLACE\n', size)}`,
      8192,
    ],
    [
      'blocks that change what the one before wrote',
      (size) =>
        `a.js\n${numbered(
          (at) => `<<<<<<< SEARCH\n${at === 0 ? 'two();' : at}\n=======\n${at + 1}\n>>>>>>> REPLACE\n`,
          size,
        )}`,
      4096,
    ],
    ['whole files', (size) => numbered((at) => `${at}.js\n\`\`\`js\nx\n\`\`\`\n`, size), 2048],
    ['whole Markdown files', (size) => numbered((at) => `${at}.md\n\`\`\`md\nx\n\`\`\`\n`, size), 4096],
    ['open docstrings', (size) => numbered((at) => `${at}.py\n\`\`\`py\n"""\n\`\`\`\n`, size), 2048],
    ['new files in folders', (size) => numbered((at) => `d${at}/a.js\n\`\`\`js\nx\n\`\`\`\n`, size), 4096],
    [
      'new files in V4A',
      (size) => `*** Begin Patch\n${numbered((at) => `*** Add File: ${at}.js\n+x\n`, size)}*** End Patch\n`,
    ],
    ['end marks of V4A', (size) => `${v4a('@@\n-two();\n+2();\n')}${times('x\n*** End Patch\n', size)}`],
  ])('%s', async (_name, answer, size = 16_384) => {
    await expectLinear((length) => {
      const text = answer(length);
      return () => patchFromAnswer(text, files);
    }, size);
  });

  it('blocks with several dividers, for a file that is as long', async () => {
    const block = 'a.js\n<<<<<<< SEARCH\ntwo();\n=======\n=======\ny\n>>>>>>> REPLACE\n';
    await expectLinear((size) => {
      const text = times('one line of text\n', size);
      return () => patchFromAnswer(times(block, size), [{ path: 'a.js', text }]);
    }, 16_384);
  });

  it('a fence of tildes in code', async () => {
    await expectLinear((size) => () => extractCode(`x\n${times('~', size)}\`\n`), 16_384);
  });
});

describe('the work for a line grows with its length', () => {
  const often = (work: () => unknown) => {
    for (let time = 0; time < 2000; time++) work();
  };
  it.each<[string, (size: number) => unknown]>([
    ['quotes around a path', (size) => cleanPath(`${times("'", size)}x`)],
    ['quotes before a label', (size) => pathLabel(`${times('"', size)}x`, { files })],
    ['spaces before a label', (size) => pathLabel(`x${times(' ', size)}x`, { files })],
    ['digits in the header of a hunk', (size) => readHeader(`@@ -${times('1', size)}`)],
    ['signs in the header of a hunk', (size) => readHeader(`@@ x${times('@', size)}x`)],
  ])('%s', async (_name, work) => {
    await expectLinear((size) => () => often(() => work(size)), 240);
  });
});

describe('the work for a file grows with its length', () => {
  it('that holds the tags of the input', async () => {
    await expectLinear((size) => {
      const text = `</file>${numbered((at) => `</file-${at + 2}>\n`, size)}`;
      const parts = {
        instruction: 'x',
        context: undefined,
        sources: [{ path: 'a', text, mode: '100644' as const, range: undefined }],
      };
      return () => assembleInput(parts, { maxTokens: 1e9, shape: 'code', safetyCritical: false });
    }, 32_768);
  });
});

it('a quoted name of any length is read', () => {
  const name = times('a', 300_000);
  expect(patchFromAnswer(`--- "a/${name}"\n+++ "b/${name}"\n@@\n-a\n+b\n`, files).problems).toMatchObject([
    { code: 'unknown-path' },
  ]);
});

describe('an answer that would take too much work is refused', () => {
  const codes = (answer: string, text = files[0]!.text) =>
    patchFromAnswer(answer, [{ path: 'a.js', text }]).problems.map(({ code }) => code);

  it('where it is longer than any answer', () => {
    expect(codes(times('x\n', 4 * 1024 * 1024 + 1))).toEqual(['too-complex']);
  });

  it('where the ends of its blocks are looked for again and again', () => {
    const answer = numbered((at) => `${at}.py\n\`\`\`py\n"""\n\`\`\`\n`, 20_000);
    expect(codes(answer)).toEqual(['too-complex']);
  });

  it('where its hunks fit everywhere', () => {
    const hunks = numbered((at) => `@@ -1,2 +1,2 @@\n a();\n-b();\n+c(${at});\n`, 8000);
    expect(codes(`--- a/a.js\n+++ b/a.js\n${hunks}`, times('a();\nb();\n', 22_000))).toContain('too-complex');
  });

  it('but not where one hunk comes many times', () => {
    const block = 'a.js\n<<<<<<< SEARCH\none();\n=======\n1();\n>>>>>>> REPLACE\n';
    expect(codes(times(block, 100_000))).toEqual([]);
  });

  it('a hunk with more changes than are combined is not placed loosely', () => {
    const lines = Array.from({ length: 900 }, (_, at) => `const value_${at} = compute(${at});`);
    const hunk = lines.map((line, at) =>
      at % 3 === 0 ? `-${line}\n+x(${at});` : ` ${line}${at % 3 === 1 ? '?' : ''}`,
    );
    expect(
      codes(`--- a/a.js\n+++ b/a.js\n@@ -1 +1 @@\n${hunk.join('\n')}\n`, `${lines.join('\n')}\n`),
    ).toEqual(['not-found']);
  });
});
