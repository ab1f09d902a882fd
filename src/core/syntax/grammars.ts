/** The languages that are parsed, and which grammar reads which file. */

/** Names as in `core/input/language.ts`. */
const grammars = {
  javascript: { language: 'javascript', extensions: ['js', 'jsx', 'mjs', 'cjs'] },
  typescript: { language: 'typescript', extensions: ['ts', 'mts', 'cts'] },
  tsx: { language: 'typescript', extensions: ['tsx'] },
  python: { language: 'python', extensions: ['py', 'pyi'] },
  go: { language: 'go', extensions: ['go'] },
  rust: { language: 'rust', extensions: ['rs'] },
  java: { language: 'java', extensions: ['java'] },
  ruby: { language: 'ruby', extensions: ['rb'] },
  php: { language: 'php', extensions: ['php'] },
} as const satisfies Record<string, { language: string; extensions: readonly string[] }>;

export type GrammarName = keyof typeof grammars;

export const grammarNames = Object.keys(grammars) as GrammarName[];

/** The longest text that is parsed, in characters. */
export const longestParsed = 1_000_000;

/** Undefined if no grammar reads it. */
export function grammarOfPath(path: string): GrammarName | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return grammarNames.find((name) => (grammars[name].extensions as readonly string[]).includes(extension));
}

/** Those that a text in the language may be read with, the likelier first. Empty if there is none. */
export function grammarsOfLanguage(language: string | undefined): GrammarName[] {
  return grammarNames.filter((name) => grammars[name].language === language);
}

export function languageOfGrammar(grammar: GrammarName): string {
  return grammars[grammar].language;
}
