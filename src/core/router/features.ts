/** What the router may look at. Nothing of the wording: a paraphrased prompt is routed the same. */

import type { ReturnShape } from '../tasks/shapes.ts';
import type { ReasoningEffort, TaskKind } from '../tasks/tasks.ts';

export interface RequestFeatures {
  task: TaskKind;
  /** The task as the caller wrote it, where it is not one that is known and `task` is the stand-in. */
  unknownTask: string | undefined;
  shape: ReturnShape;
  /** `ceil(chars / 3)` of the input as it will be sent. Decides caps and fit. */
  approxTokens: number;
  /** No tokenizer counts more. Decides what is reserved. */
  mostTokens: number;
  language: string | undefined;
  safetyCritical: boolean;
  /** Alias or id that overrides the router. */
  forceModel: string | undefined;
  /** Effort that overrides the policy and the routing list. */
  effort: ReasoningEffort | undefined;
  /** The caller's own ceiling in USD; the configured ones hold beside it. */
  maxCostUsd: number | undefined;
}
