/** What a line of source code defines: a function, a class, a type, a constant at the top level. */
import { languageOfPath } from '../input/language.ts';

const name = '([\\p{L}_$][\\p{L}\\p{N}_$]*)';

/** One pattern per language, for one line; the first group that took part is the name. */
function pattern(...alternatives: string[]): RegExp {
  return new RegExp(`^[ \\t]{0,80}(?:${alternatives.join('|')})`, 'u');
}

const modifiers =
  '(?:(?:public|private|protected|internal|static|final|abstract|sealed|override|virtual|async|open|inline|data|partial|readonly|native|synchronized|unsafe|extern|export|default|suspend|operator|mutating|required|convenience|fileprivate|lateinit|const)[ \\t]+){0,8}';
/** A method that is known by its parentheses and brace alone: no statement may be taken for one. */
const notStatement =
  '(?!(?:if|for|while|switch|catch|return|function|do|else|throw|new|await|typeof|with|super|using|lock|foreach)\\b)';
const javascript = pattern(
  `(?:export[ \\t]+)?(?:default[ \\t]+)?(?:declare[ \\t]+)?(?:async[ \\t]+)?function\\*?[ \\t]+${name}`,
  `(?:export[ \\t]+)?(?:default[ \\t]+)?(?:declare[ \\t]+)?(?:abstract[ \\t]+)?(?:class|interface|type|enum|namespace|module)[ \\t]+${name}`,
  `(?:export[ \\t]+)?(?:declare[ \\t]+)?(?:const|let|var)[ \\t]+(?:enum[ \\t]+)?${name}`,
  `(?:(?:public|private|protected|static|async|get|set|override|readonly)[ \\t]+){0,5}${notStatement}#?${name}[ \\t]*(?:<[^>()]{0,80}>)?\\([^;]{0,200}\\{[ \\t]*$`,
  `${name}[ \\t]*[:=][ \\t]*(?:async[ \\t]*)?(?:function\\b|\\([^()]{0,200}\\)[ \\t]*=>)`,
  `(?:module\\.)?exports\\.${name}[ \\t]*=`,
);
/**
 * A word of a type. `*` and `&` belong to it only within `<…>`: elsewhere they stand between words. Were they both, a
 * line such as `a*a*a*…` could be read in so many ways that a search would never end.
 */
const cWord = '[\\p{L}_](?:[\\p{L}\\p{N}_:<>,]|[*&]+(?=[,>])){0,60}';
const cFamily = [
  `(?:typedef[ \\t]+)?(?:template[ \\t]*<[^<>]{0,120}>[ \\t]*)?(?:class|struct|union|enum(?:[ \\t]+class)?|namespace)[ \\t]+${name}`,
  `#[ \\t]*define[ \\t]+${name}`,
  `${notStatement}(?:${cWord}[ \\t*&]{1,4}){1,6}(?:[\\p{L}_]\\w{0,60}::)?~?${name}[ \\t]*\\([^;]{0,200}$`,
];
const jvm = [
  `${modifiers}(?:class|interface|enum(?:[ \\t]+class)?|record|struct|@interface|namespace|object|delegate[ \\t]+\\w{1,60})[ \\t]+${name}`,
  `${notStatement}(?:(?:public|private|protected|internal|static|final|abstract|override|virtual|async|synchronized|native|sealed|partial|extern|unsafe|default)[ \\t]+){1,6}(?:<[^<>]{0,80}>[ \\t]+)?[\\p{L}_][\\p{L}\\p{N}_.<>,?\\[\\]]{0,80}[ \\t]+${name}[ \\t]*[({=;]`,
];

