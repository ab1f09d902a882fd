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
  /** For every shape. */
  rules: readonly string[];
  /** Rules that go with one shape. */
  shapeRules: Partial<Record<ReturnShape, readonly string[]>>;
  /** New code is written, so that the style of a language is worth a rule. Otherwise only its name is given. */
  writesCode?: true;
  /** Used when files are given without an instruction. */
  defaultInstruction: string;
  /** Whether the instructions name a test framework; defaults to the language's usual one. */
  usesTestFramework?: true;
}

const showsCode = 'Show code in fenced blocks and say in a sentence what each part is for.';

export const tasks: Readonly<Record<TaskKind, Task>> = {
  code_generate: {
    shape: 'code',
    effort: 'medium',
    role: 'You write production code to a specification.',
    rules: [
      'Comment only what the code cannot say itself.',
      'Handle the errors and edge cases that the specification implies; add no features beyond it.',
    ],
    shapeRules: { text: [showsCode] },
    writesCode: true,
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
    shapeRules: { text: [showsCode] },
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
      patch: ['Put the tests into new files beside the code, or into the test files that are given.'],
      text: [showsCode],
    },
    writesCode: true,
    defaultInstruction: 'Write tests for the given files.',
    usesTestFramework: true,
  },
  docs: {
    shape: 'text',
    effort: 'none',
    role: 'You write technical documentation for the people who will use or maintain the code.',
    rules: ['State only what the given material shows; where something is not known, leave it out.'],
    shapeRules: {
      text: [
        'Write concise Markdown: one title, then short sections. No HTML.',
        'Show how it is used with a short example where the material allows one.',
      ],
      patch: [
        'In Markdown files write concise Markdown: one title, then short sections, no HTML. In code write documentation comments in the form that the language has for them, and change nothing else.',
      ],
      code: [
        'The documentation goes into the code, as comments in the form that the language has for them. Answer with the whole code, which is otherwise unchanged.',
      ],
    },
    defaultInstruction: 'Document the given files for the people who use them.',
  },
  deep_reasoning: {
    shape: 'text',
    effort: 'high',
    role: 'You work out hard technical questions.',
    rules: ['Output only the final artefact.'],
    shapeRules: {
      text: [
        'Give the conclusion first, then the reasons that a reader needs to trust it.',
        'Say plainly what remains uncertain.',
      ],
    },
    defaultInstruction: 'Analyse the given files: find what is wrong or fragile, and say why.',
  },
};

/** As names are compared: `Deep-Reasoning` is `deep_reasoning`. */
export function plainTaskName(name: string): string {
  return name.trim().toLowerCase().replaceAll('-', '_');
}

/** An unknown task is treated as `docs`, the least harmful one; `known` is then false, for a warning. */
export function readTask(name: string): { task: TaskKind; known: boolean } {
  const plain = plainTaskName(name);
  const task = taskKinds.find((kind) => kind === plain);
  return task ? { task, known: true } : { task: 'docs', known: false };
}

/** Whether "nothing needs to change" is a result: where existing files or code are to be changed, but no tests written. */
export function mayStay(kind: TaskKind, shape: ReturnShape): boolean {
  return kind !== 'tests' && (shape === 'patch' || (kind === 'refactor' && shape === 'code'));
}

export function taskRules(kind: TaskKind, shape: ReturnShape): string[] {
  const { rules, shapeRules } = tasks[kind];
  return [...rules, ...(shapeRules[shape] ?? [])];
}

/** An upper bound of the instructions in tokens, which the router adds to the input. A test holds every prompt to it. */
export const instructionAllowanceTokens = 1200;
