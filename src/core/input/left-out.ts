/** Tells a model which parts of its input are missing as a whole. */
import { formatCount } from '../text/format.ts';

/** More names say nothing more. */
const mostNames = 20;
const longestName = 120;

/** The note is never longer than `longest` characters, whichever of the parts are left out. */
export function leftOutWhole(labels: readonly string[]): {
  longest: number;
  noteOf: (leftOut: readonly string[]) => string;
} {
  const lengths = labels.map((label) => shown(label).length).sort((a, b) => b - a);
  const names = lengths.slice(0, mostNames).reduce((sum, length) => sum + length + 2, 0);
  return { longest: names + wrapped(more(labels.length)).length, noteOf };
}

function noteOf(leftOut: readonly string[]): string {
  if (leftOut.length === 0) return '';
  const rest = leftOut.length - mostNames;
  return wrapped(leftOut.slice(0, mostNames).map(shown).join(', ') + (rest > 0 ? more(rest) : ''));
}

function wrapped(names: string): string {
  return `[… left out whole, for want of room: ${names} …]\n\n`;
}

function more(count: number): string {
  return ` and ${formatCount(count)} more`;
}

function shown(label: string): string {
  const name = label.replace(/\s+/g, ' ');
  return name.length <= longestName ? name : `…${name.slice(1 - longestName)}`;
}
