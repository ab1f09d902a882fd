/** Chooses an answer from the request's text alone, so that equal requests get equal answers. */
import { languageOfPath, languageOfPaths } from '../../core/input/language.ts';
import { commentIn, note } from './comments.ts';
import { newFileAnswer, patchAnswer } from './patch.ts';
import { languageNamed, program, type Sample } from './programs.ts';
import { conclusion, documentation, remark } from './prose.ts';
import { type GivenInput, type RequestText, readGiven, readWanted, type Wanted } from './read-request.ts';
import { testSample } from './test-samples.ts';

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
  const { task, patchFormat } = wanted;
  const [file] = given.files;
  if (file) return patchAnswer(file, newText(file.path), patchFormat);
  if (task === 'docs') return newFileAnswer('rehearsal.md', documentation(given), patchFormat);
  const { extension, code } = sample(wanted, given);
  return newFileAnswer(`rehearsal.${extension}`, code, patchFormat);
}

/** New content of an empty file. */
function newText(path: string): string {
  const language = languageOfPath(path);
  return language === undefined ? `${commentIn(path) ?? note}\n` : program(language).code;
}

function text(wanted: Wanted, given: GivenInput): string {
  if (wanted.task === 'docs') return documentation(given);
  if (wanted.task === 'deep_reasoning') return conclusion(given);
  return remark(given, wanted.task && sample(wanted, given));
}

/** In the requested language, else the files' language, else the language named in the instruction. */
function sample({ task, language, framework }: Wanted, { files, instruction }: GivenInput): Sample {
  const chosen = language ?? languageOfPaths(files.map(({ path }) => path)) ?? languageNamed(instruction);
  return task === 'tests' ? testSample(framework, chosen) : program(chosen);
}
