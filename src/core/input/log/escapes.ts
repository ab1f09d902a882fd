/** Escape sequences of terminals, which cost tokens and hide what a line says. */

/** Control sequences, strings such as a window's title, and the short ones. A string ends with its line at the latest. */
const sequences =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g;
/** Bold and underline of a typewriter: a character, a step back, the character again. */
const overstrike = /[^\n]\x08/g;

export function withoutEscapes(text: string): string {
  const plain = /[\x1b\x9b]/.test(text) ? text.replace(sequences, '') : text;
  return plain.includes('\x08') ? plain.replace(overstrike, '') : plain;
}
