/** Parses texts. What parses is loaded with the first text. */
import { once } from '../../core/text/once.ts';
import type { Syntax } from '../../engine/syntax-port.ts';

/** `folder`: where the runtime of tree-sitter and its grammars are. */
export function lazySyntax(folder: string): Syntax {
  const parser = once(async () => (await import('./tree-sitter.ts')).treeSitter({ folder }));
  return {
    use: async (...text) => (await parser()).use(...text),
    dataFault: async (...text) => (await import('./data-files.ts')).dataFault(...text),
  };
}
