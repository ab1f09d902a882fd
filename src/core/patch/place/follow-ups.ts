/**
 * Places search/replace blocks that search for what an earlier block wrote. They are not in the original, so they are
 * looked for in the text after the blocks before them: to the letter, in one place, across lines that those added.
 */

import { LineIndex } from '../match/line-index.ts';
import type { WorkBudget } from '../match/work-budget.ts';
import { splitText } from '../text/lines.ts';
import { alignFrom, applySplices, type Splice, splicesOf } from '../text/splices.ts';
import type { Hunk, HunkLine } from '../types.ts';

/** Lines that a block added: its number, and where they are in the text, from 0. */
interface Written {
  block: number;
  from: number;
  to: number;
}

/** Which block was written before another: one that was sent again is later than those that were kept, whatever its number. */
export type IsBefore = (block: number, other: number) => boolean;

export function orderOf(hunks: readonly Hunk[]): IsBefore {
  const places = new Map(hunks.map(({ block }, at) => [block, at]));
  return (block, other) => (places.get(block) ?? -1) < (places.get(other) ?? -1);
}

/** Whether the lines that a hunk searches for stand whole in the replacement of an earlier one. */
export class Replacements {
  private index: LineIndex | undefined;
  private readonly owners: number[] = [];

  constructor(
    private readonly hunks: readonly Hunk[],
    private readonly isBefore: IsBefore,
    private readonly budget: WorkBudget,
  ) {}

  holdBefore({ lines, block }: Hunk): boolean {
    const runs = this.built().findRuns('exact', oldLines(lines));
    return runs.some((run) => this.isBefore(this.owners[run]!, block));
  }

  private built(): LineIndex {
    if (this.index) return this.index;
    const texts: string[] = [];
    for (const { lines, block } of this.hunks) {
      for (const { kind, text } of lines) if (kind !== 'remove') texts.push(text);
      // No line contains a newline, so no run goes on from one block to the next.
      texts.push('\n');
      while (this.owners.length < texts.length) this.owners.push(block);
    }
    this.index = new LineIndex(texts, this.budget);
    return this.index;
  }
}

/** The text after the blocks that were placed, which changes with every one that follows. */
export class WrittenText {
  private written: Written[];
  private index: LineIndex | undefined;

  /** `placed`: sorted by place in the text before them. */
  constructor(
    public text: string,
    placed: readonly { block: number; splice: Splice }[],
    private readonly isBefore: IsBefore,
    private readonly budget: WorkBudget,
  ) {
    let shift = 0;
    this.written = placed.map(({ block, splice: { at, remove, add } }) => {
      const from = at + shift;
      shift += add.length - remove;
      return { block, from, to: from + add.length };
    });
  }

  /** The number of the earlier block whose lines the hunk changes; undefined if it cannot be placed. */
  follow({ lines: hunkLines, block }: Hunk): number | undefined {
    const text = splitText(this.text);
    this.index ??= new LineIndex(text.lines, this.budget);
    const old = oldLines(hunkLines);
    this.budget.spend(this.written.length);
    const [run, ...others] = this.budget.exhausted ? [] : this.index.findRuns('exact', old);
    if (run === undefined || others.length > 0) return undefined;
    const end = run + old.length;
    const earlier = this.written.find(
      (some) => this.isBefore(some.block, block) && some.from < end && some.to > run,
    );
    const splices = splicesOf(hunkLines, alignFrom(run, hunkLines));
    if (!earlier || !splices) return undefined;
    this.text = applySplices(text, splices);
    this.index = undefined;
    const grows = splices.reduce((sum, { add, remove }) => sum + add.length - remove, 0);
    // What stood below moves; what the hunk stands on is one stretch with it from now on.
    this.written = this.written.map((some) =>
      some.from >= end ? { ...some, from: some.from + grows, to: some.to + grows } : some,
    );
    this.written.push({ block, from: run, to: end + grows });
    return earlier.block;
  }
}

function oldLines(hunkLines: readonly HunkLine[]): string[][] {
  return hunkLines.filter(({ kind }) => kind !== 'add').map(({ text }) => [text]);
}
