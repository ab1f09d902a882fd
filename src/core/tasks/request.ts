/** A delegation request as the engine takes it: validated, with names normalised. */

import type { Complexity, Preference } from '../config/policy.ts';
import type { Tier } from '../models/tiers.ts';
import type { OwnTask } from './own-tasks.ts';
import type { ReturnShape } from './shapes.ts';
import type { ReasoningEffort, TaskKind } from './tasks.ts';

/** Which change in git goes along: all since the last commit, what is staged, or one such as `main..HEAD`. */
export type ChangeScope = { kind: 'uncommitted' | 'staged' } | { kind: 'range'; range: string };

export interface NamedTask extends Pick<OwnTask, 'candidates' | 'effort'> {
  name: string;
}

/** As the caller knows it. */
export function taskNameOf({ task, ownTask }: Pick<DelegateRequest, 'task' | 'ownTask'>): string {
  return ownTask?.name ?? task;
}

export interface DelegateRequest {
  task: TaskKind;
  /** The task of the configuration that is based on `task`, if the caller named one. */
  ownTask?: NamedTask | undefined;
  /** The task as the caller wrote it, when it is unknown and `task` is the substitute. */
  unknownTask: string | undefined;
  instruction: string;
  /** Additional material, e.g. a log from a pipe. */
  context: string | undefined;
  /** Paths, folders, globs, `path:10-40`, `!pattern`. */
  files: string[];
  /** A change whose diff goes along. Default: none. */
  change?: ChangeScope | undefined;
  /** Whether the code that the task needs is searched for and sent with it. Undefined: as configured. */
  autoContext?: boolean | undefined;
  /** At most so many tokens of it. Undefined: as configured. */
  contextTokens?: number | undefined;
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
  /** Service tier; overrides the policy. */
  tier?: Tier | undefined;
  /** Overrides the policy and what the complexity says of the order. */
  prefer?: Preference | undefined;
  /** How hard the work is, by the caller's word. */
  complexity?: Complexity | undefined;
  /** Limit of the whole call, including all attempts and waits, in milliseconds. Undefined: by the output caps. */
  timeoutMs: number | undefined;
  /** A provider that asks for a longer wait than this is not asked again, in milliseconds. Undefined: no limit. */
  maxRetryAfterMs?: number | undefined;
}
