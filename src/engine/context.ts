/** What every call of the engine is given: the ports, the configuration and what the process remembers. */
import type { Config } from '../core/config/config.ts';
import type { RouteDecision } from '../core/router/decision.ts';
import type { EngineMemory } from './memory.ts';
import type { Clock, Ledger, PatchChecker, Provider, Workspace } from './ports.ts';

export interface EngineContext {
  config: Config;
  /** Most input sent, in tokens as `approxTokens` counts them. */
  maxInputTokens: number;
  workspace: Workspace;
  /** Loaded when a request is about to be sent. Throws `no-key` without a key. */
  provider: () => Promise<Provider>;
  ledger: Ledger;
  patchChecker: PatchChecker;
  clock: Clock;
  memory: EngineMemory;
  log: CallLog;
  /** A new id for a call. */
  newId: () => string;
  /** 0 up to, not including, 1: jitter of the waits. */
  random: () => number;
  /** For the record's project column. */
  projectName: string | undefined;
  /** The provider is the rehearsal server: nothing is spent, and every record says so. */
  rehearsal: boolean;
}

/** One JSON line per call. Never a prompt, code or a key. */
export interface CallLog {
  call(line: Record<string, unknown>): void;
}

/** What a surface may show while a call runs. */
export type ProgressEvent =
  | { kind: 'decision'; decision: RouteDecision }
  | { kind: 'attempt'; model: string; alias: string; attempt: number }
  | { kind: 'text'; delta: string }
  | { kind: 'retry'; model: string; reason: string; waitMs: number }
  | { kind: 'fallback'; from: string; to: string; reason: string };

export interface CallOptions {
  signal: AbortSignal;
  /** What has gone of the call's time-out already, in waiting for its input. Default 0. */
  elapsedMs?: number;
  onProgress?: (event: ProgressEvent) => void;
  /** False: ask for plain answers instead of streams. Default true. */
  stream?: boolean;
  /** Refuse every hunk of a patch that is located by a level looser than the strict ones. Default false. */
  strict?: boolean;
  /** A check of the caller's own on a result; a refusal goes on to the next candidate. */
  verify?: (result: string, signal: AbortSignal) => Promise<{ ok: boolean; detail: string }>;
}
