/** Chooses an answer from the request's text alone, so that equal requests get equal answers. */
import { languageOfPath, languageOfPaths } from '../../core/input/language.ts';
import { commentIn, note } from './comments.ts';
import { newFileAnswer, patchAnswer } from './patch.ts';
import { languageNamed, program, type Sample } from './programs.ts';
import { conclusion, documentation, remark } from './prose.ts';
import {
  type RequestedAnswer,
  type RequestInput,
  type RequestText,
  readInput,
  readRequestedAnswer,
} from './read-request.ts';
import { testSample } from './test-samples.ts';

export function rehearsedAnswer({ instructions, input }: RequestText): string {
  const requested = readRequestedAnswer(instructions);
  const parsed = readInput(input);
  switch (requested.shape) {
    case 'patch':
      return patch(requested, parsed);
    case 'code': {
      const { language, code } = sample(requested, parsed);
      return `\`\`\`${language}\n${code}\`\`\`\n`;
    }
    default:
      return text(requested, parsed);
  }
}

function patch(requested: RequestedAnswer, input: RequestInput): string {
  const { task, patchFormat } = requested;
  const [file] = input.files;
  if (file) return patchAnswer(file, newText(file.path), patchFormat);
  if (task === 'docs') return newFileAnswer('rehearsal.md', documentation(input), patchFormat);
  const { extension, code } = sample(requested, input);
  return newFileAnswer(`rehearsal.${extension}`, code, patchFormat);
}

/** New content of an empty file. */
function newText(path: string): string {
  const language = languageOfPath(path);
  return language === undefined ? `${commentIn(path) ?? note}\n` : program(language).code;
}

function text(requested: RequestedAnswer, input: RequestInput): string {
  if (requested.task === 'docs') return documentation(input);
  if (requested.task === 'deep_reasoning') return conclusion(input);
  return remark(input, requested.task && sample(requested, input));
}

/** In the requested language, else the files' language, else the language named in the instruction. */
function sample(
  { task, language, framework }: RequestedAnswer,
  { files, instruction }: RequestInput,
): Sample {
  const chosen = language ?? languageOfPaths(files.map(({ path }) => path)) ?? languageNamed(instruction);
  return task === 'tests' ? testSample(framework, chosen) : program(chosen);
}
