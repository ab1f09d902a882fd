/** Help that fits the terminal: commander alone needs about 80 columns. */
import { Help } from 'commander';
import { wrapped } from '../render/wrap.ts';

/** Below it, a description stands under its term. */
const leastForColumns = 60;

/** Replaces commander's. */
export function formatItem(
  this: Help,
  term: string,
  termWidth: number,
  description: string,
  helper: Help,
): string {
  const { helpWidth = leastForColumns } = helper;
  if (helpWidth >= leastForColumns || description === '')
    return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
  return item(term, description, termWidth, helpWidth);
}

/** A term and its description, outside of commander's help. */
export function item(term: string, description: string, termWidth: number, width: number): string {
  if (width < leastForColumns) {
    const lines = description.split('\n').map((line) => wrapped(`      ${line}`, width));
    return [`  ${term}`, ...lines].join('\n');
  }
  const margin = ' '.repeat(termWidth + 4);
  const lines = wrapped(description, width - margin.length).replaceAll('\n', `\n${margin}`);
  return `  ${term.length > termWidth ? `${term}\n${margin}` : `${term.padEnd(termWidth)}  `}${lines}`;
}

/** A command over several lines can still be pasted. */
export function broken(command: string, width: number | undefined): string {
  if (width === undefined || command.length <= width) return command;
  return wrapped(command, width - 2, '    ').replaceAll('\n', ' \\\n');
}
