/** Builds answers the way models write them. */

export function searchReplace(path: string, search: string, replace: string): string {
  const lines = (text: string) => (text === '' ? '' : `${text}\n`);
  return `${path}\n\`\`\`\n<<<<<<< SEARCH\n${lines(search)}=======\n${lines(replace)}>>>>>>> REPLACE\n\`\`\`\n`;
}

export function unified(path: string, ...hunks: string[]): string {
  return `\`\`\`diff\n--- a/${path}\n+++ b/${path}\n${hunks.join('\n')}\n\`\`\`\n`;
}

export function v4a(...lines: string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
}

export function wholeFile(path: string, text: string): string {
  return `${path}\n\`\`\`\n${text}\`\`\`\n`;
}
