/** Lines that open a function, a type, a section: the places at which a note reads naturally. */

const scriptLike =
  /^\s*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\b|class\s+(\w+)|interface\s+(\w+)|enum\s+(\w+)|type\s+(\w+)\s*[<=]|const\s+(\w+)\s*[:=]|let\s+(\w+)\s*[:=])\s*\*?\s*(\w+)?/;
const classLike =
  /^\s*(?:(?:public|private|protected|internal|open|final|sealed|abstract|static|partial|data|async|override|suspend|mutating|inline|export|@\w+)\s+)*(?:class|interface|enum|record|struct|trait|object|protocol|extension|namespace|fun|func|def|val|mixin)\s+(\w+)/;
const cLike =
  /^(?:(?:static|inline|extern|const|unsigned|signed|struct|enum|union|typedef|template|class|namespace|virtual|constexpr|auto)\b.*|[A-Za-z_][\w:<>,&* ]*[\s*&]+\**(\w+)\s*\([^;]*)$/;

const patterns: Record<string, RegExp> = {
  typescript: scriptLike,
  javascript: scriptLike,
  python: /^\s*(?:async\s+)?(?:def|class)\s+(\w+)/,
  rust: /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+|const\s+|unsafe\s+)*(?:fn|struct|enum|trait|impl|mod|type|static)\b\s*(\w+)?/,
  go: /^(?:func|type|var|const)\b\s*(?:\([^)]*\)\s*)?(\w+)?/,
  java: classLike,
  kotlin: classLike,
  scala: classLike,
  csharp: classLike,
  swift: classLike,
  dart: classLike,
  fsharp: /^\s*(?:let|type|module)\s+(?:rec\s+)?(\w+)/,
  c: cLike,
  cpp: cLike,
  'objective-c': /^(?:@interface|@implementation|@protocol|[-+]\s*\(|static|void|int)\s*(\w+)?/,
  ruby: /^\s*(?:def|class|module)\s+(?:self\.)?(\w+)/,
  php: /^\s*(?:(?:abstract|final|public|private|protected|static)\s+)*(?:function|class|interface|trait|enum)\s+(\w+)/,
  perl: /^\s*(?:sub|package)\s+(\w+)/,
  lua: /^\s*(?:local\s+)?function\s+([\w.:]+)/,
  r: /^(\w[\w.]*)\s*(?:<-|=)\s*function\b/,
  julia: /^\s*(?:function|struct|module|mutable struct|macro)\s+(\w+)/,
  elixir: /^\s*(?:defmodule|defp?|defmacro)\s+([\w.]+)/,
  erlang: /^([a-z]\w*)\(.*->/,
  haskell: /^(?:(\w+)\s*::|data\b|class\b|instance\b|type\b|newtype\b)/,
  ocaml: /^(?:let|type|module)\s+(?:rec\s+)?(\w+)/,
  clojure: /^\((?:defn-?|def|defmacro|ns)\s+(\S+)/,
  zig: /^(?:pub\s+)?(?:fn|const|var|test)\b\s*(\w+)?/,
  shell: /^(?:function\s+)?([\w-]+)\s*\(\)|^function\s+([\w-]+)/,
  powershell: /^\s*function\s+([\w-]+)/i,
  sql: /^\s*(?:create|select|insert|update|delete|alter|with|drop)\b/i,
  html: /^\s*<[A-Za-z]/,
  xml: /^\s*<[A-Za-z]/,
  vue: /^<(?:template|script)\b/,
  svelte: /^<(?:script|style|main|div|[a-z]\w*)\b/,
  css: /^(?:[.#:*[]|[a-zA-Z][\w-]*[^;]*[{,]\s*$|@(?!charset|import))/,
  yaml: /^[\w."'-]+\s*:/,
  toml: /^\s*(?:\[|[\w."-]+\s*=)/,
  terraform: /^(?:resource|data|module|variable|output|provider|terraform|locals)\b/,
};

/** Longer lines are minified code or data, on which some of the patterns would take minutes. */
const longestLine = 300;

function declaration(line: string, language: string | undefined): RegExpExecArray | null {
  if (language === undefined || !Object.hasOwn(patterns, language) || line.length > longestLine) return null;
  return patterns[language]!.exec(line);
}

export function isDeclaration(line: string, language: string | undefined): boolean {
  return declaration(line, language) !== null;
}

/** The names that a file declares, in order, each once. */
export function declaredNames(lines: readonly string[], language: string | undefined): string[] {
  const names = lines.map((line) =>
    declaration(line, language)
      ?.slice(1)
      .find((name) => name !== undefined),
  );
  return [...new Set(names.filter((name) => name !== undefined))];
}
