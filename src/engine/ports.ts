/** The ports through which the engine and the operations reach the outside. Implemented by the adapters. */
import type { ClientSetup } from '../core/doctor/clients.ts';
import type { ListedModel } from '../core/doctor/models.ts';
import type { RuleFile } from '../core/input/assemble-input.ts';
import type { Source } from '../core/input/source-file.ts';
import type { Usage } from '../core/models/usage.ts';
import type { FileChange } from '../core/patch/types.ts';
import type { UsageRecord } from '../core/record/usage-record.ts';
import type { SecretSpan } from '../core/secrets/redactions.ts';
import type { ChangeScope } from '../core/tasks/request.ts';
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
  serviceTier: string | undefined;
  /** False for servers that do not stream. */
  stream: boolean;
  /** Omits `store: false`, for servers that do not support it. Default false. */
  withoutStore?: boolean;
  /**
   * Characters at the start of the input that the provider is to cache; 0 turns caching off. Undefined: the model does
   * not know the setting, and the provider does as it likes.
   */
  cachedLength?: number | undefined;
  /** Leads requests with the same beginning to the same cache. */
  cacheKey?: string | undefined;
  /** Puts the instructions before the input of a model that would read them after it. Default false. */
  instructionsFirst?: boolean | undefined;
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
  /** Of a background request, e.g. `2h`; it decides the price, too. */
  completionWindow?: string | undefined;
  /** Milliseconds from the request to the first event. */
  firstEventMs: number;
}

/** How long an attempt may be silent, and how long it may take; in milliseconds. */
export interface AttemptLimits {
  firstEventMs: number;
  /** Comments and blank lines extend the wait for the first event to this at most. Default 120000. */
  firstEventAtMostMs?: number;
  /** Longest silence until the visible text begins. Default `idleMs`. */
  thinkingMs?: number;
  /** Longest silence while the visible text is written. */
  idleMs: number;
  /** After the first event, comments and blank lines alone keep an attempt alive until this age. Default 600000. */
  keptAliveMs?: number;
  totalMs: number;
  /** What sets each limit, for messages. */
  settings?: Record<'firstEvent' | 'idle' | 'total', string>;
}

