/** The tasks that can be delegated: their prompts, defaults and result shapes. */
import type { ReturnShape } from './shapes.ts';

export const taskKinds = ['code_generate', 'refactor', 'tests', 'docs', 'deep_reasoning'] as const;
export type TaskKind = (typeof taskKinds)[number];

/** From lowest to highest. A model's card lists the ones it supports. */
export const reasoningEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

export const verbosities = ['low', 'medium', 'high'] as const;
export type Verbosity = (typeof verbosities)[number];

export interface Task {
  /** Default shape of the result. */
  shape: ReturnShape;
  /** Reasoning effort when the policies set none. */
  effort: ReasoningEffort;
  /** The first sentence of the instructions. */
  role: string;
  rules: readonly string[];
  /** Extra rule for a non-default shape, e.g. docs returned as a patch. */
  shapeRules?: Partial<Record<ReturnShape, string>>;
  /** Used when files are given without an instruction. */
  defaultInstruction: string;
  /** Whether the instructions name a test framework; defaults to the language's usual one. */
  usesTestFramework?: true;
}

export const tasks: Readonly<Record<TaskKind, Task>> = {
  code_generate: {
    shape: 'code',
    effort: 'medium',
    role: 'You write production code to a specification.',
    rules: [
      'Write idiomatic code in the style of the files that are given, if any.',
      'Comment only what the code cannot say itself.',
      'Handle the errors and edge cases that the specification implies; add no features beyond it.',
    ],
    shapeRules: { text: 'Show code in fenced blocks and say in a sentence what each part is for.' },
    defaultInstruction:
      'Complete the given files: implement what is declared or described there and still missing.',
  },
  refactor: {
    shape: 'patch',
    effort: 'medium',
    role: 'You improve the structure of existing code without changing what it does.',
    rules: [
      'Behaviour stays the same, signatures and error messages included, unless the request asks otherwise.',
      'Touch only what the request is about; leave formatting and naming elsewhere alone.',
    ],
    defaultInstruction:
      'Refactor the given files: clearer names, less repetition, simpler control flow. Behaviour stays the same.',
  },
  tests: {
    shape: 'code',
    effort: 'medium',
    role: 'You write automated tests for existing code.',
    rules: [
      'Tests are deterministic: fixed seeds, fixed dates, no network, no sleeping, no dependence on the order in which they run.',
      'Use nothing beyond the test framework and the code under test.',
      'Cover the ordinary cases, the limits and the errors; every test can fail, and its name says what it promises.',
    ],
    shapeRules: {
      patch: 'Put the tests into new files beside the code, or into the test files that are given.',
    },
    defaultInstruction: 'Write tests for the given files.',
    usesTestFramework: true,
  },
  docs: {
    shape: 'text',
    effort: 'none',
    role: 'You write technical documentation for the people who will use or maintain the code.',
    rules: [
      'Write concise Markdown: one title, then short sections. No HTML.',
      'State only what the given material shows; where something is not known, leave it out.',
      'Show how it is used with a short example where the material allows one.',
    ],
    shapeRules: { patch: 'The Markdown goes into the files that you change or create.' },
    defaultInstruction: 'Document the given files for the people who use them.',
  },
  deep_reasoning: {
    shape: 'text',
    effort: 'high',
    role: 'You work out hard technical questions.',
    rules: [
      'Reason step by step before you answer, and check the result against the question.',
      'Give only the final artefact: the conclusion, with the reasons that a reader needs to trust it.',
      'Say plainly what remains uncertain.',
    ],
    defaultInstruction: 'Analyse the given files: find what is wrong or fragile, and say why.',
  },
};

/** An unknown task is treated as `docs`, the least harmful one; `known` is then false, for a warning. */
export function readTask(name: string): { task: TaskKind; known: boolean } {
  const normalized = name.trim().toLowerCase().replaceAll('-', '_');
  const task = taskKinds.find((kind) => kind === normalized);
  return task ? { task, known: true } : { task: 'docs', known: false };
}

export function taskRules(kind: TaskKind, shape: ReturnShape): string[] {
  const { rules, shapeRules } = tasks[kind];
  const extra = shapeRules?.[shape];
  return extra === undefined ? [...rules] : [...rules, extra];
}

/** An upper bound of the instructions in tokens, which the router adds to the input. A test holds every prompt to it. */
export const instructionAllowanceTokens = 1200;
