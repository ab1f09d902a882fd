/** What an operation may use. The factory makes each part once, when it is first asked for. */
import type { Config, ConfigInspection } from '../core/config/config.ts';
import type { Environment, EnvironmentReading } from '../core/config/environment.ts';
import type { EngineContext } from '../engine/context.ts';
import type {
  Clock,
  Ledger,
  LedgerReading,
  Machine,
  ModelLister,
  PatchApplier,
  PatchChecker,
  ResultStore,
  Verifier,
  Workspace,
  WorkspaceWriter,
  WriteJournal,
} from '../engine/ports.ts';

export interface OperationContext {
  /** The working directory. */
  readonly cwd: string;
  /** Throws `invalid-environment`. */
  environment(): Environment;
  /** Throws `invalid-config`. */
  config(): Config;
  /** Folders that configuration is read from, the weakest layer first. */
  configFolders(): string[];
  workspace(): Workspace;
  patchChecker(): PatchChecker;
  patchApplier(): PatchApplier;
  writer(): WorkspaceWriter;
  /** Files that are replaced for a while, with their original bytes. */
  journal(): WriteJournal;
  /** Runs a shell command on a result that lies at `output` in the meantime. */
  verifier(command: string, output: string): Verifier;
  ledger(): Ledger;
  /** CSV files other than the user's own ledger. Rejects when one cannot be read. */
  readLedgers(paths: readonly string[]): Promise<LedgerReading>;
  /** Results that are too long for a tool's answer. */
  results(): ResultStore;
  /** Patches that wait to be applied, by the id that was returned with them. */
  patches(): ResultStore;
  engine(): EngineContext;
  clock(): Clock;
  newId(): string;
  /** The same things where the functions above would throw. */
  diagnostics(): Diagnostics;
  /** Settings that were ignored and why: warnings of every result. */
  notes(): readonly string[];
}

/** What `orch doctor` looks at. Works when the environment or the configuration is faulty. */
export interface Diagnostics {
  environment(): EnvironmentReading;
  config(): ConfigInspection;
  /** The package's own configuration and its folder. */
  given(): { config: Config; folder: string };
  /** The folder for the user's own configuration. */
  userFolder: string;
  /** Throws `no-key`. */
  models(): Promise<ModelLister>;
  ledger(): Ledger;
  stateFolder: string;
  machine: Machine;
}
