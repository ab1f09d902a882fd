/** What the engine and the operations need from the world. Adapters implement these ports. */
import type { ClientSetup } from '../core/doctor/clients.ts';
import type { ListedModel } from '../core/doctor/models.ts';
import type { Source } from '../core/input/source-file.ts';
import type { Usage } from '../core/models/usage.ts';
import type { FileChange } from '../core/patch/types.ts';
import type { UsageRecord } from '../core/record/usage-record.ts';
import type { ReasoningEffort, Verbosity } from '../core/tasks/tasks.ts';

export interface GenerateRequest {
  /** The id that the API knows. */
  model: string;
  instructions: string;
  input: string;
  maxOutputTokens: number;
  temperature: number | undefined;
  effort: ReasoningEffort | undefined;
  verbosity: Verbosity | undefined;
  /** `default`: at the standard price, whatever the project's own setting. Undefined: as the project is set. */
  serviceTier: 'default' | undefined;
  /** False: one plain answer, for servers that do not stream. */
  stream: boolean;
  /** Leaves out the wish that nothing be stored, for servers that do not know it. Default false. */
  withoutStore?: boolean;
}

export interface FinishReason {
  unified: 'stop' | 'length' | 'content-filter' | 'other';
  /** As the server says it. */
  raw: string;
}

export interface GenerateResult {
  /** Never empty. */
  text: string;
  responseId: string | undefined;
  /** The model that the server says has answered; undefined when it does not say. */
  servedModel: string | undefined;
  usage: Usage;
  finishReason: FinishReason;
  serviceTier: string | undefined;
  /** Milliseconds from the request to the first event. */
  firstEventMs: number;
}

export interface GenerateOptions {
  signal: AbortSignal;
  firstEventMs: number;
  idleMs: number;
  totalMs: number;
  /** A piece of the visible answer, as it arrives. */
  onText?: ((delta: string) => void) | undefined;
}

/** Throws `ProviderFailure`, whatever happens. */
export interface Provider {
  generate(request: GenerateRequest, options: GenerateOptions): Promise<GenerateResult>;
}

/** The models that the key can use. A free call. Throws `ProviderFailure`. */
export interface ModelLister {
  list(options: { signal: AbortSignal; limitMs: number }): Promise<ListedModel[]>;
}

export interface LedgerReading {
  records: Partial<UsageRecord>[];
  /** Rows that could not be read, with their line numbers. */
  skipped: { file: string; line: number; reason: string }[];
  /** The files that were read. */
  files: string[];
}

export interface Ledger {
  /** Appends whole rows, safe against other processes. Rejects when nothing or not all could be written. */
  append(records: readonly UsageRecord[]): Promise<void>;
  read(): Promise<LedgerReading>;
  /** Where it is, for messages; undefined: turned off. */
  readonly location: string | undefined;
}

/** Files of one call, with the folder that their paths (and a patch of them) are relative to. */
export interface SourceSet {
  /** Absolute: the top of the repository, or the working directory outside of one. */
  base: string;
  sources: Source[];
  /** Whether a path of a patch exists in `base`. */
  exists(path: string): boolean;
}

export interface Workspace {
  /**
   * Reads what the arguments name (paths, globs, `path:10-40`), inside the roots, text only. Throws
   * `OrchError` that names the file and the hint.
   */
  readSources(fileArguments: readonly string[], signal: AbortSignal): Promise<SourceSet>;
  /** The folder that the paths of a patch are relative to when no file was read. */
  base(): string;
  /** Throws `file-forbidden` unless every path below `base` lies inside the roots, links followed. */
  assertWritable(base: string, paths: readonly string[]): void;
}

export interface PatchCheck {
  ok: boolean;
  /** What git says, when it refuses. */
  detail: string;
  /** `git`, or `none` where git is missing. */
  checkedBy: 'git' | 'none';
}

/** Asks git whether a patch applies to the files as they were read, and gives the intended bytes. */
export interface PatchChecker {
  /** Throws `file-changed` or `file-forbidden` where git refuses a file for what it has become or is, a link. */
  check(
    patch: string,
    changes: readonly FileChange[],
    base: string,
    signal: AbortSignal,
  ): Promise<PatchCheck>;
}

/** A change of a file that need not be text. */
export interface BytesChange extends Omit<FileChange, 'before' | 'after'> {
  before: string | Uint8Array;
  after: string | Uint8Array;
}

export interface TriedPatch {
  /** The files that it changes, by their new names. */
  paths: string[];
  /** These, and the ones that it moves or copies from. */
  touched: string[];
  diffstat: string;
  changes: BytesChange[];
}

/** Reads a patch that came as text, by git alone: exactly as it stands. */
export interface PatchApplier {
  /** What it makes of the files; the tree stays as it is. Throws `patch-unplaceable` when it does not apply. */
  tryOut(patch: string, base: string, signal: AbortSignal): Promise<TriedPatch>;
}

export interface WorkspaceWriter {
  /** Throws `file-changed` or `write-failed`; the tree is then as it was. */
  applyChanges(base: string, changes: readonly BytesChange[]): Promise<void>;
  /** Throws `write-failed` where `writeResult` would, as far as that shows beforehand. Writes nothing. */
  assertWritable(path: string): void;
  /** Throws `write-failed`; an existing file is then as it was. */
  writeResult(path: string, content: string | Buffer): Promise<void>;
}

export interface WriteJournal {
  /** Throws `write-failed` where `begin` would, as far as that shows beforehand. */
  assertWritable(path: string): void;
  /**
   * Saves what lies at the path, which is about to be replaced by `content`. Throws `write-failed`: nothing may
   * then be written there. `before` is undefined where there is no file; `forget` is called when it is back, or
   * no longer wanted.
   */
  begin(path: string, content: string): Promise<{ before: Buffer | undefined; forget: () => void }>;
  /** Saves bytes that would be lost otherwise, and returns the file that holds them. Throws `write-failed`. */
  keep(bytes: Buffer, path: string): string;
  /** Puts back what killed processes have replaced at the path. Returns what there is to say of it. */
  recover(path: string): Promise<string[]>;
}

export interface Verifier {
  /** The result lies in the file while the command runs; a refused one is taken away again. */
  verify(result: string, signal: AbortSignal): Promise<{ ok: boolean; detail: string }>;
}

/** Results too long for a tool's answer, and patches that wait to be applied, by id; they outlive the process. */
export interface ResultStore {
  /** Throws `record-failed`. `path` is absolute. */
  save(text: string): { id: string; path: string };
  /** Undefined for an id that is not known (any more). Throws `file-unreadable`. */
  load(id: string): string | undefined;
}

export interface Clock {
  /** Milliseconds since 1970, for records and dates. */
  now(): number;
  /** Milliseconds that only go forward, for durations. */
  monotonic(): number;
  /** Resolves early, without error, when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface Machine {
  nodeVersion: string;
  /** Undefined: git is not installed. */
  gitVersion(signal: AbortSignal): Promise<string | undefined>;
  /** Why a file at this path cannot be written; undefined: it can. Nothing is written to find out. */
  writeFault(path: string): string | undefined;
  clients(): ClientSetup;
}
