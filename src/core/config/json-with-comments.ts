/** JSON as people write it by hand: with comments, and with a comma after the last entry. */

// What is never closed is matched to its end, so that no text takes more than one pass.
const stringOrComment = /"(?:[^"\\]|\\[\s\S])*"?|\/\/[^\n\r]*|\/\*(?:[\s\S]*?\*\/|[\s\S]*)/g;
const stringOrComma = /"(?:[^"\\]|\\[\s\S])*"?|,(?=\s*[}\]])/g;

/** Plain JSON with everything else at the same offsets: comments and commas before an end are blanked out. */
export function withoutComments(text: string): string {
  return text
    .replace(stringOrComment, (found) => {
      const isComment = found.startsWith('//') || /^\/\*[\s\S]*\*\/$/.test(found);
      return isComment ? found.replace(/[^\n\r]/g, ' ') : found;
    })
    .replace(stringOrComma, (found) => (found === ',' ? ' ' : found));
}
