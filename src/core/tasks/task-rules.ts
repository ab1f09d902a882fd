/** What each task is and what it must keep to. */
import type { ReturnShape, TaskKind } from './tasks.ts';

const role: Record<TaskKind, string> = {
  code_generate: 'You write production code to a specification.',
  refactor: 'You improve the structure of existing code without changing what it does.',
  tests: 'You write automated tests for existing code.',
  docs: 'You write technical documentation for the people who will use or maintain the code.',
  deep_reasoning: 'You work out hard technical questions.',
};

const rules: Record<TaskKind, string[]> = {
  code_generate: [
    'Write idiomatic code in the style of the files that are given, if any.',
    'Comment only what the code cannot say itself.',
    'Handle the errors and edge cases that the specification implies; add no features beyond it.',
  ],
  refactor: [
    'Behaviour stays the same, signatures and error messages included, unless the request asks otherwise.',
    'Touch only what the request is about; leave formatting and naming elsewhere alone.',
  ],
  tests: [
    'Tests are deterministic: fixed seeds, fixed dates, no network, no sleeping, no dependence on the order in which they run.',
    'Use nothing beyond the test framework and the code under test.',
    'Cover the ordinary cases, the limits and the errors; every test can fail, and its name says what it promises.',
  ],
  docs: [
    'Write concise Markdown: one title, then short sections. No HTML.',
    'State only what the given material shows; where something is not known, leave it out.',
    'Show how it is used with a short example where the material allows one.',
  ],
  deep_reasoning: [
    'Reason step by step before you answer, and check the result against the question.',
    'Give only the final artefact: the conclusion, with the reasons that a reader needs to trust it.',
    'Say plainly what remains uncertain.',
  ],
};

/** In which a shape's own contract overrides the ordinary form of a task, e.g. docs returned as a patch. */
const shapeRules: Partial<Record<TaskKind, Partial<Record<ReturnShape, string>>>> = {
  docs: { patch: 'The Markdown goes into the files that you change or create.' },
  tests: { patch: 'Put the tests into new files beside the code, or into the test files that are given.' },
  code_generate: { text: 'Show code in fenced blocks and say in a sentence what each part is for.' },
};

export function taskRole(task: TaskKind): string {
  return role[task];
}

export function taskRules(task: TaskKind, shape: ReturnShape): string[] {
  const own = shapeRules[task]?.[shape];
  return own === undefined ? rules[task] : [...rules[task], own];
}
