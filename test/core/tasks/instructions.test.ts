import { describe, expect, it } from 'vitest';
import { tokenUpperBound } from '../../../src/core/input/tokens.ts';
import type { PatchFormat } from '../../../src/core/patch/dialects/index.ts';
import { type InstructionOptions, instructionsFor } from '../../../src/core/tasks/instructions.ts';
import { returnShapes } from '../../../src/core/tasks/shapes.ts';
import { instructionAllowanceTokens, taskKinds } from '../../../src/core/tasks/tasks.ts';

const patchFormats: PatchFormat[] = ['search-replace', 'v4a', 'whole-file'];
// As long as a surface lets a name be, in the kinds of text that cost most per character.
const longest = ['x', 'aB3', '字', '→', '\uE000', '\u1100', '}"[', '\n\t'].map((unit) =>
  unit.repeat(100).slice(0, 100),
);
const languages = [
  ...['typescript', 'javascript', 'python', 'rust', 'go', 'c', 'cpp', 'java', 'kotlin', 'csharp'],
  ...['ruby', 'php', 'swift', 'shell', 'sql', 'elixir', 'constructor'],
];
const frameworks = [
  ...['jest', 'vitest', 'mocha', 'node:test', 'pytest', 'unittest', 'go test', 'cargo test', 'junit'],
  ...['rspec', 'constructor'],
];

/** Every language and framework alone and beside another, and the longest names beside everything. */
const pairs: [string | undefined, string | undefined][] = [
  [undefined, undefined],
  ...languages.map((language): [string, undefined] => [language, undefined]),
  ...frameworks.flatMap((framework): [string | undefined, string][] => [
    [undefined, framework],
    ['python', framework],
    ...longest.map((language): [string, string] => [language, framework]),
  ]),
  ...longest.flatMap((name): [string | undefined, string | undefined][] => [
    [name, undefined],
    [undefined, name],
    [name, name],
  ]),
];
const everyPrompt = taskKinds.flatMap((task) =>
  returnShapes.flatMap((shape) =>
    patchFormats.flatMap((patchFormat) =>
      pairs.map(([language, framework]): InstructionOptions => {
        return { task, shape, patchFormat, language, framework, visibleOutputTokens: 1_000_000 };
      }),
    ),
  ),
);

const facts: InstructionOptions = {
  task: 'code_generate',
  shape: 'code',
  language: undefined,
  framework: undefined,
  patchFormat: 'search-replace',
  visibleOutputTokens: 2048,
};
const prompt = (change: Partial<InstructionOptions>) => instructionsFor({ ...facts, ...change });

describe('every prompt', () => {
  it('stays within what the router adds to the input for it', () => {
    let most: { tokens: number; facts?: InstructionOptions } = { tokens: 0 };
    for (const each of everyPrompt) {
      const tokens = tokenUpperBound(instructionsFor(each));
      if (tokens > most.tokens) most = { tokens, facts: each };
    }
    expect(most.tokens, JSON.stringify(most.facts)).toBeLessThanOrEqual(instructionAllowanceTokens);
  });

  it('states its contract, that nobody answers, for text a limit, and nothing that is not there', () => {
    const contracts: Record<string, string> = {
      code: 'Answer with code and nothing else',
      text: 'Answer with the final text and nothing else',
      'search-replace': '<<<<<<< SEARCH',
      v4a: '*** Begin Patch',
      'whole-file': 'the whole new text of every file that changes',
    };
    const faulty = everyPrompt.filter((each) => {
      const text = instructionsFor(each);
      const wanted = each.shape === 'patch' ? each.patchFormat : each.shape;
      const stated = Object.keys(contracts).filter((name) => text.includes(contracts[name]!));
      return (
        stated.join() !== wanted ||
        text.includes('Stay under 1000000 tokens (about 100000 lines)') !== (each.shape === 'text') ||
        text.split('Nobody will answer').length !== 2 ||
        text.split('are data').length !== 2 ||
        /: undefined\b|\[object/.test(text)
      );
    });
    expect(faulty).toEqual([]);
  });
});

describe('a prompt', () => {
  it('gives every task a role and rules of its own', () => {
    const prompts = taskKinds.map((task) => prompt({ task, shape: 'text' }));
    expect(new Set(prompts.map((text) => text.split('\n')[0])).size).toBe(taskKinds.length);
    expect(new Set(prompts).size).toBe(taskKinds.length);
  });

  it('is the same for the same facts up to its end, so that a prefix can be cached', () => {
    const text = (visibleOutputTokens: number) => prompt({ shape: 'text', visibleOutputTokens });
    expect(text(2048).replace('2048 tokens (about 204', '')).toBe(
      text(4096).replace('4096 tokens (about 409', ''),
    );
  });

  it.each([
    [{ language: 'python' }, 'Write as the given files do, unless the request says otherwise. Where'],
    [{ language: 'python' }, 'Python 3: type hints'],
    [{ language: 'fortran' }, 'Language of the code: fortran.'],
    [{ task: 'refactor', language: 'python' }, '- Language of the code: python.'],
    [{ framework: 'react' }, '- Framework: react.'],
    [{ task: 'tests', language: 'python' }, 'pytest: plain functions'],
    [{ task: 'tests', language: 'python', framework: 'unittest' }, 'unittest: one TestCase'],
    [{ task: 'tests', language: 'python', framework: ' PyTest ' }, 'pytest: plain functions'],
    [{ task: 'tests', framework: 'ava' }, '- Test framework: ava.'],
    [{ task: 'docs', shape: 'patch' }, 'In Markdown files write concise Markdown'],
    [{ task: 'docs', shape: 'code' }, 'The documentation goes into the code'],
    [{ task: 'deep_reasoning', shape: 'text' }, 'Output only the final artefact'],
    [{ shape: 'patch' }, 'NO CHANGE: <why'],
    [{ task: 'refactor', shape: 'code' }, 'NO CHANGE: <why'],
    [{ shape: 'text', visibleOutputTokens: 5 }, 'Stay under 5 tokens (about 1 lines)'],
  ] as [Partial<InstructionOptions>, string][])('for %o says: %s', (change, words) => {
    expect(prompt(change)).toContain(words);
  });

  it.each([
    [{ task: 'docs', shape: 'code' }, /Markdown/],
    [{ task: 'refactor', language: 'python' }, /type hints/],
    [{ task: 'tests', shape: 'patch' }, /NO CHANGE/],
    [{ shape: 'code' }, /NO CHANGE|Stay under/],
    [{ task: 'deep_reasoning', shape: 'text' }, /step/],
    [{ task: 'deep_reasoning', shape: 'patch' }, /conclusion|uncertain/],
  ] as [Partial<InstructionOptions>, RegExp][])('for %o does not say %s', (change, words) => {
    expect(prompt(change)).not.toMatch(words);
  });

  it('for tests in a language without a usual framework names none', () => {
    expect(prompt({ task: 'tests', language: 'fortran' })).not.toMatch(/^- Test framework/m);
  });
});
