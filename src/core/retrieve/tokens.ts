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
const part = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+/g;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu;
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
  if (word.length > longestWord && onlyAscii.test(word)) return [];
  const parts = word.match(part) ?? [];
  const terms: string[] = [];
  if (parts.length > 1 && word.length <= longestWord) terms.push(word.toLowerCase());
  for (const each of parts) {
    if (onlyAscii.test(each)) {
      if (each.length > 1) terms.push(stem(each.toLowerCase()));
    } else pushOther(each.toLowerCase(), terms);
  }
  return terms;
}

/** Letters outside of ASCII: words where the script has spaces, else characters and pairs. */
function pushOther(text: string, terms: string[]): void {
  for (const run of text.match(unspaced) ?? []) {
    const characters = [...run];
    for (const [at, character] of characters.entries()) {
      terms.push(character);
      if (at > 0) terms.push(characters[at - 1]! + character);
    }
  }
  for (const rest of text.replace(unspaced, ' ').split(' ')) if (rest !== '') terms.push(stem(rest));
}

/** `text` is one word; the term is in lower case and without plural, -ing or -ed. */
function stem(word: string): string {
  if (word.length <= 4) return word;
  let stemmed = word;
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

/** Terms of a query with their weights: 1, or 2 for what is said more than once. Undefined if it has none. */
export function queryTerms(query: string): QueryTerms | undefined {
  const terms = new Map<string, number>();
  for (const word of wordsOf(query)) {
    if (stopWords.has(word.toLowerCase())) continue;
    for (const term of termsOfWord(word)) terms.set(term, Math.min(2, (terms.get(term) ?? 0) + 1));
  }
  return terms.size === 0 ? undefined : terms;
}
