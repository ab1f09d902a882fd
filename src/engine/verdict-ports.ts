/** What the verdict on tests has to know of a project before anything of it is copied or run. */

export interface Projects {
  /** Lists the project's files as a copy of it would have them. Throws `file-forbidden` if git gives no answer. */
  open(base: string, signal: AbortSignal): Promise<Project>;
  /**
   * A path that the user has given: absolute, and relative to the base with `/`. Throws `file-forbidden` if it is not
   * below the base.
   */
  locate(path: string, from: { cwd: string; base: string }): { absolute: string; name: string };
}

export interface Project {
  /** Real path of its folder. */
  readonly base: string;
  /** Relative to the base, with `/`, sorted. Without files whose names look secret. */
  readonly files: readonly string[];
  /** Text of a regular file; undefined if it cannot be read, is no text or too large. */
  read(path: string): string | undefined;
  /**
   * The script of an installed package's command, for node: relative to the base, perhaps with `..` at its start.
   * `folder`: where it is looked for first, then above it.
   */
  packageCommand(folder: string, name: string): string | undefined;
  /** The project's own Python, relative to the base, or the absolute path of the active environment's. */
  python(folder: string): string | undefined;
}
