/** Text from a server can have any length; it is truncated before it is searched. */

const longestMessage = 4096;
const longestName = 1000;

/** Truncates a name, id or code. */
export function shortName(text: string): string {
  return text.slice(0, longestName);
}

/**
 * Truncates a message, but never within a possible secret, which redaction would then miss: a key is
 * recognised by its length, a password in a URL by what follows it.
 */
export function shortMessage(text: string, most = longestMessage): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most);
  const authority = head.lastIndexOf('://') + 3;
  const isOpen = authority >= 3 && !/[/?#\s]/.test(head.slice(authority));
  return isOpen ? head.slice(0, authority) : head.replace(/\b[rps]k-[A-Za-z0-9_*-]{0,5}$/, '');
}
