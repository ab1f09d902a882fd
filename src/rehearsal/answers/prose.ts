/** Answers in words: documentation, conclusions and remarks, in short sections. */
import type { Sample } from './programs.ts';
import type { GivenFile, GivenInput } from './read-request.ts';

const rehearsal = 'This is a rehearsal: no model was asked and nothing was spent.';
const nextStep =
  'Ask again without `--rehearse` (or `ORCH_REHEARSE`), with `OPENAI_API_KEY` set: a model then writes the answer.';
const mostFiles = 20;

/** Concise Markdown with a title and sections that name the given files. */
export function documentation(given: GivenInput): string {
  const [first, ...more] = given.files;
  const title = first ? first.path + (more.length > 0 ? ` and ${more.length} more` : '') : 'Documentation';
  const files = given.files.length > 0 ? ['## Files', fileList(given.files)] : [];
  return sections([`# ${title}`, rehearsal, ...request(given), ...files, '## Next step', nextStep]);
}

/** A conclusion, what it rests on, and what is not known. */
export function conclusion(given: GivenInput): string {
  return sections([
    '## Conclusion',
    `${rehearsal} There is no conclusion about the matter itself.`,
    ...request(given),
    '## Reasons',
    `The request passed every check that the provider makes before it answers. Files in it: ${given.files.length}.`,
    '## What remains uncertain',
    `Everything that takes a model to find out. ${nextStep}`,
  ]);
}

/** For a task that is not known, and for code that is asked to come back as plain text. */
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

/** The request in one short line without the signs that Markdown gives a meaning. */
function request({ instruction }: GivenInput): string[] {
  const words = instruction
    .replace(/[^\p{L}\p{N}.,:;?!()_ -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (words === '') return [];
  const shown = words.length <= mostCharacters ? words : `${words.slice(0, mostCharacters).trimEnd()} …`;
  return [`Asked for: ${shown}`];
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
