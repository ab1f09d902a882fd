/** The ports through which the engine and the operations reach the outside. Implemented by the adapters. */
import type { ClientSetup } from '../core/doctor/clients.ts';
import type { ListedModel } from '../core/doctor/models.ts';
import type { Source } from '../core/input/source-file.ts';
import type { Usage } from '../core/models/usage.ts';
import type { FileChange } from '../core/patch/types.ts';
import type { UsageRecord } from '../core/record/usage-record.ts';
import type { SecretSpan } from '../core/secrets/redactions.ts';
import type { ReasoningEffort, Verbosity } from '../core/tasks/tasks.ts';

export interface GenerateRequest {
  /** Model id of the API. */
  model: string;
  instructions: string;
  input: string;
  maxOutputTokens: number;
  temperature: number | undefined;
  effort: ReasoningEffort | undefined;
  verbosity: Verbosity | undefined;
  /** `default` forces the standard price; the project's setting applies when undefined. */
  serviceTier: 'default' | undefined;
  /** False for servers that do not stream. */
  stream: boolean;
  /** Omits `store: false`, for servers that do not support it. Default false. */
  withoutStore?: boolean;
}

export interface GenerateResult {
  /** Never empty. */
  text: string;
  responseId: string | undefined;
  /** The model named in the response, if any. */
  servedModel: string | undefined;
  usage: Usage;
  /** As the server put it, e.g. `completed`. */
  finishReason: string;
  serviceTier: string | undefined;
  /** Milliseconds from the request to the first event. */
  firstEventMs: number;
}

export interface GenerateOptions {
  signal: AbortSignal;
  firstEventMs: number;
  idleMs: number;
  totalMs: number;
  /** Called with each piece of the visible answer as it arrives. */
  onText?: ((delta: string) => void) | undefined;
}

/** Every error is a `ProviderFailure`. */
export interface Provider {
  generate(request: GenerateRequest, options: GenerateOptions): Promise<GenerateResult>;
}

/** Lists the models available to the key, free of charge. Throws `ProviderFailure`. */
export interface ModelLister {
  list(options: { signal: AbortSignal; limitMs: number }): Promise<ListedModel[]>;
}

export interface LedgerReading {
  records: Partial<UsageRecord>[];
  /** Unreadable rows. */
  skipped: { file: string; line: number; reason: string }[];
  /** Files read. */
  files: string[];
}

export interface Ledger {
  /** Appends complete rows, safely alongside other processes. Rejects unless all were written. */
  append(records: readonly UsageRecord[]): Promise<void>;
  read(): Promise<LedgerReading>;
  /** Path for messages; undefined when recording is off. */
  readonly location: string | undefined;
}

/** The files of a call, and the folder to which their paths (and a patch) are relative. */
export interface SourceSet {
  /** Absolute path: the top of the repository, or the working directory outside one. */
  base: string;
  sources: Source[];
  /** Whether a patch's path exists in `base`. */
  exists(path: string): boolean;
  /** How many files a glob left out, and why. */
  warnings: string[];
}

export interface Workspace {
  /**
   * Reads the files named by the arguments (paths, globs, `path:10-40`): text files inside the roots only. Throws
   * an `OrchError` that names the file and has a hint.
   */
  readSources(fileArguments: readonly string[], signal: AbortSignal): Promise<SourceSet>;
  /** Base folder of a patch when no file was read. */
  base(): string;
  /** Throws `file-forbidden` unless every path below `base` is inside the roots after resolving links. */
  assertWritable(base: string, paths: readonly string[]): void;
}

export interface SecretScanner {
  /** Where secrets stand in a text, in any order; spans may overlap. */
  find(text: string): Promise<SecretSpan[]>;
}

export interface PatchCheck {
  ok: boolean;
  /** Git's message when it rejects the patch. */
  detail: string;
  /** `none` when git is not installed. */
  checkedBy: 'git' | 'none';
}

/** Checks with git that a patch applies to the files as read and produces the intended bytes. */
export interface PatchChecker {
  /** Throws `file-changed` if a file changed since it was read, `file-forbidden` if it is a link. */
  check(
    patch: string,
    changes: readonly FileChange[],
    base: string,
    signal: AbortSignal,
  ): Promise<PatchCheck>;
}

/** A change to a file, which may be binary. */
export interface BytesChange extends Omit<FileChange, 'before' | 'after'> {
  before: string | Uint8Array;
  after: string | Uint8Array;
}

export interface TriedPatch {
  /** Files changed, by their new names. */
  paths: string[];
  /** These, plus the sources of moves and copies. */
  touched: string[];
  diffstat: string;
  changes: BytesChange[];
}

/** Interprets a patch with git only, without any tolerance. */
export interface PatchApplier {
  /** The changes the patch would make; does not modify the tree. Throws `patch-unplaceable`. */
  tryOut(patch: string, base: string, signal: AbortSignal): Promise<TriedPatch>;
}

export interface WorkspaceWriter {
  /** Throws `file-changed` or `write-failed` and then leaves the tree unchanged. */
  applyChanges(base: string, changes: readonly BytesChange[]): Promise<void>;
  /** Throws `write-failed` if `writeResult` can be expected to. Writes nothing. */
  assertWritable(path: string): void;
  /** Throws `write-failed` and then leaves an existing file unchanged. */
  writeResult(path: string, content: string | Buffer): Promise<void>;
}

export interface WriteJournal {
  /** Throws `write-failed` if `begin` can be expected to. */
  assertWritable(path: string): void;
  /**
   * Saves the file at the path, which is about to be replaced by `content`. If it throws `write-failed`, nothing
   * may be written there. `before` is undefined when there is no file. Call `forget` once the file has been
   * restored, or the backup is no longer needed.
   */
  begin(path: string, content: string): Promise<{ before: Buffer | undefined; forget: () => void }>;
  /** Saves bytes that would be lost otherwise, and returns the file that holds them. Throws `write-failed`. */
  keep(bytes: Buffer, path: string): string;
  /** Restores files that killed processes replaced at the path. Returns messages for the user. */
  recover(path: string): Promise<string[]>;
}

export interface Verifier {
  /** The result is in the file while the command runs, and is removed again if the check fails. */
  verify(result: string, signal: AbortSignal): Promise<{ ok: boolean; detail: string }>;
}

/** Persists long results and patches waiting to be applied, by id. */
export interface ResultStore {
  /** Throws `record-failed`. `path` is absolute. */
  save(text: string): { id: string; path: string };
  /** Undefined for an unknown or expired id. Throws `file-unreadable`. */
  load(id: string): string | undefined;
}

export interface Clock {
  /** Milliseconds since 1970, for records and dates. */
  now(): number;
  /** Monotonic milliseconds, for durations. */
  monotonic(): number;
  /** Resolves early, without an error, when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface Machine {
  nodeVersion: string;
  /** Undefined when git is not installed. */
  gitVersion(signal: AbortSignal): Promise<string | undefined>;
  /** Why a file at this path cannot be written; undefined when it can. Does not write anything. */
  writeFault(path: string): string | undefined;
  clients(): ClientSetup;
}
