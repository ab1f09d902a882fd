/**
 * The ports under everything that runs a project's code: a copy of the project, and a sandbox around what runs in it.
 * What runs is a stranger's or a model's, so nothing that it leaves in the copy is trusted either: its files are read
 * and written without following links, and git is not run in it.
 */
import type { FileMode } from '../core/patch/types.ts';

export interface ScratchCopies {
  /**
   * Copies a project to a temporary folder of the user's alone. Copied is what git tracks or does not ignore (outside of
   * git: all but what a repository would ignore), uncommitted work included; not copied are files whose names look
   * secret, links that lead out of the project, and other repositories in it, except for submodules. The copy is a git
   * repository with one commit where git is installed. The project is only read.
   *
   * Above 20,000 files or 500 MB only the nearest package around `near` is copied, a path relative to `base`.
   *
   * Throws `input-too-large` where that does not help, `file-forbidden` if git gives no answer or if `base` is the home
   * folder, one above it or the root of a disk, `file-unreadable`, and `write-failed` if there is no room for the copy.
   */
  create(options: {
    /** Folder of the project, usually the top of its repository. */
    base: string;
    signal: AbortSignal;
    near?: string | undefined;
  }): Promise<ScratchCopy>;
}

export interface ScratchCopy {
  /** Real path of what was copied: the project, or one package of it. */
  readonly base: string;
  /** Folder of the user's alone that holds the copy and all that belongs to it. Real path. */
  readonly folder: string;
  /** Real path of the copy. What runs in a sandbox may see it elsewhere: `Sandbox.places`. */
  readonly root: string;
  /** Folder beside the copy for what runners report. Real path. */
  readonly reports: string;
  /** Folder beside the copy for what the project's tools keep from run to run. Real path. */
  readonly cache: string;
  /** What was copied, relative to `base`, with slashes, sorted. */
  readonly files: readonly string[];
  /** Sum of their sizes. */
  readonly bytes: number;
  /** What was not copied, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Folders and files of installed packages, which are shown to what runs, read-only in a sandbox. */
  readonly packages: readonly SharedPath[];
  /** Absolute path in the copy. Throws `file-forbidden` for a path that leads out of it by its name. */
  path(relative: string): string;
  /**
   * Replaces a file, or creates it with the folders above it. Links and what else is in its place are removed, not
   * followed. Default mode: that of the file in its place, else 644. Throws `write-failed`, `file-forbidden`.
   */
  write(relative: string, content: string | Uint8Array, mode?: FileMode): void;
  /** Removes what is there, if anything. Throws `write-failed`, `file-forbidden`. */
  delete(relative: string): void;
  /**
   * Remembers what is in the copy. The function that it returns puts that back whenever it is called, and takes it from
   * the project where it was changed or deleted. Both throw `write-failed`.
   */
  checkpoint(signal: AbortSignal): () => Promise<void>;
  /**
   * A regular file of the copy. Undefined if there is none: also for a link, and behind one. Throws `file-unreadable` if
   * it holds more than `maxBytes` (default 16 MB), or may not be read.
   */
  read(relative: string, maxBytes?: number): Uint8Array | undefined;
  /** The same as `write` for a file in `reports`. */
  writeReport(name: string, content: string | Uint8Array): void;
  deleteReport(name: string): void;
  /** The same as `read` for a file in `reports`. */
  readReport(name: string, maxBytes?: number): Uint8Array | undefined;
  /** Which of the copied files have since been changed or deleted in the project, or replaced. By size and times. */
  changedSince(): string[];
  /** Removes the copy with all beside it. Never fails: what is left is removed by a later process. */
  remove(): Promise<void>;
}

export interface LeftOut {
  /** Relative to `base`, with slashes. */
  path: string;
  /** `outside`: a link out of the project; `repository`: another one; `special`: neither file, folder nor link. */
  reason: 'secret' | 'outside' | 'repository' | 'special';
}

/** A path of the user's machine that what runs may read. */
export interface SharedPath {
  /** Where it is found by what runs: relative to `base`, or to where `base` lies (`../node_modules`). With slashes. */
  at: string;
  /** Real path of what is found there. */
  source: string;
}

export interface Sandboxes {
  /**
   * What confines files, processes and network on this machine, tried out once per process. If nothing does: why, and
   * what the user can do about it.
   */
  confined(signal: AbortSignal): Promise<Sandbox | NoSandbox>;
  /** Runs in the open, with the user's rights: only for a user who has asked for it. */
  open(): Sandbox;
}

export interface NoSandbox {
  kind: 'missing';
  /** `bubblewrap is not installed`. */
  why: string;
  /** What to install or to set, as one sentence. */
  hint: string;
}

export interface Sandbox {
  readonly kind: 'bubblewrap' | 'sandbox-exec' | 'none';
  /** Where what runs finds the copy: for paths in arguments and variables, and to read those that it prints. */
  places(copy: ScratchCopy): Places;
  /**
   * Runs a program in the copy, and ends with all that it has started: what is still running then is killed. A program
   * that is not found is exit status 127. Rejects with the signal's reason, `file-forbidden` for a working directory
   * that is not in the copy, and `internal` if the sandbox itself fails.
   */
  run(options: RunOptions): Promise<RunOutcome>;
}

export interface Places {
  /** In place of `ScratchCopy.root`. With bubblewrap: the path of the project itself. */
  root: string;
  /** In place of `ScratchCopy.reports`. */
  reports: string;
  /** In place of `ScratchCopy.cache`. */
  cache: string;
}

export interface RunOptions {
  copy: ScratchCopy;
  /** A program with its arguments, or a command for `/bin/sh`. */
  command: { argv: readonly string[] } | { shell: string };
  /** Relative to the copy. Default: its top. */
  cwd?: string | undefined;
  /** Besides the variables that pass anyway. Those with the names of keys and tokens never do. */
  env?: Readonly<Record<string, string>> | undefined;
  /** After that, everything is killed. */
  timeoutMs: number;
  /** How much is kept of the end of the output. Default 256 KB. */
  maxOutputBytes?: number | undefined;
  signal: AbortSignal;
  /** Files in the reports folder, read after the run; removed before it. Default none. */
  reportFiles?: readonly string[] | undefined;
}

export interface RunOutcome {
  /** Undefined if it was killed. */
  status: number | undefined;
  /** Why it was killed, if it was: it took too long, or more of the disk or more processes than it may. */
  stopped: 'time' | 'disk' | 'processes' | undefined;
  /** Standard output and error as they came, the end of it. Invalid UTF-8 is replaced. */
  output: string;
  /** Whether there was more of it. */
  cut: boolean;
  /** By name, those that are there: regular files of at most 16 MB. */
  reports: ReadonlyMap<string, Uint8Array>;
  ms: number;
}
