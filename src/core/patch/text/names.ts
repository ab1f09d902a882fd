/** The names that lines of code introduce and use, as far as common languages look alike. */

const keyword =
  /\b(?:def|class|function|func|fn|fun|sub|const|let|var|val|type|interface|struct|enum|trait|import|as)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu;
const assignment = /^\s*([\p{L}_$][\p{L}\p{N}_$]*)\s*(?::=|=(?!=))/u;

/** Names that a line declares or assigns. A comment introduces none. */
export function namesIntroducedBy(line: string): string[] {
  if (/^\s*(?:\/\/|#|--|\*|\/\*|<!--)/.test(line)) return [];
  const names = [...line.matchAll(keyword)].map((match) => match[1]!);
  const assigned = assignment.exec(line)?.[1];
  return assigned === undefined ? names : [...names, assigned];
}

/** Every word that could be a name in some lines. */
export function wordsIn(lines: readonly string[]): Set<string> {
  return new Set(lines.flatMap((line) => line.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []));
}
