/** What can be said of a key without asking the provider. The key itself never goes into a message. */

/** What is wrong with it; undefined: nothing that can be seen. */
export function keyFault(key: string): string | undefined {
  return /[\s\p{Cc}]/u.test(key) || /[^\x21-\x7e]/.test(key)
    ? 'OPENAI_API_KEY holds a space, a line break or a character that no key has'
    : undefined;
}

export const keyHints = {
  missing: 'set it in the environment or in .env; --rehearse tries everything without a key',
  malformed: 'copy the key again, without quotes and line breaks',
};
