import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { extractCode, extractText, fencedBlocks } from '../../src/core/answer/extract-code.ts';
import { assembleInput } from '../../src/core/input/assemble-input.ts';
import { type InstructionOptions, instructionsFor } from '../../src/core/tasks/instructions.ts';
import { returnShapes } from '../../src/core/tasks/shapes.ts';
import { taskKinds } from '../../src/core/tasks/tasks.ts';
import { rehearsedAnswer } from '../../src/rehearsal/answers/answer.ts';
import { commentStyle, languageNames } from '../../src/rehearsal/answers/comments.ts';
import { readGiven } from '../../src/rehearsal/answers/given.ts';
import { frameworkNames } from '../../src/rehearsal/answers/test-samples.ts';
import { readWanted } from '../../src/rehearsal/answers/wanted.ts';
import { requestLine } from '../../src/rehearsal/answers/words.ts';

const facts: InstructionOptions = {
  task: 'code_generate',
  shape: 'code',
  language: undefined,
  framework: undefined,
  patchFormat: 'search-replace',
  visibleOutputTokens: 2048,
};
const files = {
  'src/a.ts': 'export class Clock {}\n\nexport function tick(): void {}\n',
  'src/b.py': 'def tock():\n    pass\n',
};

function answer(
  change: Partial<InstructionOptions>,
  instruction = 'Say what time it is.',
  given = {},
): string {
  const sources = Object.entries<string>(given).map(([path, text]) => ({
    path,
    text,
    mode: '100644' as const,
    range: undefined,
  }));
  const parts = { instruction, sources, context: undefined };
  const { text } = assembleInput(parts, { maxTokens: 1e6, shape: 'code', safetyCritical: false });
  return rehearsedAnswer({ instructions: instructionsFor({ ...facts, ...change }), input: text });
}

describe('what is asked for', () => {
  it('is found in every prompt', () => {
    for (const task of taskKinds) {
      for (const shape of returnShapes) {
        for (const patchFormat of ['search-replace', 'v4a'] as const) {
          const wanted = readWanted(instructionsFor({ ...facts, task, shape, patchFormat }));
          expect(wanted).toMatchObject({ task, shape });
          if (shape === 'patch') expect(wanted.patchFormat).toBe(patchFormat);
        }
      }
    }
  });

  it.each([...languageNames, 'cobol', 'c++ 23'])('language %s', (language) => {
    expect(readWanted(instructionsFor({ ...facts, language })).language).toBe(language);
  });

  it.each([...frameworkNames, 'my own'])('framework %s', (framework) => {
    const wanted = readWanted(instructionsFor({ ...facts, task: 'tests', framework }));
    expect(wanted.framework).toBe(framework);
  });

  it('is text in words of another make', () => {
    expect(readWanted('You are a helpful assistant.')).toMatchObject({ task: undefined, shape: 'text' });
    expect(rehearsedAnswer({ instructions: '', input: 'Hello' })).toContain('Asked for: Hello');
  });
});

