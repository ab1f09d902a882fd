/** One-line comment syntax per language. */
import { languageOfPath } from '../../core/input/language.ts';

/** Part of every answer. Contains no quotes, so that it can be used in a string. */
export const note = 'Rehearsal: no model was called; a real answer would go here.';

const languagesByForm: Record<string, string> = {
  '// NOTE':
    'typescript javascript rust go java kotlin scala cpp csharp fsharp swift objective-c php dart zig',
  '# NOTE': 'python ruby perl r julia elixir shell powershell yaml toml terraform',
  '-- NOTE': 'lua haskell sql',
  '<!-- NOTE -->': 'html vue svelte markdown xml',
  // C89 has no line comments.
  '/* NOTE */': 'c css',
  '% NOTE': 'erlang',
  '(* NOTE *)': 'ocaml',
  ';; NOTE': 'clojure',
};

const formByLanguage = new Map(
  Object.entries(languagesByForm).flatMap(([form, languages]) =>
    languages.split(' ').map((language) => [language, form] as const),
  ),
);

export const languagesWithComments: readonly string[] = [...formByLanguage.keys()];

/** Undefined for a language without comments or with unknown ones. */
export function commentFor(language: string | undefined, text = note): string | undefined {
  return language === undefined ? undefined : formByLanguage.get(language)?.replace('NOTE', text);
}

const hashNames =
  /^(?:Dockerfile|Makefile|GNUmakefile|CMakeLists\.txt|\.gitignore|\.dockerignore|\.env.*|.*\.(?:mk|cmake|cfg|conf|properties))$/i;

/** By file name, when the extension does not determine the language. */
export function commentIn(path: string, text = note): string | undefined {
  const name = path.split('/').at(-1) ?? path;
  return commentFor(languageOfPath(path) ?? (hashNames.test(name) ? 'shell' : undefined), text);
}
