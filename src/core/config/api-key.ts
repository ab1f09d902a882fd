/** Checks a key without contacting the provider. The key itself never appears in a message. */

/** What is wrong with the key; undefined when it looks valid. */
export function keyFault(key: string): string | undefined {
  return /[\s\p{Cc}]/u.test(key) || /[^\x21-\x7e]/.test(key)
    ? 'OPENAI_API_KEY contains a space, a line break or another character that is not valid in a key'
    : undefined;
}

export const keyHints = {
  missing: 'set it in the environment or in .env; with --rehearse or ORCH_REHEARSE=1 no key is needed',
  malformed: 'copy the key again, without quotes or line breaks',
};
