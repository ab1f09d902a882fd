/** Parses a request back into its parts, by recognising orch's own prompts and input format. */
import { normaliseLanguage } from '../../core/input/language.ts';
import { approxTokens } from '../../core/input/tokens.ts';
import { dialects, type PatchFormat } from '../../core/patch/dialects/index.ts';
import { frameworkRule, languageStyle } from '../../core/tasks/languages.ts';
import { type ReturnShape, shapes } from '../../core/tasks/shapes.ts';
import { type TaskKind, taskKinds, tasks } from '../../core/tasks/tasks.ts';
import { asList, asObject, asText, type Json } from '../../core/text/json.ts';
import { languagesWithComments } from './comments.ts';
import { frameworkNames } from './test-samples.ts';

export interface RequestText {
  instructions: string;
  input: string;
}

/** Without `instructions`, messages with role `system` or `developer` are the instructions. */
export function readText(body: Json): RequestText {
  const messages = asList(body.input).map((message) => asObject(message) ?? {});
  const instructions = asText(body.instructions);
  const leads = ({ role }: Json) => instructions === undefined && (role === 'system' || role === 'developer');
  const join = (list: Json[]) => list.map(contentText).join('\n\n');
  return {
    instructions: instructions ?? join(messages.filter(leads)),
    input: asText(body.input) ?? join(messages.filter((message) => !leads(message))),
  };
}

function contentText({ content }: Json): string {
  return (
    asText(content) ??
    asList(content)
      .map((part) => asText(asObject(part)?.text) ?? '')
      .join('')
  );
}

export function inputTokens(body: Json): number {
  const { instructions, input } = readText(body);
  return approxTokens(instructions + input);
}

export interface RequestedAnswer {
  /** Undefined when orch did not write the instructions. */
  task: TaskKind | undefined;
  shape: ReturnShape;
  patchFormat: PatchFormat;
  language: string | undefined;
  framework: string | undefined;
}

const patchFormats: readonly PatchFormat[] = ['search-replace', 'v4a', 'whole-file'];

/** Instructions not written by orch are taken to request text. */
export function readRequestedAnswer(instructions: string): RequestedAnswer {
  const asks = (text: string | undefined) => text !== undefined && `${instructions}\n`.includes(text);
  const patchFormat = patchFormats.find((format) => asks(dialects[format].contract));
  const language =
    languagesWithComments.find((name) => asks(languageStyle(name))) ??
    /\bLanguage of the code: (.+)\.$/m.exec(instructions)?.[1];
  return {
    task: taskKinds.find((task) => asks(tasks[task].role)),
    shape: patchFormat ? 'patch' : asks(shapes.code.contract) ? 'code' : 'text',
    patchFormat: patchFormat ?? 'search-replace',
    language: language === undefined ? undefined : normaliseLanguage(language),
    framework: frameworkNames.find((name) => asks(`- ${frameworkRule(name)}\n`)),
  };
}

export interface RequestFile {
  path: string;
  /** Lines as shown, without line ends. Empty for an empty file. */
  lines: string[];
  /** Whether only part of the file is shown. */
  partial: boolean;
}

export interface RequestInput {
  files: RequestFile[];
  instruction: string;
}

// A tag is numbered if its plain form occurs in the material.
const openingFile = /<(file(?:-\d+)?) path="([^\n]*?)"( lines="\d+-\d+")?>\r?\n/y;
const openingFound = /<(found(?:-\d+)?) note="[^\n]*">\n/y;
const openingContext = /<(context(?:-\d+)?)>\n/y;

export function readInput(input: string): RequestInput {
  const files: RequestFile[] = [];
  let position = 0;
  const open = (tag: RegExp) => {
    tag.lastIndex = position;
    const match = tag.exec(input);
    const start = tag.lastIndex;
    const end = match ? input.indexOf(`</${match[1]}>`, start) : -1;
    if (!match || end < 0) return undefined;
    position = end + `</${match[1]}>`.length;
    while (input[position] === '\n' || input[position] === '\r') position++;
    return { match, body: input.slice(start, end) };
  };
  for (let file = open(openingFile); file; file = open(openingFile)) {
    const body = file.body.replaceAll('\r\n', '\n').replace(/\n$/, '');
    const lines = body.trim() === '' ? [] : body.split('\n');
    files.push({ path: file.match[2]!, lines, partial: file.match[3] !== undefined });
  }
  open(openingFound);
  open(openingContext);
  return { files, instruction: input.slice(position).trim() };
}
