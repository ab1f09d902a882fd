/**
 * Text as the terms that an index holds. Identifiers are terms whole and in parts, parts without the commonest
 * endings: `getUserIDs` gives `getuserids`, `get`, `user`, `id`. Scripts without spaces between words give single
 * characters and pairs of neighbours, so that a part of a Chinese comment finds it.
 */
import type { QueryTerms } from './types.ts';

/** Part of what an index was built with: one built with another version is of no use. */
export const tokeniserVersion = 1;

/** Longer runs are keys, hashes or data. */
const longestWord = 80;
const word = /[\p{L}\p{M}_$][\p{L}\p{M}\p{N}_$]*|\p{N}+/gu;
/** Words within an identifier. A plural may end an abbreviation: `IDs`. */
const asciiPart = /[A-Z]{2,}s(?![A-Za-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;
const part = /\p{Lu}+(?![\p{Ll}\p{M}])|\p{Lu}?[\p{Ll}\p{M}]+|\p{N}+|[\p{L}\p{M}]+?(?![\p{L}\p{M}])/gu;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]+/gu;
const onlyAscii = /^[\x00-\x7f]*$/;

/** Words of English that say nothing about code, and those that commits begin with. */
const stopWords = new Set(
  (
    'a an and are as at be been but by can could do does for from had has have i if in into is it its may might not no of on or ' +
    'out s should so some such than that the their them then there these they this those to too via was we were what when ' +
    'where which while who will with without would you your only also now how why just more ' +
    'add adds added adding allow allows allowed change changes changed chore docs feat fix fixes fixed fixing improve ' +
    'improves improved make makes made perf refactor remove removes removed support supports supported test tests ' +
    'update updates updated use uses used using'
  ).split(' '),
);

/** The runs of letters, digits, `_` and `$` of a text. */
export function wordsOf(text: string): readonly string[] {
  return text.match(word) ?? [];
}

/** The terms of one word: none, one, or several. */
export function termsOfWord(word: string): string[] {
  if (!onlyAscii.test(word)) return termsOfOtherWord(word.normalize('NFC'));
  if (word.length > longestWord) return [];
  const parts = word.match(asciiPart) ?? [];
  const terms = parts.filter((each) => each.length > 1).map(stem);
  return parts.length > 1 ? [word.toLowerCase(), ...terms] : terms;
}

/** Where the script has spaces, as above; else characters and pairs of them. */
function termsOfOtherWord(word: string): string[] {
  const terms: string[] = [];
  for (const run of word.match(unspaced) ?? []) {
    const characters = [...run];
    for (const [at, character] of characters.entries()) {
      terms.push(character);
      if (at > 0) terms.push(characters[at - 1]! + character);
    }
  }
  for (const spaced of word.replace(unspaced, ' ').split(/[ _$]+/)) {
    if (spaced.length > longestWord) continue;
    const parts = spaced.match(part) ?? [];
    if (parts.length > 1) terms.push(spaced.toLowerCase());
    for (const each of parts) if (each.length > 1) terms.push(stem(each));
  }
  return terms;
}

/** In lower case, and without plural, -ing or -ed. */
function stem(word: string): string {
  let stemmed = word.toLowerCase();
  if (/^[A-Z]{2,}s$/.test(word)) return stemmed.slice(0, -1);
  if (stemmed.length <= 4) return stemmed;
  if (stemmed.endsWith('ies')) stemmed = `${stemmed.slice(0, -3)}y`;
  else if (stemmed.endsWith('s') && !stemmed.endsWith('ss')) stemmed = stemmed.slice(0, -1);
  if (stemmed.endsWith('ing') && stemmed.length >= 7) stemmed = stemmed.slice(0, -3);
  else if (stemmed.endsWith('ed') && stemmed.length >= 6) stemmed = stemmed.slice(0, -2);
  return stemmed.endsWith('e') && stemmed.length >= 5 ? stemmed.slice(0, -1) : stemmed;
}

/** All terms of a text, repeated as often as they occur. */
export function termsOf(text: string): string[] {
  return wordsOf(text).flatMap(termsOfWord);
}

/** The terms of each word of a query that says something: of an identifier first the whole of it, then its parts. */
export function queryWords(query: string): string[][] {
  return wordsOf(query)
    .filter((each) => !stopWords.has(each.toLowerCase()))
    .map(termsOfWord)
    .filter((terms) => terms.length > 0);
}

/** Terms of a query with their weights: 1, or 2 for what is said more than once. Undefined if it has none. */
export function queryTerms(query: string): QueryTerms | undefined {
  const terms = new Map<string, number>();
  for (const term of queryWords(query).flat()) terms.set(term, Math.min(2, (terms.get(term) ?? 0) + 1));
  return terms.size === 0 ? undefined : terms;
}
