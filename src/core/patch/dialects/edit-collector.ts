/** Collects edits and problems while an answer is read, and numbers its blocks. */
import { LineIndex } from '../match/line-index.ts';
import { WorkBudget } from '../match/work-budget.ts';
import { DiffBudget } from '../text/diff-budget.ts';
import { splitText } from '../text/lines.ts';
import { diffing } from '../thresholds.ts';
import type {
  AnswerContext,
  Dialect,
  FileEdit,
  FileMode,
  Hunk,
  HunkLine,
  PatchProblem,
  SourceFile,
} from '../types.ts';
import { closing } from './edit-marks.ts';
import type { DraftHunk } from './hunk-lines.ts';
import { cleanPath, isProblem, type Precision, type ResolvedPath, resolvePath } from './resolve-path.ts';
import { sentFiles } from './sent-files.ts';

const byteOrderMark = '\uFEFF';

type Extra = Pick<FileEdit, 'newPath' | 'newMode'>;

/** What every block looks up in a file, worked out once. */
export interface KnownLines {
  index: LineIndex;
  /** Some line consists of equal signs, as below a heading. */
  underlines: boolean;
  /** Some line reads like the end of a search/replace block. */
  closings: boolean;
}

export class EditCollector {
  readonly edits: FileEdit[] = [];
  /** The same by path: an answer may hold tens of thousands. */
  private readonly byPath = new Map<string, FileEdit[]>();
  readonly problems: PatchProblem[] = [];
  private blocks = 0;
  private readonly doubts: PatchProblem[] = [];
  private readonly known = new Map<string, KnownLines>();
  private readonly budget = new WorkBudget();
  /** For working out which lines of the blocks change. */
  readonly diffs = new DiffBudget(diffing.mostBlockEdits);

  /** The path of the previous search/replace block. */
  lastPath: string | undefined;

  /** `alone`: the answer has a single block. */
  constructor(
    readonly context: AnswerContext,
    readonly alone: boolean,
  ) {}

  /** The number of the next block, counted from 1 over the whole answer. */
  nextBlock(): number {
    return ++this.blocks;
  }

  /** What `nextBlock` will return. */
  get upcomingBlock(): number {
    return this.blocks + 1;
  }

  /** Uses up the numbers of blocks that could not be read, and returns the first of them. */
  skipBlocks(count: number): number {
    const first = this.blocks + 1;
    this.blocks += Math.max(1, count);
    return first;
  }

  file(path: string): SourceFile | undefined {
    return sentFiles(this.context.files).named(path);
  }

  add(edit: FileEdit): void {
    this.edits.push(edit);
    const others = this.byPath.get(edit.path);
    if (others) others.push(edit);
    else this.byPath.set(edit.path, [edit]);
  }

  /** The lines of a file; none for one that was not sent. */
  linesOf(path: string): KnownLines {
    const known = this.known.get(path);
    if (known) return known;
    const { lines } = splitText(this.file(path)?.text ?? '');
    const fresh = {
      index: new LineIndex(lines, this.budget),
      underlines: lines.some((line) => /^\s*={3,}\s*$/.test(line)),
      closings: lines.some((line) => closing.test(line.trimStart())),
    };
    this.known.set(path, fresh);
    return fresh;
  }

  /** The only file that was sent, for answers that name none. */
  onlyFile(): string | undefined {
    return this.context.files.length === 1 ? this.context.files[0]!.path : undefined;
  }

  refuse(code: PatchProblem['code'], block: number, message: string, path?: string): void {
    this.problems.push({ code, block, message, ...(path === undefined ? {} : { path }) });
  }

  /** A problem only if nothing else in the answer edits the file; otherwise the block is an illustration. */
  doubt(problem: PatchProblem): void {
    this.doubts.push(problem);
  }

  settleDoubts(): void {
    const isEdited = ({ path }: PatchProblem) => path !== undefined && this.byPath.has(path);
    for (const doubt of this.doubts) if (!isEdited(doubt)) this.problems.push(doubt);
  }

  resolve(written: string, block: number, precision: Precision): ResolvedPath | undefined {
    const resolved = resolvePath(written, this.context, precision);
    if (!isProblem(resolved)) return resolved;
    this.problems.push({ ...resolved, block });
    return undefined;
  }

  /** Where a file moves to. Only the path as written counts: it must not resolve to the file itself. */
  moveTarget(written: string, from: string, block: number): string | undefined {
    const { files } = this.context;
    const name = cleanPath(written).replace(/^[ab]\//, '');
    if (name !== from && sentFiles(files).named(name)) {
      this.refuse('exists', block, `${from} cannot move to ${name}: it already exists`, name);
      return undefined;
    }
    const target = resolvePath(written, { ...this.context, files: [] }, 'exact');
    if (isProblem(target)) this.problems.push({ ...target, block });
    else if (target.path !== from) return target.path;
    return undefined;
  }

  create(dialect: Dialect, path: string, text: string, block: number, newMode?: FileMode): void {
    if (this.byPath.has(path)) {
      this.refuse('overlap', block, `${path} is created twice`, path);
      return;
    }
    this.add({
      dialect,
      kind: 'create',
      path,
      block,
      hunks: [],
      text,
      ...(newMode ? { newMode } : {}),
    });
  }

  /** A file without hunks is renamed or changes its mode. */
  addHunks(dialect: Dialect, path: string, drafts: readonly DraftHunk[], extra: Extra = {}): void {
    if (drafts.length === 0) {
      this.add({ dialect, kind: 'modify', path, block: this.nextBlock(), hunks: [], ...extra });
    }
    for (const draft of drafts) this.addHunk(dialect, path, { block: this.nextBlock(), ...draft }, extra);
  }

  /** Hunks of one file and dialect form one edit, however many blocks name the file. */
  addHunk(dialect: Dialect, path: string, draft: Hunk, extra: Extra = {}): void {
    const hunk = this.file(path)?.text.startsWith(byteOrderMark)
      ? { ...draft, lines: draft.lines.map(withoutMark) }
      : draft;
    const known = this.byPath.get(path)?.find((edit) => edit.kind === 'modify' && edit.dialect === dialect);
    if (known) {
      known.hunks.push(hunk);
      Object.assign(known, extra);
    } else {
      this.add({ dialect, kind: 'modify', path, block: hunk.block, hunks: [hunk], ...extra });
    }
  }
}

/** The mark of the file is none of its lines, so it must not come back with one. */
function withoutMark(hunkLine: HunkLine): HunkLine {
  const { text, raw } = hunkLine;
  const bare = (line: string) => (line.startsWith(byteOrderMark) ? line.slice(1) : line);
  return { ...hunkLine, text: bare(text), ...(raw === undefined ? {} : { raw: bare(raw) }) };
}

/** The text of a new file. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
