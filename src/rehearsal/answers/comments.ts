/** How a comment of one line is written, per language. */
import { languageOfPath } from '../../core/input/language.ts';

/** Stands in every answer; without quotes, so that it can stand in a string too. */
export const note = 'Rehearsal: no model was asked; a real answer would stand here.';

const languagesByForm: Record<string, string> = {
  '// NOTE':
    'typescript javascript rust go java kotlin scala cpp csharp fsharp swift objective-c php dart zig',
  '# NOTE': 'python ruby perl r julia elixir shell powershell yaml toml terraform',
  '-- NOTE': 'lua haskell sql',
  '<!-- NOTE -->': 'html vue svelte markdown xml',
  // C89 has no comments to the end of the line.
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

/** Undefined for a language whose comments are not known, or that has none. */
export function commentFor(language: string | undefined, text = note): string | undefined {
  return language === undefined ? undefined : formByLanguage.get(language)?.replace('NOTE', text);
}

const hashNames =
  /^(?:Dockerfile|Makefile|GNUmakefile|CMakeLists\.txt|\.gitignore|\.dockerignore|\.env.*|.*\.(?:mk|cmake|cfg|conf|properties))$/i;

/** By the file's name, where its extension does not tell. */
export function commentIn(path: string, text = note): string | undefined {
  const name = path.split('/').at(-1) ?? path;
  return commentFor(languageOfPath(path) ?? (hashNames.test(name) ? 'shell' : undefined), text);
}
