/** A delegation request as the engine takes it: validated, with names normalised. */

import type { ReturnShape } from './shapes.ts';
import type { ReasoningEffort, TaskKind } from './tasks.ts';

export interface DelegateRequest {
  task: TaskKind;
  /** The task as the caller wrote it, when it is unknown and `task` is the substitute. */
  unknownTask: string | undefined;
  instruction: string;
  /** Additional material, e.g. a log from a pipe. */
  context: string | undefined;
  /** Paths, globs, `path:10-40`. */
  files: string[];
  /** Normalised; detected from the file names when undefined. */
  language: string | undefined;
  /** Test framework, or another framework the code uses. */
  framework: string | undefined;
  safetyCritical: boolean;
  /** Alias or model id that overrides the router. */
  forceModel: string | undefined;
  shape: ReturnShape;
  /** Overrides the policy and the routing list. */
  effort: ReasoningEffort | undefined;
  /** Limit of the visible answer in tokens; overrides the policy's `max_output_tokens`. */
  maxOutputTokens: number | undefined;
  /** The caller's ceiling in USD; configured ceilings apply as well. */
  maxCostUsd: number | undefined;
  /** Limit of the whole call, including all attempts and waits, in milliseconds. Undefined: by the output caps. */
  timeoutMs: number | undefined;
  /** A provider that asks for a longer wait than this is not asked again, in milliseconds. Undefined: no limit. */
  maxRetryAfterMs?: number | undefined;
}
