/** What a row of the table of dialects says. */
import type { WorkBudget } from '../match/work-budget.ts';
import type { AnswerContext, Dialect, DialectTraits } from '../types.ts';
import type { EditCollector } from './edit-collector.ts';
import type { Fence } from './markdown-fences.ts';

/** An answer while its blocks are cut out of it. */
export interface AnswerText {
  lines: readonly string[];
  context: AnswerContext;
  /** The last line is complete: a newline follows it. */
  ended: boolean;
  /** For looking ahead: what is looked at again and again bounds the work for one answer. */
  looks: WorkBudget;
  /** The fence around the current line, and the line that opens it. */
  around: { fence: Fence; open: number } | undefined;
}

/** A block and the first line after it. */
export interface Cut<Block> {
  block: Block;
  next: number;
}

export interface DialectRow<Block> {
  name: Dialect;
  /** Whether a block starts on a line; `next` is the line below it. */
  startsOn(line: string, next: string | undefined): boolean;
  /** The block that starts on a line. Undefined: none does after all. 'cut': it begins and does not end. */
  cut(answer: AnswerText, start: number): Cut<Block> | 'cut' | undefined;
  /** Adds the edits of a block, or its problems, to the collector. */
  interpret(block: Block, collector: EditCollector): void;
  traits: DialectTraits;
  /** How a model is asked for it. Undefined: it is read, but never asked for. */
  contract: string | undefined;
}
