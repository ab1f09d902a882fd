/** What operations may use. The factory creates each part once, on first use. */

import type { Limit, Standing } from '../core/budget/state.ts';
import type { Config, ConfigInspection } from '../core/config/config.ts';
import type { Environment, EnvironmentReading } from '../core/config/environment.ts';
import type { Redact } from '../core/errors/redact.ts';
import type { LedgerSink } from '../core/record/csv-rows.ts';
import type { PastRecord } from '../core/record/past-cost.ts';
import type { UsageRecord } from '../core/record/usage-record.ts';
import type { EngineContext } from '../engine/context.ts';
import type {
  Clock,
  FileReading,
  Ledger,
  Machine,
  ModelLister,
  OutputGuard,
  PatchApplier,
  PatchChecker,
  ResultStore,
  RunStore,
  TreeWriter,
  UserSettings,
  Workspace,
  WorkspaceWriter,
} from '../engine/ports.ts';
import type { Retrieval } from '../engine/retrieval-ports.ts';
import type { Sandboxes, ScratchCopies } from '../engine/sandbox-ports.ts';
import type { Syntax } from '../engine/syntax-port.ts';
import type { Projects } from '../engine/verdict-ports.ts';

export interface OperationContext {
  readonly cwd: string;
  /** Throws `invalid-environment`. */
  environment(): Environment;
  /** Throws `invalid-config`. */
  config(): Config;
  /** Folders from which configuration is read, weakest layer first. */
  configFolders(): string[];
  workspace(): Workspace;
  patchChecker(): PatchChecker;
  syntax(): Syntax;
  patchApplier(): PatchApplier;
  writer(): WorkspaceWriter;
  outputs(): OutputGuard;
  tree(): TreeWriter;
  /** The program that a shell command begins with, if it is certain that there is none. Runs nothing. */
  missingCommand(command: string): Promise<string | undefined>;
  /** Absolute path without links, of one relative to the working directory. The file need not exist. */
  realPath(path: string): string;
  /** Whether code may be run that the user did not name: on the command line, not for a client. */
  readonly mayRun: boolean;
  /** Copies of a project, to run its tests in. */
  scratchCopies(): Promise<ScratchCopies>;
  /** What a verdict on tests has to know of a project. */
  projects(): Promise<Projects>;
  /** What confines what runs in them. */
  sandboxes(): Promise<Sandboxes>;
  ledger(): Ledger;
  /** Throws `file-forbidden` if a link would lead the ledger or the log out of the repository or into a `.git`. */
  assertRecordable(): void;
  /**
   * The rows of the ledger from a time on (milliseconds since 1970), and some before it; no location where recording is
   * off, no tail where nothing is recorded yet. Works even if the environment is invalid. Rejects with `file-unreadable`.
   */
  ledgerTail(since: number): Promise<{
    location: string | undefined;
    tail: { records: Partial<UsageRecord>[]; skipped: number; complete: boolean } | undefined;
  }>;
  /** What is left of these today. Only looks, and begins no budget. Rejects with `budget-unavailable`. */
  budgetStandings(limits: readonly Limit[]): Promise<Standing[]>;
  /** Takes the user's secrets out of what is shown: messages thoroughly, a result only where one is whole. */
  redaction(): { message: Redact; result: Redact };
  /**
   * Reads usage CSVs: paths, patterns, `-` for standard input; undefined: the user's own ledger, of which nothing is
   * read if there is none yet. Rejects when one cannot be read.
   */
  scanLedgers(paths: readonly string[] | undefined, sink: LedgerSink, signal: AbortSignal): Promise<void>;
  /** Of the user's own ledger, the last ones that hold the word. None if it cannot be read. */
  recentRecords(word: string): Promise<PastRecord[]>;
  /** Follows links; neither blocks nor reads more than `maxBytes`, whatever is there instead of a file. */
  readFile(path: string, maxBytes: number): FileReading;
  /** Stores results that are too long for a tool's answer. */
  results(): ResultStore;
  /** Stores patches to be applied later, by the id returned with them. */
  patches(): ResultStore;
  /** What the runs of the last days have brought, used or not. */
  runs(): RunStore;
  engine(): EngineContext;
  /** What a search works with. Throws `invalid-environment` and `invalid-config`. */
  retrieval(): Promise<Retrieval>;
  clock(): Clock;
  /** The user's time zone, and where its name comes from. */
  zone(): { name: string; origin: string };
  /**
   * Replaces the sums of a budget that several machines share by those of the usage records that `scan` reads. Returns
   * how many USD less are counted than before; 0 where that is not known. Rejects with `usage` if there is no such
   * budget, and with `budget-unavailable`.
   */
  rebuildBudget(scan: (sink: LedgerSink) => Promise<void>): Promise<number>;
  newId(): string;
  userSettings(): UserSettings;
  /** The same parts for `orch doctor`, when the functions above may throw. */
  diagnostics(): Diagnostics;
  /** Ignored settings and the reason, added to the warnings of every result. */
  notes(): readonly string[];
  /**
   * Whether a reminder is to be shown: on the command line once a day, over MCP once per session. It then counts as
   * shown.
   */
  isDue(reminder: string): boolean;
}

/** What `orch doctor` examines. Works even if the environment or the configuration is invalid. */
export interface Diagnostics {
  environment(): EnvironmentReading;
  config(): ConfigInspection;
  /** The configuration in the package, and its folder. */
  packaged(): { config: Config; folder: string };
  /** Folder of the user's configuration. */
  userFolder: string;
  /** Throws `no-key`. */
  models(): Promise<ModelLister>;
  ledger(): Ledger;
  /** How these budgets stand, without beginning any. `place` holds no password. Rejects with `budget-unavailable`. */
  budget: { place(): string; standings(limits: readonly Limit[]): Promise<Standing[]> };
  stateFolder: string;
  /** What is wrong with the owner and the rights of the folders in it. */
  stateNotes(): string[];
  /** The folders whose change was interrupted, by a kill for instance; the file of a record that is damaged. */
  interrupted(): Promise<{ folders: string[]; damaged: string[] }>;
  machine: Machine;
}
