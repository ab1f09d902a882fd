/** The answer that a bench expects to a call: a cut or mixed-up one is not equal to it. */
export function wholeAnswer(call: string): string {
  const lines = Array.from({ length: 12 }, (_, line) => `- line ${line} of the answer to call ${call}`);
  return `# Call ${call}\n\n${lines.join('\n')}\n\nEnd of call ${call}\n`;
}
