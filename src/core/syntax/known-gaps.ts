/** Valid code that a grammar cannot read: written so that it can, which says the same to a parser. */
import { type GrammarName, languageOfGrammar } from './grammars.ts';

type Gap = readonly [RegExp, string];

const typescript: readonly Gap[] = [
  // Variance: `interface Store<in out A>`.
  [/([<,]\s*)(?:in\s+out|in|out)(?=\s+[A-Z])/g, '$1'],
  // A generic signature below another one that no semicolon ends.
  [/\n(?=[ \t]*<[A-Z])/g, '\n;'],
];

const gaps: Readonly<Record<string, readonly Gap[]>> = { typescript };

/** Undefined if there is nothing of the kind in the text. */
export function withoutGaps(text: string, grammar: GrammarName): string | undefined {
  const changed = (gaps[languageOfGrammar(grammar)] ?? []).reduce(
    (before, [pattern, replacement]) => before.replace(pattern, replacement),
    text,
  );
  return changed === text ? undefined : changed;
}
