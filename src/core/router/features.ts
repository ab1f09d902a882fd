/** Inputs of the router. The wording is not among them, so a paraphrased prompt is routed the same way. */

import type { ReturnShape } from '../tasks/shapes.ts';
import type { ReasoningEffort, TaskKind } from '../tasks/tasks.ts';

export interface RequestFeatures {
  task: TaskKind;
  /** The task as the caller wrote it, when it is unknown and `task` is the substitute. */
  unknownTask: string | undefined;
  shape: ReturnShape;
  /** `ceil(chars / 3)` of the input as it will be sent. Used for caps and context windows. */
  approxTokens: number;
  /** Upper bound of the token count, used for the worst-case cost. */
  mostTokens: number;
  language: string | undefined;
  safetyCritical: boolean;
  /** Alias or model id that overrides the router. */
  forceModel: string | undefined;
  /** Overrides the policy and the routing list. */
  effort: ReasoningEffort | undefined;
  /** The caller's ceiling in USD; configured ceilings apply as well. */
  maxCostUsd: number | undefined;
}
