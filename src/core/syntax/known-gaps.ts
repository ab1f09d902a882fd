/** Valid code that a grammar cannot read, written so that it can: that is no fault of the code. */
import type { GrammarName } from './grammars.ts';

type Gap = (text: string) => string;

/** `interface Store<in out A>`. */
const variance: Gap = (text) => text.replace(/([<,]\s*)(?:in\s+out|in|out)(?=\s+[A-Z])/g, '$1');
/** `import('react').Ref<T>` as a type. */
const importedTypes: Gap = (text) => text.replace(/\bimport\((?:"[^"\n]*"|'[^'\n]*')\)(?=\.)/g, 'imported');
/** The macro of Rust 2015. */
const tryMacro: Gap = (text) => text.replace(/\btry!(?=\s*[([{])/g, 'attempt!');

/** In the patterns of macros, and `~const`. */
const tildes: Gap = (text) => text.replace(/~const\b/g, '').replaceAll('~', '-');

/** A generic signature below another one that no semicolon ends. */
const unendedSignatures: Gap = (text) => {
  const lines = text.split('\n');
  let above = '';
  let comment = false;
  for (const [at, line] of lines.entries()) {
    const bare = line.trim();
    const isComment: boolean = comment || /^(?:\/\/|\/\*)/.test(bare);
    comment = isComment && (comment || bare.startsWith('/*')) && !bare.endsWith('*/');
    if (isComment || bare === '') continue;
    if (/^<(?:[A-Z]|$)/.test(bare) && /(?:[\w)\]}]|(?<!=)>)$/.test(above)) lines[at] = `;${line}`;
    above = bare;
  }
  return lines.join('\n');
};

const gaps: Readonly<Partial<Record<GrammarName, readonly Gap[]>>> = {
  typescript: [variance, importedTypes, unendedSignatures],
  // In JSX a line may begin like a signature.
  tsx: [variance, importedTypes],
  rust: [tryMacro, tildes],
};

/** Undefined if there is nothing of the kind in the text. */
export function withoutGaps(text: string, grammar: GrammarName): string | undefined {
  const changed = (gaps[grammar] ?? []).reduce((before, gap) => gap(before), text);
  return changed === text ? undefined : changed;
}
