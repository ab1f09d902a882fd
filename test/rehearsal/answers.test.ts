import { spawnSync } from 'node:child_process';
import { transform } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractCode, extractText, fencedBlocks } from '../../src/core/answer/extract-code.ts';
import { assembleInput } from '../../src/core/input/assemble-input.ts';
import { type InstructionOptions, instructionsFor } from '../../src/core/tasks/instructions.ts';
import { returnShapes } from '../../src/core/tasks/shapes.ts';
import { taskKinds } from '../../src/core/tasks/tasks.ts';
import { rehearsedAnswer } from '../../src/rehearsal/answers/answer.ts';
import { languagesWithComments, note } from '../../src/rehearsal/answers/comments.ts';
import { readInput, readRequestedAnswer, readText } from '../../src/rehearsal/answers/read-request.ts';
import { frameworkNames } from '../../src/rehearsal/answers/test-samples.ts';

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
        for (const patchFormat of ['search-replace', 'v4a', 'whole-file'] as const) {
          const requested = readRequestedAnswer(instructionsFor({ ...facts, task, shape, patchFormat }));
          expect(requested).toMatchObject({ task, shape });
          if (shape === 'patch') expect(requested.patchFormat).toBe(patchFormat);
        }
      }
    }
  });

  it.each([...languagesWithComments, 'cobol', 'c++ 23'])('language %s', (language) => {
    expect(readRequestedAnswer(instructionsFor({ ...facts, language })).language).toBe(language);
  });

  it.each(frameworkNames)('framework %s', (framework) => {
    const requested = readRequestedAnswer(instructionsFor({ ...facts, task: 'tests', framework }));
    expect(requested.framework).toBe(framework);
  });

  it('is text where the instructions are not ours', () => {
    expect(readRequestedAnswer('You are a helpful assistant.')).toMatchObject({
      task: undefined,
      shape: 'text',
    });
    expect(rehearsedAnswer({ instructions: '', input: 'Hello' })).toContain('Request: Hello');
  });
});

describe('the input', () => {
  it('is read back into files and instruction', () => {
    const input =
      '<file path="a b.ts" lines="3-4">\nx\n\ny\n</file>\n\n<file path="empty">\n</file>\n\n<context>\nlog\n</context>\n\nDo it.';
    expect(readInput(input)).toEqual({
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
        const parsed = readInput(assembleInput({ instruction, sources, context }, limits).text);
        expect(parsed.instruction).toBe(instruction.trim());
        expect(parsed.files.map(({ path }) => path)).toEqual(['a', 'b']);
        expect(parsed.files.map(({ lines }) => lines.join('\n').trim())).toEqual([
          first.trim(),
          second.trim(),
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it('is an instruction where it has no files', () => {
    expect(readInput('Do it.')).toEqual({ files: [], instruction: 'Do it.' });
    expect(readInput('<file path="never closed">\nx')).toMatchObject({ files: [] });
  });
});

describe('the text of a request', () => {
  it('may stand in messages, with or without instructions', () => {
    const input = [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'input_text', text: 'Why?' }] },
    ];
    expect(readText({ input })).toEqual({ instructions: 'Be brief.', input: 'Why?' });
    expect(readText({ input, instructions: 'Go.' })).toEqual({
      instructions: 'Go.',
      input: 'Be brief.\n\nWhy?',
    });
  });
});

describe('code', () => {
  it.each([...languagesWithComments, 'json', 'cobol'])('in %s is one block of that language', (language) => {
    const blocks = fencedBlocks(answer({ language }));
    expect(blocks).toHaveLength(1);
    expect(blocks[0]).toMatchObject({ info: language, closed: true });
    expect(blocks[0]!.body).toContain(note);
    expect(blocks[0]!.body).not.toContain('NOTE');
    if (language === 'json') JSON.parse(blocks[0]!.body);
  });

  it.each([
    ['the files', 'Say it in Go.', files, 'typescript'],
    ['the instruction', 'Write a parser in Python, please.', {}, 'python'],
    ['nothing', 'Put it in a file in order.', {}, 'javascript'],
  ])('takes its language from %s', (_, instruction, given, expected) => {
    expect(fencedBlocks(answer({}, instruction, given))[0]!.info).toBe(expected);
  });

  it('is valid TypeScript and JavaScript', async () => {
    const samples = [
      answer({ language: 'typescript' }),
      answer({ language: 'javascript' }),
      ...['jest', 'vitest', 'mocha', 'node:test'].map((framework) => answer({ task: 'tests', framework })),
    ];
    // Rejects where the code does not parse.
    for (const sample of samples) await transform(extractCode(sample).code, { loader: 'ts' });
  });

  const commands: [language: string, command: string, ...args: string[]][] = [
    ['javascript', process.execPath, '--input-type=module'],
    ['python', 'python3', '-'],
    ['shell', 'bash', '-s'],
    ['php', 'php'],
  ];
  const installed = commands.filter(([, command]) => spawnSync(command, ['--version']).status === 0);

  it.each(installed)('in %s runs', (language, command, ...args) => {
    const input = extractCode(answer({ language })).code;
    expect(spawnSync(command, args, { input, encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '6\n' });
  });
});

describe('tests', () => {
  it.each(frameworkNames)('for %s are one block with a note', (framework) => {
    const blocks = fencedBlocks(answer({ task: 'tests', framework }));
    expect(blocks).toHaveLength(1);
    expect(blocks[0]!.body).toContain(note);
    expect(blocks[0]!.body).not.toContain('NOTE');
  });

  it.each([
    [{ language: 'python' }, 'def test_'],
    [{ language: 'rust' }, '#[test]'],
    [{ language: 'typescript' }, "describe('sort'"],
    [{ language: 'typescript', framework: 'Vitest' }, "from 'vitest'"],
    [{ language: 'go', framework: 'ginkgo' }, 'func TestSort'],
    [{}, 'node:test'],
  ])('follow %o', (change, expected) => {
    expect(answer({ task: 'tests', ...change })).toContain(expected);
  });

  it('pass under node:test', () => {
    const { code } = extractCode(answer({ task: 'tests', framework: 'node:test' }));
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--test-reporter=tap'], {
      input: code,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toContain('# pass 2');
  });
});

describe('prose', () => {
  it('docs have a title and sections that name the files', () => {
    const text = extractText(answer({ task: 'docs', shape: 'text' }, 'Explain the clock.', files));
    expect(text).toMatch(/^# src\/a\.ts and 1 more\n/);
    expect(text).toContain('This is a rehearsal');
    expect(text).toContain('Request: Explain the clock.');
    expect(text).toContain('- `src/b.py`: 2 lines');
  });

  it('reasoning is a short conclusion', () => {
    const text = answer({ task: 'deep_reasoning', shape: 'text' }, 'Is it late?', files);
    expect(text.match(/^## .*/gm)).toEqual(['## Conclusion', '## Reasons', '## What remains uncertain']);
    expect(text).toContain('This is a rehearsal');
  });

  it('code as text shows a block', () => {
    const text = answer({ shape: 'text', language: 'python' });
    expect(fencedBlocks(text)).toHaveLength(1);
    expect(text).toMatch(/^This is a rehearsal/);
  });

  it('cannot be broken out of by the request', () => {
    const nasty = '<b> ``` \n# title\n- list $x <!-- ]]> ';
    expect(answer({ task: 'docs', shape: 'text' }, nasty + 'word '.repeat(50))).toMatch(
      /^Request: b title - list x !-- (?:word )+w?o?r?d? ?…$/m,
    );
  });
});
