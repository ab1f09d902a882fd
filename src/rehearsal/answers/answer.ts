/** The answer that fits a request: found from its text alone, so that the same request gets the same answer. */
import { languageOfPaths, normaliseLanguage } from '../../core/input/language.ts';
import type { RequestText } from '../request.ts';
import { comment, commentLanguage, commentStyle, languageNames } from './comments.ts';
import { type GivenInput, readGiven } from './given.ts';
import { newFileAnswer, patchAnswer } from './patch.ts';
import { program } from './programs.ts';
import { conclusion, documentation, remark } from './prose.ts';
import { testSample } from './test-samples.ts';
import { readWanted, type Wanted } from './wanted.ts';
import { codeNote, requestLine } from './words.ts';

export function rehearsedAnswer({ instructions, input }: RequestText): string {
  const wanted = readWanted(instructions);
  const given = readGiven(input);
  switch (wanted.shape) {
    case 'patch':
      return patch(wanted, given);
    case 'code': {
      const { language, code } = sample(wanted, given);
      return `\`\`\`${language}\n${code}\`\`\`\n`;
    }
    default:
      return text(wanted, given);
  }
}

function patch(wanted: Wanted, given: GivenInput): string {
  const [file] = given.files;
  if (file) return patchAnswer(file, newContent(file.path, wanted, given), wanted.patchFormat);
  if (wanted.task === 'docs') return newFileAnswer('rehearsal.md', documentation(given), wanted.patchFormat);
  const { extension, code } = sample(wanted, given);
  return newFileAnswer(`rehearsal.${extension}`, code, wanted.patchFormat);
}

/** What an empty file gets. */
function newContent(path: string, wanted: Wanted, given: GivenInput): string {
  const language = languageOfPaths([path]);
  if (language === 'markdown') return documentation(given);
  const style = commentStyle(commentLanguage(path));
  if (language === undefined) return `${style ? comment(codeNote, style) : codeNote}\n`;
  return sample({ ...wanted, task: undefined, language }, given).code;
}

function text(wanted: Wanted, given: GivenInput): string {
  switch (wanted.task) {
    case 'docs':
      return documentation(given);
    case 'deep_reasoning':
      return conclusion(given);
    case undefined:
      return remark(given);
    default:
      return remark(given, sample(wanted, given));
  }
}

function sample(wanted: Wanted, given: GivenInput): { language: string; extension: string; code: string } {
  const language = languageOf(wanted, given);
  const notes = notesFor(given);
  if (wanted.task !== 'tests') return program(language, notes);
  const test = testSample(wanted.framework, language);
  const style = commentStyle(test.language)!;
  const note = notes.map((line) => comment(line, style)).join('\n');
  const { extension } = program(test.language, notes);
  return { language: test.language, extension, code: test.code.replace('NOTE', () => note) };
}

function notesFor({ instruction }: GivenInput): string[] {
  const asked = requestLine(instruction);
  return asked === '' ? [codeNote] : [codeNote, `Asked for: ${asked}`];
}

/** As asked, else that of the files, else the first one that the instruction names. */
function languageOf({ language }: Wanted, { files, instruction }: GivenInput): string | undefined {
  if (language !== undefined) return normaliseLanguage(language);
  return languageOfPaths(files.map((file) => file.path)) ?? mentioned(instruction);
}

/** Names that are also ordinary words. */
const ambiguous = new Set(['c', 'go', 'r', 'swift', 'shell', 'dart', 'julia']);

function mentioned(instruction: string): string | undefined {
  const words = instruction.toLowerCase().match(/[a-z][a-z+#-]*/g) ?? [];
  return words
    .filter((word) => (word.length > 2 || /\W/.test(word)) && !ambiguous.has(word))
    .map((word) => normaliseLanguage(word))
    .find((word) => languageNames.includes(word));
}
