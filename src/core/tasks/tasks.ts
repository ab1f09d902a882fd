/** The kinds of work that can be delegated, and the shapes in which a result can come back. */

export const taskKinds = ['code_generate', 'refactor', 'tests', 'docs', 'deep_reasoning'] as const;
export type TaskKind = (typeof taskKinds)[number];

export const returnShapes = ['code', 'patch', 'text'] as const;
export type ReturnShape = (typeof returnShapes)[number];

/** In the order of strength; a model's card lists which of them it takes. */
export const reasoningEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

export const verbosities = ['low', 'medium', 'high'] as const;
export type Verbosity = (typeof verbosities)[number];

/** What a task returns when the caller does not say: the only form that its output contract allows. */
const naturalShape: Record<TaskKind, ReturnShape> = {
  code_generate: 'code',
  refactor: 'patch',
  tests: 'code',
  docs: 'text',
  deep_reasoning: 'text',
};

export function shapeFor(task: TaskKind, asked: ReturnShape | undefined): ReturnShape {
  return asked ?? naturalShape[task];
}

/** An unknown task is treated as `docs`, the least harmful one; `known` is false so that it can be said. */
export function readTask(name: string): { task: TaskKind; known: boolean } {
  const wanted = name.trim().toLowerCase().replaceAll('-', '_');
  const task = taskKinds.find((kind) => kind === wanted);
  return task ? { task, known: true } : { task: 'docs', known: false };
}
