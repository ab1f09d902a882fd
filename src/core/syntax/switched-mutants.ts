/**
 * All mutants of a JavaScript or TypeScript source in one text, behind a switch, so that one process of a test runner
 * can try them in turn.
 */
import { type GrammarName, languageOfGrammar } from './grammars.ts';
import type { Mutant } from './mutants.ts';

/**
 * The global function that the text asks, with a mutant's id, each time it comes to its place. True: that mutant runs.
 * Where there is none, the text does what the source does. It is also told by it what was reached.
 */
export const mutantSwitch = '__orchMutant';

export function canSwitch(grammar: GrammarName): boolean {
  return ['javascript', 'typescript'].includes(languageOfGrammar(grammar));
}

/**
 * TypeScript does not check the text itself, which has lost what conditions say about types, and infers the types of
 * the source for others unless they follow from such a condition: a runner that checks types is better given one text
 * per mutant. It has one line more than the source, at its start.
 */
export function switchedSource(source: string, grammar: GrammarName, mutants: readonly Mutant[]): string {
  const typed = languageOfGrammar(grammar) === 'typescript';
  const text = render(source, { start: 0, end: source.length }, mutants, typed);
  if (!typed) return text;
  const start = /^#!.*(?:\r?\n|$)/.exec(text)?.[0].length ?? 0;
  return `${text.slice(0, start)}// @ts-nocheck\n${text.slice(start)}`;
}

interface Span {
  start: number;
  end: number;
}

/** Inside a unit only what is left in `mutants`: a mutant's own text has no other mutant in it. */
function render(source: string, within: Span, mutants: readonly Mutant[], typed: boolean): string {
  let text = '';
  let from = within.start;
  const inside = mutants
    .filter(({ unit }) => unit.start >= within.start && unit.end <= within.end)
    .sort((a, b) => a.unit.start - b.unit.start || b.unit.end - a.unit.end || a.id - b.id);
  for (const mutant of inside) {
    const { unit, id } = mutant;
    if (unit.start < from) continue;
    const others = inside.filter((other) => other !== mutant);
    const original = render(source, unit, others, typed);
    const chosen = `globalThis.${mutantSwitch}?.(${id})`;
    text += source.slice(from, unit.start);
    if (unit.kind === 'statement') text += `{ if (!${chosen}) { ${original} } }`;
    else {
      const changed = `(${source.slice(unit.start, mutant.start)}${mutant.replacement}${source.slice(mutant.end, unit.end)})`;
      text += `(${chosen} ? ${typed ? `(${changed} as never)` : changed} : (${original}))`;
    }
    from = unit.end;
  }
  return text + source.slice(from, within.end);
}
