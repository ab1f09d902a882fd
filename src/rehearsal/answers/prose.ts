/** Answers in words: documentation and conclusions, in short sections. */

import { commentLanguage } from './comments.ts';
import { declaredNames } from './declarations.ts';
import type { GivenFile, GivenInput } from './given.ts';
import { requestLine } from './words.ts';

const mostFiles = 20;
const mostNames = 6;

/** Concise Markdown with a title and sections that name the given files. */
export function documentation({ files, instruction }: GivenInput): string {
  return sections([
    `# ${titleOf(files)}`,
    'This is a rehearsal: no model was asked and nothing was spent. What follows was read from the request alone.',
    ...requested(instruction),
    ...(files.length > 0 ? ['## Files', files.slice(0, mostFiles).map(fileLine).join('\n')] : []),
    ...(files.length > mostFiles ? [`And ${files.length - mostFiles} more.`] : []),
    '## Next step',
    'Ask again without `--rehearse` (or `ORCH_REHEARSE`), with `OPENAI_API_KEY` set: a model then writes this page.',
  ]);
}

/** A conclusion, what it rests on, and what is not known. */
export function conclusion({ files, instruction }: GivenInput): string {
  const given = files.length === 0 ? 'no files' : files.length === 1 ? 'one file' : `${files.length} files`;
  return sections([
    '## Conclusion',
    'This is a rehearsal: no model was asked, so there is no conclusion about the matter itself. The request arrived whole and would have been sent as it is.',
    ...requested(instruction),
    '## Reasons',
    [
      `1. The request came with ${given}${files.length > 0 ? `, ${countLines(files)} in all` : ''}.`,
      '2. It passed every check that the provider makes before it answers.',
      '3. An answer was streamed back over HTTP, as a real one would be.',
    ].join('\n'),
    '## What remains uncertain',
    'Everything that takes a model to find out. Ask again without `--rehearse` (or `ORCH_REHEARSE`) to put it to one.',
  ]);
}

/** For requests whose task is not known, and for tasks that are asked to come back as plain text. */
export function remark(
  { files, instruction }: GivenInput,
  code?: { language: string; code: string },
): string {
  return sections([
    'This is a rehearsal: no model was asked and nothing was spent.',
    ...requested(instruction),
    ...(files.length > 0 ? [files.slice(0, mostFiles).map(fileLine).join('\n')] : []),
    ...(code
      ? ['A real answer would show code of this kind:', `\`\`\`${code.language}\n${code.code}\`\`\``]
      : []),
  ]);
}

function titleOf([first, ...more]: readonly GivenFile[]): string {
  if (!first) return 'Documentation';
  if (more.length === 0) return first.path;
  return `${first.path} and ${more.length === 1 ? 'one other file' : `${more.length} other files`}`;
}

function requested(instruction: string): string[] {
  const words = requestLine(instruction);
  return words === '' ? [] : [`Asked for: ${words}`];
}

function fileLine(file: GivenFile): string {
  const names = declaredNames(file.lines, commentLanguage(file.path)).slice(0, mostNames);
  const declares = names.length > 0 ? `; declares ${names.map((name) => `\`${name}\``).join(', ')}` : '';
  return `- \`${file.path}\`: ${countLines([file])}${file.partial ? ' shown' : ''}${declares}`;
}

function countLines(files: readonly GivenFile[]): string {
  const count = files.reduce((sum, file) => sum + file.lines.length, 0);
  return count === 1 ? '1 line' : `${count} lines`;
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
