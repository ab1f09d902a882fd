/** The ways in which the ladder compares lines, from strict to loose, each as a function to a common form. */

export function withoutTrailingSpace(line: string): string {
  return line.trimEnd();
}

const plainCharacters = new Map<string, string>();
const typedAs = (plain: string, characters: string) => {
  for (const character of characters) plainCharacters.set(character, plain);
};
typedAs("'", '\u2018\u2019\u201A\u201B\u2032\u02BC');
typedAs('"', '\u201C\u201D\u201E\u201F\u2033');
typedAs('-', '\u2010\u2011\u2012\u2013\u2014\u2015\u2212');
typedAs(' ', '\u00A0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000');
typedAs('', '\u200B\u2060\uFEFF');
typedAs('...', '\u2026');

const typographic = new RegExp(`[${[...plainCharacters.keys()].join('')}]`, 'g');

/** A character as a keyboard types it. */
export function plainCharacter(character: string): string {
  return plainCharacters.get(character) ?? character;
}

/** Quotes, dashes and spaces as a keyboard types them, without trailing white space. */
export function normalizeTypography(line: string): string {
  return line.replace(typographic, plainCharacter).trimEnd();
}

/** The normalized line without its indentation. */
export function normalizeIndentation(line: string): string {
  return normalizeTypography(line).trimStart();
}

/** The spaces and tabs that a line begins with. */
export function indentationOf(line: string): string {
  return /^[ \t]*/.exec(line)![0];
}

export function isBlank(line: string): boolean {
  return line.trim() === '';
}

/** Letters, digits and underscores: what makes a line more than brackets and space. */
export function significantLength(line: string): number {
  return line.match(/[\p{L}\p{N}_]/gu)?.length ?? 0;
}

/** The same for several lines. */
export function totalLength(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + significantLength(line), 0);
}
