/** Prose answers: documentation, conclusions and remarks, in short sections. */
import type { Sample } from './programs.ts';
import type { RequestFile, RequestInput } from './read-request.ts';

const rehearsal = 'This is a rehearsal: no model was called and nothing was spent.';
const nextStep =
  'For an answer from a model, set `OPENAI_API_KEY` and run it without `--rehearse` (or `ORCH_REHEARSE`).';
const maxFiles = 20;

/** Concise Markdown with a title and a list of the files. */
export function documentation(input: RequestInput): string {
  const [first, ...more] = input.files;
  const title = first ? first.path + (more.length > 0 ? ` and ${more.length} more` : '') : 'Documentation';
  const files = input.files.length > 0 ? ['## Files', fileList(input.files)] : [];
  return sections([`# ${title}`, rehearsal, ...request(input), ...files, '## Next step', nextStep]);
}

/** A conclusion, its reasons, and what remains uncertain. */
export function conclusion(input: RequestInput): string {
  return sections([
    '## Conclusion',
    `${rehearsal} There is no conclusion about the question itself.`,
    ...request(input),
    '## Reasons',
    `The request passed every check that the provider makes before answering. Files in the request: ${input.files.length}.`,
    '## What remains uncertain',
    `Everything that needs a model. ${nextStep}`,
  ]);
}

/** For an unknown task, and for code requested as plain text. */
export function remark(input: RequestInput, sample?: Sample): string {
  const block = sample ? [`\`\`\`${sample.language}\n${sample.code}\`\`\``] : [];
  const files = input.files.length > 0 ? [fileList(input.files)] : [];
  return sections([rehearsal, ...request(input), ...files, ...block]);
}

function fileList(files: readonly RequestFile[]): string {
  const lines = files.slice(0, maxFiles).map(({ path, lines: { length }, partial }) => {
    return `- \`${path}\`: ${length} ${length === 1 ? 'line' : 'lines'}${partial ? ' shown' : ''}`;
  });
  if (files.length > maxFiles) lines.push(`- and ${files.length - maxFiles} more`);
  return lines.join('\n');
}

const maxCharacters = 72;

/** The instruction in one short line, without Markdown syntax. */
function request({ instruction }: RequestInput): string[] {
  const words = instruction
    .replace(/[^\p{L}\p{N}.,:;?!()_ -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (words === '') return [];
  const shown = words.length <= maxCharacters ? words : `${words.slice(0, maxCharacters).trimEnd()} …`;
  return [`Request: ${shown}`];
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
