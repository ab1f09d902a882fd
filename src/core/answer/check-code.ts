/**
 * Decides whether what was taken out of an answer is the code that was asked for. Goes by the form of the text: whether
 * it holds code at all, in the language, with a test where tests were asked for, and nothing left out.
 */
import { markOn } from '../patch/dialects/edit-marks.ts';
import { fenceOn } from '../patch/dialects/markdown-fences.ts';
import { leftOutLine } from '../patch/text/left-out.ts';
import type { ExtractedCode } from './extract-code.ts';
import { formOf } from './extract-document.ts';
import { holdsTest } from './holds-test.ts';
import { otherLanguage } from './other-language.ts';
import { codeLines, isAllProse, longestQuote, quoted, startsAsProse } from './sentences.ts';
import { longestSpeech, speechOf } from './speech.ts';
import { isJsonFor } from './valid-json.ts';

export interface WantedCode {
  language: string | undefined;
  instruction: string;
  /** The code is to hold tests. */
  tests: boolean;
  /** The texts of the files that were given. */
  given: readonly string[];
}

/** Files of these languages are for people to read, or consist of what may look so. */
const readable = new Set([
  ...['markdown', 'text', 'txt', 'plaintext', 'rst', 'restructuredtext', 'asciidoc', 'adoc', 'latex', 'tex'],
  ...[
    'org',
    'html',
    'xml',
    'csv',
    'tsv',
    'gherkin',
    'feature',
    'cucumber',
    'po',
    'ini',
    'properties',
    'yaml',
  ],
]);
/** A fence that is marked with one of these, or not at all, may hold any text. */
const unmarked = new Set(['', 'text', 'txt', 'plaintext', 'md', 'markdown', 'output']);

/** What is wrong with it, in words for a model and for a person; undefined if nothing is. */
export function faultOfCode(extracted: ExtractedCode, wanted: WantedCode): string | undefined {
  const { code, fenced, info } = extracted;
  const { language, instruction, tests, given } = wanted;
  const isForPeople =
    (language !== undefined && readable.has(language)) ||
    (fenced && !tests && (language === undefined ? unmarked.has(info) : !isProgram(language)));
  if (isForPeople) {
    const mayTalk = code.length <= longestSpeech && !code.startsWith('<') && formOf(code) === 'plain';
    if (mayTalk && speechOf(code) !== undefined && !given.includes(code))
      return `it is not a file, but says: ${quoted(code)}`;
  } else {
    if (isAllProse(code)) return `it is prose and holds no code: ${quoted(code)}`;
    if (startsAsProse(code)) return `text stands around the code, which is not in a fence: ${quoted(code)}`;
    if (!fenced && !signs.test(code)) return `it holds no code: ${quoted(code)}`;
    if (codeLines(code).length === 0) return 'it consists of comments and holds no code';
  }
  const lines = code.split('\n').filter((line) => line.trim() !== '');
  const [first = '', last = ''] = [lines[0], lines.at(-1)];
  const isFenced = fenceOn(first) !== undefined || fenceOn(last)?.info === '';
  if (!isForPeople && (isFenced || markOn(first) || markOn(last)))
    return 'its first or last line is a fence or the mark of an edit';
  if (lines.length === 1 && placeholder.test(lines[0]!.trim())) return 'it is an empty template';
  const other = otherLanguage(extracted, language, instruction);
  if (other !== undefined) return `it is in another language (${other}) than was asked for (${language})`;
  if (tests && !holdsTest(code, language)) return 'it holds no test';
  const known = new Set(given.flatMap((text) => text.split('\n').map((line) => line.trim())));
  const leftOut = leftOutLine(code, { language, known: (line) => known.has(line) });
  if (leftOut !== undefined) return `it leaves lines out (${JSON.stringify(leftOut.slice(0, longestQuote))})`;
  if (language === 'php' && lacksOpeningTag(code)) return 'PHP begins with <?php, which is not there';
  if (language === 'json' && !isJsonFor(code, { path: undefined, given })) return 'it is not valid JSON';
  return undefined;
}

/** Text without the tag, and without HTML in its place, is printed as it is. */
export function lacksOpeningTag(code: string): boolean {
  return !code.includes('<?') && !/^\s*</.test(code);
}

/** What a model leaves for somebody else to fill in. */
const placeholder =
  /^[<[{(]{1,2}\s*(?:insert|your|add|put|paste|code|implementation|write)\b[^<>[\]{}]*[>\]})]{1,2}$/i;
/** A program without any of them is hardly one. */
const signs = /[(){}[\];=<>"'`$#@\\:\d]|^(?:import|from|package|use|require|select|begin|end)\b/im;

/** Languages whose files hold more than sentences and comments, whatever they are for. */
const programs = new Set([
  ...[
    'typescript',
    'javascript',
    'python',
    'go',
    'rust',
    'java',
    'kotlin',
    'c',
    'cpp',
    'csharp',
    'ruby',
    'php',
  ],
  ...['swift', 'elixir', 'shell', 'sql', 'json'],
]);

function isProgram(language: string): boolean {
  return programs.has(language);
}

const leftToDo =
  /\bTODO\b|\bFIXME\b|\bnot (?:yet )?implemented\b|NotImplemented|\b(?:todo|unimplemented)!\(|(?:your|the) (?:code|logic|implementation) (?:goes )?here|\bimplement me\b/i;

/** A line that leaves something to be done, and is in none of the files. */
export function leftToDoIn(code: string, given: readonly string[]): string | undefined {
  const lines = code.split('\n').filter((line) => leftToDo.test(line));
  return lines.find((line) => !given.some((text) => text.includes(line.trim())))?.trim();
}
