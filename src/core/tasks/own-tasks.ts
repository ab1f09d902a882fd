/** Tasks that a configuration adds to the built-in ones: a base task with an instruction of its own. */
import type { CandidateSpec } from '../config/policy.ts';
import type { ReturnShape } from './shapes.ts';
import { plainTaskName, type ReasoningEffort, type TaskKind, taskKinds } from './tasks.ts';

export interface OwnTask {
  /** Its prompt, policies and, where nothing else is said, its candidates, effort and shape apply. */
  base: TaskKind;
  return?: ReturnShape | undefined;
  /** Precedes what the caller writes. */
  instruction?: string | undefined;
  candidates?: CandidateSpec[] | undefined;
  effort?: ReasoningEffort | undefined;
}

export type OwnTasks = Readonly<Record<string, OwnTask>>;

/** The built-in tasks, and those in the package's `conf/models.json`; the user's own come on top. */
export const givenTasks = [...taskKinds, 'ask'] as const;

/** The given tasks and the user's own, each once. */
export function everyTask(own: readonly string[]): string[] {
  return [...new Set([...givenTasks, ...own])];
}

/** Of every task, own ones included, by its name. */
export function candidatesByTask(
  routing: Readonly<Record<TaskKind, readonly CandidateSpec[]>>,
  own: OwnTasks,
): [string, readonly CandidateSpec[]][] {
  const ownTasks = Object.entries(own).map(
    ([name, { base, candidates }]): [string, readonly CandidateSpec[]] => [name, candidates ?? routing[base]],
  );
  return [...Object.entries(routing), ...ownTasks];
}

export function findOwnTask(name: string, own: OwnTasks): { name: string; task: OwnTask } | undefined {
  const plain = plainTaskName(name);
  return Object.hasOwn(own, plain) ? { name: plain, task: own[plain]! } : undefined;
}