export interface GenerateOptions extends AttemptLimits {
  signal: AbortSignal;
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

export interface UnreadFile {
  bytes: undefined;
  fault: 'missing' | 'irregular' | 'too-large' | 'unreadable';
  /** Follows the file's name, e.g. `is not a regular file`. */
  message: string;
}

/** A regular file, or why it was not read. */
export type FileReading = { bytes: Buffer; executable: boolean } | UnreadFile;

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

/** A change in git, with the whole text of each file on both sides. */
export interface GitChange {
  /** Absolute path: the top of the repository. */
  base: string;
  /** What matters least first. Never empty. Line ends are `\n`. */
  changes: FileChange[];
  /** What was left out, and why. */
  warnings: string[];
  /**
   * The changed files as they are in the working tree, where they are text and git does not ignore them; in the order of
   * the changes.
   */
  currentFiles(): Promise<Source[]>;
  /** Whether a patch's path exists in `base`. */
  exists(path: string): boolean;
}

export interface Workspace {
  /**
   * Reads the files named by the arguments (paths, folders, globs, `path:10-40`, `!pattern`): text files inside the
   * roots only. With `toPatch` it refuses links, which git does not patch. Throws an `OrchError` that names the file
   * and has a hint.
   */
  readSources(
    fileArguments: readonly string[],
    signal: AbortSignal,
    options?: { toPatch?: boolean },
  ): Promise<SourceSet>;
  /**
   * Reads a change of the repository around the working directory without running anything that the repository names.
   * Throws `usage` outside of a repository and for an unknown commit, `input-empty` if nothing has changed.
   */
  readChange(scope: ChangeScope, signal: AbortSignal): Promise<GitChange>;
  /**
   * Reads files of rules below a folder. A warning names each that is not there or is left out, and says why.
   */
  readRules(paths: readonly string[], base: string): { rules: RuleFile[]; warnings: string[] };
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
  /**
   * Throws `file-changed` if a file changed since it was read, `file-forbidden` if it is a link, or is renamed and
   * looks secret or is ignored by git.
   */
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
  /**
   * The changes the patch would make, none if it is applied already; does not modify the tree. Throws
   * `patch-unplaceable`.
   */
  tryOut(patch: string, base: string, signal: AbortSignal): Promise<TriedPatch>;
}

export interface WorkspaceWriter {
  /**
   * Throws what `writeResult` can be expected to throw. Writes nothing. With `asFile` it also refuses what cannot be
   * put back: a pipe, a device, a link to nothing.
   */
  assertWritable(path: string, options?: { asFile?: boolean }): void;
  /**
   * Throws `write-failed`, or `file-forbidden` if a link leads out of the repository or the path into a `.git`, and
   * then leaves an existing file unchanged. The signal ends the wait for the reader of a pipe.
   */
  writeResult(path: string, content: string | Buffer, signal?: AbortSignal): Promise<void>;
}

export interface OutputPermit {
  /** The file is one of the inputs, and `force` was given. */
  isInput: boolean;
  /** For the moment before the result is written: throws `file-changed` if the file was changed meanwhile. */
  recheck(result: string): void;
}

/** Protects what the user would lose if a result replaced a file. */
export interface OutputGuard {
  /**
   * Rejects with `usage` if the file at the path is one of the inputs (paths from `base`), or has content that is
   * neither committed nor known to be from `note`.
   */
  permit(
    path: string,
    options: {
      inputs: { base: string; paths: readonly string[] };
      force: boolean;
      signal: AbortSignal;
    },
  ): Promise<OutputPermit>;
  /** To be called before the path is written: what is in it then may be replaced later. Never fails. */
  note(path: string, content: string): Promise<void>;
}

/** Changes files of a tree all or nothing, even if the process is killed: what it leaves can be made whole again. */
export interface TreeWriter {
  /** Throws `write-failed` if a change cannot be recorded, without which none is made. Writes no file of a tree. */
  assertPossible(): Promise<void>;
  /**
   * Throws `file-changed` or `write-failed` and then leaves the tree unchanged. A function is called when no other
   * process can write to the tree any more.
   */
  apply(
    base: string,
    changes: readonly BytesChange[] | (() => Promise<readonly BytesChange[]>),
  ): Promise<void>;
  /**
   * Takes back what killed processes have left half-done in the tree of this path. Call it before reading files that
   * are going to be changed. Returns messages for the user. Throws `write-failed`, also if a process that is still
   * running changes this very file.
   */
  recover(path: string): Promise<string[]>;
  /** Finishes the interrupted change in the tree of the working directory. Throws `file-not-found` if there is none. */
  resume(): Promise<{ changes: BytesChange[]; warnings: string[] }>;
  /** A message if an interrupted change is waiting in the tree of the working directory. */
  waiting(): Promise<string | undefined>;
}

/** Persists long results and patches waiting to be applied, by id. */
export interface ResultStore {
  /** Throws `record-failed`. `path` is absolute. */
  save(text: string): { id: string; path: string };
  /** Undefined for an unknown or expired id. Throws `file-unreadable`. */
  load(id: string): string | undefined;
  /** The ids that begin so. Throws `file-unreadable`. */
  ids(beginning: string): string[];
  /** What was saved last. Undefined if there is nothing. Throws `file-unreadable`. */
  newest(): Saved | undefined;
}

export interface Saved {
  id: string;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/** Keeps each run by its id: one line that describes it, and one with its answers. */
export interface RunStore {
  /** Replaces what was kept of the run before. Rejects with `record-failed`, and then leaves that. */
  save(id: string, run: { head: string; body: string }): Promise<void>;
  /** The ids that begin so, the newest first. */
  ids(beginning: string): Promise<string[]>;
  /** What was saved last. Undefined if there is nothing. Rejects with `file-unreadable`. */
  newest(): Promise<Saved | undefined>;
  /** The first line. Undefined for an unknown or expired id. Rejects with `file-unreadable`. */
  head(id: string): Promise<string | undefined>;
  /** The same with the answers. */
  load(id: string): Promise<{ head: string; body: string } | undefined>;
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

/** The user's own configuration files: never those of a repository or of ORCH_CONF. */
export interface UserSettings {
  /** It need not exist. */
  folder: string;
  /**
   * Sets a value, or removes it (undefined), while no other process does. `before` is what the file had. Throws `usage`
   * if the configuration would have a problem that it does not have now, `invalid-config` for a file that cannot be
   * edited, `write-failed`.
   */
  change(
    file: 'models' | 'policies',
    path: readonly string[],
    value: unknown,
  ): Promise<{ file: string; changed: boolean; before: unknown }>;
}