const patterns: Record<string, RegExp> = {
  javascript,
  typescript: javascript,
  vue: javascript,
  svelte: javascript,
  python: pattern(
    `(?:async[ \\t]+)?def[ \\t]+${name}`,
    `class[ \\t]+${name}`,
    `([A-Z][A-Z0-9_]{2,80})[ \\t]*(?::[^=]{1,80})?=[^=]`,
  ),
  rust: pattern(
    `(?:pub(?:\\([^()]{1,40}\\))?[ \\t]+)?(?:(?:default|const|async|unsafe|extern(?:[ \\t]+"[^"]{0,20}")?)[ \\t]+){0,4}fn[ \\t]+${name}`,
    `(?:pub(?:\\([^()]{1,40}\\))?[ \\t]+)?(?:struct|enum|trait|union|type|mod|static(?:[ \\t]+mut)?|const)[ \\t]+${name}`,
    `(?:unsafe[ \\t]+)?impl(?:<[^{}]{0,120}>)?[ \\t]+(?:[^{}]{1,120}[ \\t]for[ \\t]+)?(?:\\w{1,60}::)*${name}`,
    `macro_rules![ \\t]*${name}`,
  ),
  go: pattern(
    `func[ \\t]+(?:\\([^()]{0,120}\\)[ \\t]*)?${name}`,
    `type[ \\t]+${name}`,
    `(?:var|const)[ \\t]+${name}`,
  ),
  java: pattern(...jvm),
  csharp: pattern(...jvm),
  kotlin: pattern(
    `${modifiers}(?:class|interface|object|enum[ \\t]+class|typealias)[ \\t]+${name}`,
    `${modifiers}fun[ \\t]+(?:<[^<>]{0,80}>[ \\t]*)?(?:[\\p{L}_][\\w<>?]{0,60}\\.)?${name}`,
    `${modifiers}va[lr][ \\t]+${name}`,
  ),
  scala: pattern(
    `(?:(?:private|protected|implicit|override|final|sealed|abstract|case|lazy|inline)(?:\\[\\w{1,40}\\])?[ \\t]+){0,6}(?:class|trait|object|def|type|enum|va[lr])[ \\t]+${name}`,
  ),
  swift: pattern(
    `(?:@\\w{1,40}[ \\t]+)?${modifiers}(?:class|struct|enum|protocol|extension|actor|func|typealias|let|var)[ \\t]+${name}`,
  ),
  c: pattern(...cFamily),
  cpp: pattern(...cFamily),
  'objective-c': pattern(
    ...cFamily,
    `@(?:interface|implementation|protocol)[ \\t]+${name}`,
    `[-+][ \\t]*\\([^()]{1,80}\\)[ \\t]*${name}`,
  ),
  ruby: pattern(
    `def[ \\t]+(?:self\\.)?${name}`,
    `(?:class|module)[ \\t]+(?:\\w{1,60}::)*${name}`,
    `([A-Z][A-Z0-9_]{2,80})[ \\t]*=`,
  ),
  php: pattern(
    `${modifiers}function[ \\t]+&?${name}`,
    `(?:(?:abstract|final|readonly)[ \\t]+){0,3}(?:class|interface|trait|enum)[ \\t]+${name}`,
  ),
  lua: pattern(`(?:local[ \\t]+)?function[ \\t]+(?:\\w{1,60}[.:]){0,4}${name}`),
  perl: pattern(`sub[ \\t]+${name}`, `package[ \\t]+(?:\\w{1,60}::)*${name}`),
  elixir: pattern(
    `(?:def|defp|defmacro|defmacrop|defguard)[ \\t]+${name}`,
    `defmodule[ \\t]+(?:\\w{1,60}\\.)*${name}`,
  ),
  haskell: pattern(`(?:data|newtype|class|type)[ \\t]+${name}`, `${name}[ \\t]*::`),
  dart: pattern(
    `${modifiers}(?:class|mixin|enum|extension|typedef)[ \\t]+${name}`,
    `${notStatement}(?:[\\p{L}_][\\w<>?,]{0,60}[ \\t]+){1,3}${name}[ \\t]*\\([^;]{0,200}\\{[ \\t]*$`,
  ),
  zig: pattern(
    `(?:pub[ \\t]+)?(?:export[ \\t]+)?(?:inline[ \\t]+)?fn[ \\t]+${name}`,
    `(?:pub[ \\t]+)?const[ \\t]+${name}`,
  ),
  shell: pattern(
    `(?:function[ \\t]+)?([\\p{L}_][\\w-]{0,80})[ \\t]*\\(\\)`,
    `function[ \\t]+([\\p{L}_][\\w-]{0,80})`,
  ),
  sql: pattern(
    `(?:CREATE|create)[ \\t]+(?:\\w{1,20}[ \\t]+){0,3}(?:TABLE|VIEW|FUNCTION|PROCEDURE|INDEX|TYPE|TRIGGER|table|view|function|procedure|index|type|trigger)[ \\t]+(?:(?:IF NOT EXISTS|if not exists)[ \\t]+)?(?:["\`\\w]{1,60}\\.)?["\`]?${name}`,
  ),
  markdown: /^#{1,6}[ \t]+(.{1,80})/u,
};

/** Longer lines are data. */
const longestLine = 400;
const shortestName = 2;

/** Names what a line of the file defines. Undefined for a file whose language is not known. */
export function symbolFinder(path: string): ((line: string) => string | undefined) | undefined {
  const language = languageOfPath(path);
  const found = language !== undefined && Object.hasOwn(patterns, language) ? patterns[language] : undefined;
  if (found === undefined) return undefined;
  return (line) => {
    if (line.length > longestLine) return undefined;
    const match = found.exec(line);
    const symbol = match
      ?.slice(1)
      .find((group) => group !== undefined)
      ?.trim();
    return symbol !== undefined && symbol.length >= shortestName ? symbol : undefined;
  };
}
