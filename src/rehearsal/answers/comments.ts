/** How a comment of one line is written, per language; by file name where the extension does not tell. */
import { languageOfPath } from '../../core/input/language.ts';

export type CommentStyle = { open: string; close: string };

const slashes: CommentStyle = { open: '// ', close: '' };
const hash: CommentStyle = { open: '# ', close: '' };
const dashes: CommentStyle = { open: '-- ', close: '' };
const block: CommentStyle = { open: '/* ', close: ' */' };
const markup: CommentStyle = { open: '<!-- ', close: ' -->' };

const styles: Record<string, CommentStyle> = {
  typescript: slashes,
  javascript: slashes,
  python: hash,
  rust: slashes,
  go: slashes,
  java: slashes,
  kotlin: slashes,
  scala: slashes,
  // Line comments are not part of C89.
  c: block,
  cpp: slashes,
  csharp: slashes,
  fsharp: slashes,
  swift: slashes,
  'objective-c': slashes,
  ruby: hash,
  php: slashes,
  perl: hash,
  lua: dashes,
  r: hash,
  julia: hash,
  elixir: hash,
  erlang: { open: '% ', close: '' },
  haskell: dashes,
  ocaml: { open: '(* ', close: ' *)' },
  clojure: { open: ';; ', close: '' },
  dart: slashes,
  zig: slashes,
  shell: hash,
  powershell: hash,
  sql: dashes,
  html: markup,
  css: block,
  vue: markup,
  svelte: markup,
  markdown: markup,
  yaml: hash,
  toml: hash,
  xml: markup,
  terraform: hash,
};

export const languageNames: readonly string[] = Object.keys(styles);

export function commentStyle(language: string | undefined): CommentStyle | undefined {
  return language !== undefined && Object.hasOwn(styles, language) ? styles[language] : undefined;
}

export function comment(text: string, { open, close }: CommentStyle): string {
  return `${open}${text}${close}`;
}

const hashNames =
  /^(?:Dockerfile|Makefile|GNUmakefile|CMakeLists\.txt|\.gitignore|\.dockerignore|\.env.*|.*\.(?:mk|cmake|cfg|conf|properties))$/i;

/** The language of a file for the purpose of comments; undefined where it is not known. */
export function commentLanguage(path: string): string | undefined {
  const language = languageOfPath(path);
  if (language !== undefined) return language;
  const name = path.split('/').at(-1) ?? path;
  return hashNames.test(name) ? 'shell' : undefined;
}
