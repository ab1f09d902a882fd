/** Everything an engine call needs: the ports, the configuration and the state kept between calls. */
import type { Config } from '../core/config/config.ts';
import type { UsageRecord } from '../core/record/usage-record.ts';
import type { RouteDecision } from '../core/router/decision.ts';
import type { EngineMemory } from './attempts/memory.ts';
import type { Budget } from './budget.ts';
import type { FinishedAnswer } from './finish/finish-answer.ts';
import type { Clock, Ledger, PatchChecker, Provider, SecretScanner, SourceSet, Workspace } from './ports.ts';
import type { Retrieval } from './retrieval-ports.ts';
import type { Syntax } from './syntax-port.ts';

export interface EngineContext {
  config: Config;
  /** Limit on the input sent, in tokens as counted by `approxTokens`. */
  maxInputTokens: number;
  workspace: Workspace;
  /** Finds what must not be sent. Undefined: everything is sent as it is. */
  secrets: SecretScanner | undefined;
  /** Searches the code that a task needs. Opened only for that. */
  retrieval: () => Promise<Retrieval>;
  /** Created only when a request is about to be sent. Throws `no-key` without a key. */
  provider: () => Promise<Provider>;
  /** Takes the row of each attempt, before what it has cost is settled. */
  ledger: Ledger;
  /** Takes the rows of each call, when it has ended. Undefined: they are sent nowhere. */
  sendOn?: ((records: readonly UsageRecord[]) => void) | undefined;
  /** Always there where something is limited; otherwise only where a budget is kept, so that it counts this as well. */
  budget: (limited: boolean) => Promise<Budget | undefined>;
  /** The day that what is spent now counts for, as the user's clock shows it. */
  localDay: () => string;
  patchChecker: PatchChecker;
  /** Parses the code of an answer. */
  syntax: Syntax;
  clock: Clock;
  memory: EngineMemory;
  log: CallLog;
  /** Generates the id of a call. */
  newId: () => string;
  /** A number in [0, 1), for jitter. */
  random: () => number;
  /** Value of the record's `project` column. */
  projectName: string | undefined;
  /** True when the provider is the rehearsal server: nothing is spent, and every record is marked. */
  rehearsal: boolean;
}

/** Writes one JSON line per call. Never a prompt, code or a key. */
export interface CallLog {
  call(line: Record<string, unknown>): void;
}

/** Progress that a surface may show during a call. */
export type ProgressEvent =
  | { kind: 'decision'; decision: RouteDecision }
  | { kind: 'attempt'; model: string; alias: string; attempt: number }
  | { kind: 'text'; delta: string }
  | { kind: 'retry'; model: string; reason: string; waitMs: number }
  | { kind: 'fallback'; from: string; to: string; reason: string }
  | { kind: 'indexing'; done: number; total: number }
  /** What is about to happen, and is to be said before. */
  | { kind: 'notice'; text: string };

export interface CallOptions {
  signal: AbortSignal;
  /** Milliseconds of the call's timeout already spent waiting for its input. Default 0. */
  elapsedMs?: number;
  onProgress?: (event: ProgressEvent) => void;
  /** Absolute paths of files whose content the input holds: `--output` does not replace them unasked. */
  inputFiles?: readonly string[];
  /** Whether to request streams instead of plain responses. Default true. */
  stream?: boolean;
  /** Reject a patch if a hunk matches more loosely than the strict levels of the ladder. Default false. */
  strict?: boolean;
  /** Called once, before the first request, with the milliseconds that are left. The call ends if it rejects. */
  beforeSending?: (sources: SourceSet, remainingMs: number) => Promise<void>;
  /** Takes work that a result need not wait for, to be started once it is sent. Without this it waits. */
  afterwards?: (work: () => Promise<unknown>) => void;
  /** The beginning of a text is an error, which shows it. Default: a result, with a warning. */
  wholeOnly?: boolean;
  /** If it rejects an answer, the same model is told why and asked again, at most twice; then the next one is asked. */
  verify?: AnswerCheck;
}

/** The caller's check of an answer. `redact` takes the secrets out of what is to be sent. */
export type AnswerCheck = (
  finished: FinishedAnswer,
  options: { signal: AbortSignal; redact: (text: string) => Promise<string> },
) => Promise<CheckVerdict>;

export type CheckVerdict =
  | { ok: true; warnings?: readonly string[] }
  | {
      ok: false;
      /** For the user. */
      detail: string;
      /** For the model, without a path outside of the project. Undefined: it could not mend that. */
      complaint?: string | undefined;
    };
