/** Bytes as text. Strict: anything else would be sent as garbage, and would not be written back as the same bytes. */

/** Undefined if the bytes are not UTF-8. A byte order mark is kept. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * What counts as text wherever it is sent, or edited and written back: UTF-8 without a NUL, by which git too tells a
 * binary file. The fault follows `is`. Files that only orch itself reads are not held to it.
 */
export function textOf(
  bytes: Uint8Array,
): { text: string; fault?: undefined } | { text?: undefined; fault: 'a binary file' | 'not UTF-8 text' } {
  if (bytes.includes(0)) return { fault: 'a binary file' };
  const text = fromUtf8(bytes);
  return text === undefined ? { fault: 'not UTF-8 text' } : { text };
}
