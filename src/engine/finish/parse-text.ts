import { exportedNames } from '../../core/syntax/exports.ts';
import { firstError, type SyntaxFault } from '../../core/syntax/first-error.ts';
import type { GrammarName } from '../../core/syntax/grammars.ts';
import { withoutGaps } from '../../core/syntax/known-gaps.ts';
import type { Syntax } from '../syntax-port.ts';

export interface ParsedText {
  /** Where it first does not parse. */
  fault: SyntaxFault | undefined;
  /** Empty for a text with a fault. */
  exported: Set<string>;
}

/** Rejects with `NotParsed`. */
export async function parseText(syntax: Syntax, grammar: GrammarName, text: string): Promise<ParsedText> {
  const parsed = await parseAs(syntax, grammar, text);
  const other = parsed.fault && withoutGaps(text, grammar);
  if (other === undefined) return parsed;
  const again = await parseAs(syntax, grammar, other);
  return again.fault ? parsed : again;
}

function parseAs(syntax: Syntax, grammar: GrammarName, text: string): Promise<ParsedText> {
  return syntax.use(grammar, text, (root) => {
    const fault = firstError(root, text);
    return { fault, exported: fault ? new Set<string>() : exportedNames(root, grammar) };
  });
}
