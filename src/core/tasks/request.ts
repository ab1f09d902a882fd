/** A delegation as the engine takes it: what a surface gathered, checked and with names in one form. */

import type { ReturnShape } from './shapes.ts';
import type { ReasoningEffort, TaskKind } from './tasks.ts';

export interface DelegateRequest {
  task: TaskKind;
  /** The task as the caller wrote it, when it is none that is known. */
  unknownTask: string | undefined;
  /** What is to be done. */
  instruction: string;
  /** Material beside the instruction, e.g. a log from a pipe. */
  context: string | undefined;
  /** Paths, globs, `path:10-40`. */
  files: string[];
  /** In normal form; undefined: told by the files' names. */
  language: string | undefined;
  /** Test framework, or what else the code is built on. */
  framework: string | undefined;
  safetyCritical: boolean;
  forceModel: string | undefined;
  shape: ReturnShape;
  effort: ReasoningEffort | undefined;
  maxCostUsd: number | undefined;
  /** For the whole call, all attempts and waits together, in milliseconds. */
  timeoutMs: number;
}
