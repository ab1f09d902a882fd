/** Prose answers: documentation, conclusions and remarks, in short sections. */
import type { Sample } from './programs.ts';
import type { GivenFile, GivenInput } from './read-request.ts';

const rehearsal = 'This is a rehearsal: no model was called and nothing was spent.';
const nextStep =
  'For an answer from a model, set `OPENAI_API_KEY` and run it without `--rehearse` (or `ORCH_REHEARSE`).';
const mostFiles = 20;

/** Concise Markdown with a title and a list of the files. */
export function documentation(given: GivenInput): string {
  const [first, ...more] = given.files;
  const title = first ? first.path + (more.length > 0 ? ` and ${more.length} more` : '') : 'Documentation';
  const files = given.files.length > 0 ? ['## Files', fileList(given.files)] : [];
  return sections([`# ${title}`, rehearsal, ...request(given), ...files, '## Next step', nextStep]);
}

/** A conclusion, its reasons, and what remains uncertain. */
export function conclusion(given: GivenInput): string {
  return sections([
    '## Conclusion',
    `${rehearsal} There is no conclusion about the question itself.`,
    ...request(given),
    '## Reasons',
    `The request passed every check that the provider makes before answering. Files in the request: ${given.files.length}.`,
    '## What remains uncertain',
    `Everything that needs a model. ${nextStep}`,
  ]);
}

/** For an unknown task, and for code requested as plain text. */
export function remark(given: GivenInput, sample?: Sample): string {
  const block = sample ? [`\`\`\`${sample.language}\n${sample.code}\`\`\``] : [];
  const files = given.files.length > 0 ? [fileList(given.files)] : [];
  return sections([rehearsal, ...request(given), ...files, ...block]);
}

function fileList(files: readonly GivenFile[]): string {
  const lines = files.slice(0, mostFiles).map(({ path, lines: { length }, partial }) => {
    return `- \`${path}\`: ${length} ${length === 1 ? 'line' : 'lines'}${partial ? ' shown' : ''}`;
  });
  if (files.length > mostFiles) lines.push(`- and ${files.length - mostFiles} more`);
  return lines.join('\n');
}

const mostCharacters = 72;

/** The instruction in one short line, without Markdown syntax. */
function request({ instruction }: GivenInput): string[] {
  const words = instruction
    .replace(/[^\p{L}\p{N}.,:;?!()_ -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (words === '') return [];
  const shown = words.length <= mostCharacters ? words : `${words.slice(0, mostCharacters).trimEnd()} …`;
  return [`Request: ${shown}`];
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
