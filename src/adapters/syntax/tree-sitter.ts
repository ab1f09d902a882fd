/** Parses with tree-sitter: its runtime and its grammars are WebAssembly, loaded when they are first needed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Language, Parser } from 'web-tree-sitter';
import { type GrammarName, longestParsed } from '../../core/syntax/grammars.ts';
import { NotParsed, type Syntax } from '../../engine/syntax-port.ts';

export interface TreeSitterOptions {
  /** The folder that holds `web-tree-sitter.wasm`, and `tree-sitter-<grammar>.wasm` for each grammar. */
  folder: string;
  /** CPU time that one text may take, in milliseconds: a busy machine is not a long text. Default 2000. */
  limitMs?: number;
}

export function treeSitter({ folder, limitMs = 2000 }: TreeSitterOptions): Pick<Syntax, 'use'> {
  const languages = new Map<GrammarName, Promise<Language>>();
  const languageOf = (grammar: GrammarName) => {
    const loaded = languages.get(grammar) ?? startRuntime(folder).then(() => loadLanguage(folder, grammar));
    languages.set(grammar, loaded);
    return loaded;
  };
  return {
    async use(grammar, text, read) {
      if (text.length > longestParsed)
        throw new NotParsed(`it has more than ${longestParsed.toLocaleString('en')} characters`);
      const language = await languageOf(grammar).catch((error: unknown) => {
        throw new NotParsed(`the grammar for ${grammar} cannot be loaded`, { cause: error });
      });
      const tree = parse(language, text, limitMs);
      try {
        return read(tree.rootNode);
      } finally {
        tree.delete();
      }
    },
  };
}

/** One runtime serves the process. */
let runtime: Promise<void> | undefined;

function startRuntime(folder: string): Promise<void> {
  runtime ??= readFile(join(folder, 'web-tree-sitter.wasm'))
    // It would write to the console, and stdout is for results.
    .then((wasmBinary) => Parser.init({ wasmBinary, print: () => {}, printErr: () => {} }))
    .catch((error: unknown) => {
      runtime = undefined;
      throw error;
    });
  return runtime;
}

/** What is used of it; the types of Node do not have it. */
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    compile(bytes: Uint8Array): Promise<Parameters<typeof Language.loadSync>[0]>;
    Module: { exports(module: unknown): { name: string }[] };
  };
};

async function loadLanguage(folder: string, grammar: GrammarName): Promise<Language> {
  const module = await wasm.compile(await readFile(join(folder, `tree-sitter-${grammar}.wasm`)));
  // For a module without one, the library writes to stdout.
  if (!wasm.Module.exports(module).some(({ name }) => /^tree_sitter_\w+$/.test(name)))
    throw new Error('it holds no grammar');
  return Language.loadSync(module);
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function parse(language: Language, text: string, limitMs: number) {
  const begun = process.cpuUsage();
  const parser = new Parser();
  try {
    parser.setLanguage(language);
    // True ends it; the type of the callback does not say so.
    const isOver: () => unknown = () => cpuMs(begun) >= limitMs;
    const tree = parser.parse(text, null, { progressCallback: isOver as () => void });
    if (!tree) throw new NotParsed(`it takes longer than ${limitMs} ms`);
    return tree;
  } catch (error) {
    throw error instanceof NotParsed ? error : new NotParsed('the parser has failed', { cause: error });
  } finally {
    parser.delete();
  }
}
