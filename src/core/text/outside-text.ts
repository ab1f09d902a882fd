/** What a server says can be of any length; it is cut before anything is looked for in it. */

const longestMessage = 4096;
const longestName = 1000;

/** A name, an id, a code: nothing that anybody reads to its end. */
export function shortName(text: string): string {
  return text.slice(0, longestName);
}

/**
 * The beginning of a message. It does not end in the middle of what could be a secret, which nobody would
 * know for one any more: a key is known by its length, the password in an address by what follows it.
 */
export function shortMessage(text: string, most = longestMessage): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most);
  const authority = head.lastIndexOf('://') + 3;
  const isOpen = authority >= 3 && !/[/?#\s]/.test(head.slice(authority));
  return isOpen ? head.slice(0, authority) : head.replace(/\b[rps]k-[A-Za-z0-9_*-]{0,5}$/, '');
}
