/** The sentences that mark an answer as a rehearsal, and the caller's words made safe to stand beside them. */

/** Stands in a file where a real answer would have changed something. */
export const editNote = 'Rehearsal: no model was asked; this line stands where a real edit would.';
/** Opens generated code and text. */
export const codeNote = 'Rehearsal: no model was asked; a real answer would be written to the request.';

const mostCharacters = 72;

/**
 * The request in one short line that cannot end a comment or a string in any language; empty when there is
 * nothing to show.
 */
export function requestLine(instruction: string): string {
  const words = instruction
    .replace(/[^\p{L}\p{N}.,:;?!()_ -]+/gu, ' ')
    // Two dashes end a comment in markup.
    .replace(/-{2,}/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
  if (words.length <= mostCharacters) return words;
  const end = words.lastIndexOf(' ', mostCharacters);
  return `${words.slice(0, end > 0 ? end : mostCharacters).trimEnd()} …`;
}
