/**
 * The vocabulary of the patch core. Lines count from 1 wherever a person or a model reads them and from 0 inside the
 * core; every field that is shown says which.
 */
import type { Ladder } from './match/ladder.ts';
import type { Splice } from './text/splices.ts';

/** A file as it was read: the only text that edits are located in. */
export interface SourceFile {
  /** Relative to the repository root, with forward slashes. */
  path: string;
  /** Decoded UTF-8. A byte order mark stays in it as U+FEFF. */
  text: string;
  /** Default 100644. */
  mode?: FileMode;
}

export type FileMode = '100644' | '100755';

export type ChangeKind = 'modify' | 'create' | 'delete' | 'rename';

/** What happens to one file, with its whole text on both sides. */
export interface FileChange {
  kind: ChangeKind;
  /** Where the file is after the change; for a deletion, where it was. */
  path: string;
  /** Only for a rename. */
  oldPath?: string;
  /** Empty for a creation. */
  before: string;
  /** Empty for a deletion. */
  after: string;
  /** Mode after the change. Default: `oldMode`, or 100644. */
  mode?: FileMode;
  /** Mode before the change. Default 100644. */
  oldMode?: FileMode;
}

export type Dialect = 'search-replace' | 'v4a' | 'unified' | 'whole-file';

/** What the hunks of a dialect can be relied on for. */
export interface DialectTraits {
  /** Hunks come in the order of the file: always; only if their numbers or places show it; or in any order. */
  hunkOrder: HunkOrder;
  /** What a hunk replaces is meant as a whole; which of its lines change is worked out here. */
  wholeBlocks: boolean;
  /** Added lines have context above and below, or stand at an end of the file: where that is needed for a place. */
  bothSides: 'always' | 'unless-exact' | 'never';
  /** A replacement may be meant once more although the file has its result elsewhere. */
  mayRepeat: boolean;
}

export type HunkOrder = 'always' | 'if-shown' | 'never';

/** One line of a hunk, without its marker. */
export interface HunkLine {
  kind: 'context' | 'remove' | 'add';
  text: string;
  /**
   * Context only: the line as it stands in the answer. Models lose the marker space, so its first space may belong
   * to the text.
   */
  raw?: string;
  /** The line has no marker: context, or prose below the hunk. */
  unmarked?: boolean;
  /** The line stands for any number of lines that the model left out ("..."). */
  elided?: boolean;
}

/** One place to change, as the model described it. */
export interface Hunk {
  /** Number in the answer, from 1, which problems and retries refer to. */
  block: number;
  lines: HunkLine[];
  /** The old line number in the header, from 1. A hint: it only breaks ties. */
  startLine?: number;
  /** The counts in the header are right, so its line number is more than a guess. */
  counted?: boolean;
  /** The lines that the header says stand above, outermost first. A hint as well. */
  headings: string[];
  /** Only where it differs from that of its edit: a block that was sent again in another dialect. */
  dialect?: Dialect;
  /** V4A's `*** End of File`: the last old line is the last line of the file. */
  atEnd?: boolean;
  /** What the answer says about the final newline after the edit. Undefined: leave it as it is. */
  finalNewline?: boolean;
}

/** Where a hunk fits, and what it changes there. */
export interface Place {
  /** File line, from 0, of the hunk's first old line, or where it would be. */
  first: number;
  /** First file line after the hunk's last old line. */
  end: number;
  splices: Splice[];
}

/** Everything the answer wants for one file. */
export interface FileEdit {
  dialect: Dialect;
  kind: 'modify' | 'create' | 'delete' | 'whole';
  /** Resolved: a file that was sent, or a new one. */
  path: string;
  /** The file moves here. */
  newPath?: string;
  newMode?: FileMode;
  /** Number in the answer, from 1, of what has no hunk: a whole file, a deletion, a rename. */
  block: number;
  /** Empty for `create`, `delete` and `whole`. */
  hunks: Hunk[];
  /** The hunks come from two answers of different dialects: their order says nothing about their places. */
  unordered?: boolean;
  /** The file's new text for `create` and `whole`, with `\n` line endings. */
  text?: string;
}

/**
 * How a hunk was found: a level of the ladder, or `whole-file`, which replaces or creates the file, so that nothing
 * had to be located; `filled-elision` does so with the file's own lines where the answer only says that they stay.
 */
export type MatchLevel = Ladder[number]['level'] | 'whole-file' | 'filled-elision';

export interface HunkReport {
  path: string;
  block: number;
  level: MatchLevel;
  /** First line of the original file that the hunk changes or stands on, from 1. */
  line: number;
  /** The level is not a strict one, or only the order of the hunks chose the place: worth a look. */
  flagged: boolean;
  /** What chose between several places, when there were several. `order`: it is the first below the hunk before. */
  chosenBy?: 'heading' | 'line' | 'offset' | 'neighbours' | 'repetition' | 'order';
}

export type ProblemCode =
  | 'not-a-patch'
  | 'cut'
  | 'unknown-path'
  | 'exists'
  | 'binary'
  | 'not-found'
  | 'ambiguous'
  | 'already-applied'
  | 'overlap'
  | 'no-context'
  | 'no-change'
  | 'elided'
  | 'edit-mark'
  | 'too-loose'
  | 'too-complex'
  | 'secret-moved';

/** Why an answer, or one block of it, is refused. */
export interface PatchProblem {
  code: ProblemCode;
  path?: string;
  block?: number;
  /** Every place that fits, from 1. */
  lines?: number[];
  /** Up to ten consecutive lines of the file, the closest to what the hunk shows; `line` counts from 1. */
  nearest?: { line: number; text: string }[];
  /** One sentence for a person or a model. */
  message: string;
}

/** What an answer is read against. */
export interface AnswerContext {
  /** The files that the model was given. No other existing file may be changed. */
  files: SourceFile[];
  /** `length`: the provider cut the answer off, so it is refused. */
  finishReason?: 'stop' | 'length';
  /** Whether a path that was not sent exists in the repository. Default: none does. */
  exists?: (path: string) => boolean;
}