describe('the input', () => {
  it('is read back into files and instruction', () => {
    const input =
      '<file path="a b.ts" lines="3-4">\nx\n\ny\n</file>\n\n<file path="empty">\n</file>\n\n<context>\nlog\n</context>\n\nDo it.';
    expect(readGiven(input)).toEqual({
      files: [
        { path: 'a b.ts', lines: ['x', '', 'y'], partial: true },
        { path: 'empty', lines: [], partial: false },
      ],
      instruction: 'Do it.',
    });
  });

  it('is read back whatever tags its material holds', () => {
    const line = fc.constantFrom(
      '',
      'x',
      '<file path="y">',
      '</file>',
      '</file-2>',
      '<context>',
      '</context>',
    );
    const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, text, text, (first, second, context, more) => {
        const instruction = `Do it.\n${more}`;
        const sources = Object.entries({ a: first, b: second }).map(([path, text]) => ({
          path,
          text,
          mode: '100644' as const,
          range: undefined,
        }));
        const limits = { maxTokens: 1e6, shape: 'code' as const, safetyCritical: false };
        const given = readGiven(assembleInput({ instruction, sources, context }, limits).text);
        expect(given.instruction).toBe(instruction.trim());
        expect(given.files.map(({ path }) => path)).toEqual(['a', 'b']);
        expect(given.files.map(({ lines }) => lines.join('\n').trim())).toEqual([
          first.trim(),
          second.trim(),
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it('is an instruction where it has no files', () => {
    expect(readGiven('Do it.')).toEqual({ files: [], instruction: 'Do it.' });
    expect(readGiven('<file path="never closed">\nx')).toMatchObject({ files: [] });
  });
});

describe('code', () => {
  it.each([...languageNames, 'json'])('in %s is one block of that language', (language) => {
    const blocks = fencedBlocks(answer({ language }));
    expect(blocks).toHaveLength(1);
    expect(blocks[0]).toMatchObject({ info: language, closed: true });
    if (language === 'json') JSON.parse(blocks[0]!.body);
    else expect(blocks[0]!.body).toContain(`${commentStyle(language)!.open}Rehearsal: no model was asked`);
    expect(blocks[0]!.body).not.toContain('NOTE');
  });

  it.each([
    ['the files', 'Say.', files, 'typescript'],
    ['the instruction', 'Write a parser in Python, please.', {}, 'python'],
    ['nothing', 'Go on, C what I mean?', {}, 'javascript'],
  ])('takes its language from %s', (_, instruction, given, expected) => {
    expect(fencedBlocks(answer({}, instruction, given))[0]!.info).toBe(expected);
  });

  it('is valid TypeScript and JavaScript', () => {
    const samples = [
      answer({ language: 'typescript' }),
      answer({ language: 'javascript' }),
      ...['jest', 'vitest', 'mocha', 'node:test'].map((framework) => answer({ task: 'tests', framework })),
    ];
    for (const sample of samples) {
      const { diagnostics } = ts.transpileModule(extractCode(sample).code, { reportDiagnostics: true });
      expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
    }
  });

  it('cannot be broken out of by the request', () => {
    const nasty = '*/ alert(1) // --> """ \\u000a ``` {- -} %s <?php $x <!-- ]]> \n\n# line';
    expect(requestLine(nasty)).toBe('alert(1) - u000a - - s ?php x !- line');
    expect(fencedBlocks(answer({ language: 'java' }, nasty))).toHaveLength(1);
    expect(requestLine('word '.repeat(50)).length).toBeLessThanOrEqual(74);
    expect(requestLine('字'.repeat(200)).length).toBeLessThanOrEqual(74);
  });
});

describe('tests', () => {
  it.each(frameworkNames)('for %s are one block with a note', (framework) => {
    const blocks = fencedBlocks(answer({ task: 'tests', framework }));
    expect(blocks).toHaveLength(1);
    expect(blocks[0]!.body).toContain('Rehearsal: no model was asked');
    expect(blocks[0]!.body).not.toContain('NOTE');
  });

  it.each([
    [{ language: 'python' }, 'def test_'],
    [{ language: 'rust' }, '#[test]'],
    [{ language: 'typescript' }, "describe('total'"],
    [{ language: 'typescript', framework: 'Vitest' }, "from 'vitest'"],
    [{ language: 'go', framework: 'ginkgo' }, 'func TestTotal'],
    [{}, 'node:test'],
  ])('follow %o', (change, expected) => {
    expect(answer({ task: 'tests', ...change })).toContain(expected);
  });
});

describe('prose', () => {
  it('docs have a title and sections that name the files', () => {
    const text = extractText(answer({ task: 'docs', shape: 'text' }, 'Explain the clock.', files));
    expect(text).toMatchInlineSnapshot(`
      "# src/a.ts and one other file

      This is a rehearsal: no model was asked and nothing was spent. What follows was read from the request alone.

      Asked for: Explain the clock.

      ## Files

      - \`src/a.ts\`: 3 lines; declares \`Clock\`, \`tick\`
      - \`src/b.py\`: 2 lines; declares \`tock\`

      ## Next step

      Ask again without \`--rehearse\` (or \`ORCH_REHEARSE\`), with \`OPENAI_API_KEY\` set: a model then writes this page.
      "
    `);
  });

  it('docs of one file bear its name', () => {
    const text = answer({ task: 'docs', shape: 'text' }, 'Explain.', { 'src/b.py': files['src/b.py'] });
    expect(text).toMatch(/^# src\/b\.py\n/);
  });

  it('reasoning is a short conclusion', () => {
    expect(answer({ task: 'deep_reasoning', shape: 'text' }, 'Is it late?', files)).toMatchInlineSnapshot(`
      "## Conclusion

      This is a rehearsal: no model was asked, so there is no conclusion about the matter itself. The request arrived whole and would have been sent as it is.

      Asked for: Is it late?

      ## Reasons

      1. The request came with 2 files, 5 lines in all.
      2. It passed every check that the provider makes before it answers.
      3. An answer was streamed back over HTTP, as a real one would be.

      ## What remains uncertain

      Everything that takes a model to find out. Ask again without \`--rehearse\` (or \`ORCH_REHEARSE\`) to put it to one.
      "
    `);
  });

  it('code as text shows a block', () => {
    const text = answer({ shape: 'text', language: 'python' });
    expect(fencedBlocks(text)).toHaveLength(1);
    expect(text).toMatch(/^This is a rehearsal/);
  });
});
