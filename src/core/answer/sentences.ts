/**
 * Tells sentences from code by their form, so that it works in any human language: words of letters alone, separated by
 * spaces, up to a full stop, a question mark or a colon. No list of phrases is needed for that.
 */
import { stringBehind } from '../patch/text/long-string.ts';

/** Comments and strings that begin a line and may span several. */
const spans = [
  ['/*', '*/'],
  ['<!--', '-->'],
  ['"""', '"""'],
  ["'''", "'''"],
  ['{-', '-}'],
  ['(*', '*)'],
] as const;

/** `#include`, `#[test]` and `#!/bin/sh` are none. */
const lineComment =
  /^(?:\/\/|--(?!-)|;|%|rem\b|#(?!\s*(?:include|define|undef|if|ifdef|ifndef|elif|else|endif|pragma|import|region|error)\b|\[|!))/i;

/** The lines of a text that are neither blank nor a comment nor inside of a string of several lines. */
export function codeLines(text: string): string[] {
  return withoutComments(text).filter((line) => line !== '');
}

/** The same with an empty line for every blank one. */
function withoutComments(text: string): string[] {
  const found: string[] = [];
  let end: string | undefined;
  let string: string | undefined;
  let isDocument = false;
  for (const line of text.split('\n')) {
    const bare = line.trim();
    if (string !== undefined) {
      string = stringBehind(line, string);
    } else if (end !== undefined) {
      // Examples in a comment may hold its end: `src/*/`.
      if (bare.startsWith(end) || bare.endsWith(end)) end = undefined;
    } else if (isDocument) {
      isDocument = !/^=(?:cut|end)\b/.test(bare);
    } else if (/^=[a-z]/.test(line)) {
      isDocument = true;
    } else {
      const span = spans.find(([open]) => bare.startsWith(open));
      if (span) {
        if (!bare.includes(span[1], span[0].length)) end = span[1];
        else if (bare.endsWith(span[1]) || span[0] === '/*') continue;
        else found.push(line);
      } else if (bare === '') {
        found.push('');
      } else if (!lineComment.test(bare)) {
        found.push(line);
        string = stringBehind(line, undefined);
      }
    }
  }
  return found;
}

const listMark = /^(?:[-*+\u2022]|\d{1,3}[.)]|#{1,6}|>)\s+/;
const sentenceEnd = /[.!?:\u2026\u3002\uFF01\uFF1F\uFF1A]["'\u201D\u2019\u00BB)\]*_\s]*$/u;
const emoji = /\p{Extended_Pictographic}|\uFE0F|\u200D/gu;
/** Scripts that write no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/gu;
/** Code that reads like the beginning of a sentence with a colon. */
const statement =
  /^(?:if|for|while|elif|else|except|finally|with|try|match|case|def|class|switch|unless|until|when|do|async|lambda)\b.*:$/;
/** Lines that consist of words in every language that has them. */
const declaration =
  /^(?:import|from|package|module|use|using|require|include|export|extern|open|library|end|return|pass|break|continue)\b/;

interface Words {
  /** Words of letters, and numbers. */
  plain: number;
  /** The same with those that have the signs of code. Names of files and functions count as neither. */
  all: number;
}

function wordsOf(line: string): Words {
  const words = { plain: 0, all: 0 };
  const bare = line
    .trim()
    .replace(listMark, '')
    .replace(/`[^`\n]*`/g, 'code');
  for (const token of bare.split(/\s+/)) {
    const word = token
      .replace(/^["'\u201C\u2018\u00AB\u00BF\u00A1([*_]+/, '')
      .replace(/(?<!["'\u201D\u2019\u00BB)\]*_.,;:!?\u2026])["'\u201D\u2019\u00BB)\]*_.,;:!?\u2026]+$/, '');
    if (word === '' || /^[-\u2013\u2014&+/|\u2192]+$/.test(word)) continue;
    if (/^[\w./@-]+\.\w{1,8}$/.test(word) || /^[\w.]+\($/.test(word)) continue;
    if (/^[\w.+-]*[\d_][\w.+-]*$/.test(word) || /https?:|\]\(/.test(word)) continue;
    words.all++;
    if (/^\p{L}[\p{L}\p{M}'\u2019/-]*$/u.test(word) || /^\d[\d.,:%]*$/.test(word)) words.plain++;
  }
  return words;
}

/** Whether a paragraph is at least one sentence for people. */
function isSentence(paragraph: readonly string[]): boolean {
  const text = paragraph.join(' ').replace(emoji, '').trim();
  const marks = text.match(unspaced)?.length ?? 0;
  if (marks >= 4) return marks > text.replace(/\s/g, '').length * 0.5 && !/[;{}]$/.test(text);
  if (!sentenceEnd.test(text) || statement.test(text)) return false;
  const { plain, all } = wordsOf(text);
  if (all === 1) return /^\p{Lu}[\p{L}\p{M}]+[.!?\u2026]$/u.test(text);
  return all >= 2 && plain >= all * 0.75 && /\p{L}/u.test(text);
}

/** Whether a text starts with a sentence, as an answer does that talks about code, and code does not. */
export function startsAsProse(text: string): boolean {
  const first: string[] = [];
  for (const line of withoutComments(text)) {
    const isList = listMark.test(line.trim());
    // Items of a list and what is indented below a line are on their own.
    const isApart = line === '' || isList || /^\s/.test(line) !== /^\s/.test(first[0] ?? line);
    if (first.length > 0 && isApart) break;
    if (line !== '') first.push(line);
  }
  return first.length > 0 && isSentence(first);
}

/** Whether all of a text is for people: sentences, or lists and headings of plain words. */
export function isAllProse(text: string): boolean {
  const lines = codeLines(text);
  const words: Words = { plain: 0, all: 0 };
  let told = 0;
  for (const line of lines) {
    const { plain, all } = wordsOf(line);
    words.plain += plain;
    words.all += all;
    if (declaration.test(line.trim()) && !sentenceEnd.test(line)) return false;
    if (/[;{}]\s*$/.test(line)) return false;
    if (listMark.test(line.trim()) || isSentence([line])) told++;
  }
  return lines.length > 0 && told * 2 >= lines.length && (words.all === 0 || words.plain >= words.all * 0.8);
}

/** The first sentence, without Markdown, at most `longest` characters. */
export function firstSentence(text: string, longest = 100): string {
  const line = text
    .trim()
    .split('\n', 1)[0]!
    .replace(/^[#>*_\s-]+|[*_]{2,}/g, '')
    .slice(0, 1000);
  const end = /[.!?\u2026](?=\s|$)|[\u3002\uFF01\uFF1F]/u.exec(line);
  const sentence = end ? line.slice(0, end.index + 1) : line;
  return sentence.length <= longest ? sentence : `${sentence.slice(0, longest - 1).trimEnd()}\u2026`;
}

/** Characters of an answer that a fault repeats. */
export const longestQuote = 80;

/** The first sentence, as a fault repeats it. */
export function quoted(text: string): string {
  return JSON.stringify(firstSentence(text, longestQuote));
}
