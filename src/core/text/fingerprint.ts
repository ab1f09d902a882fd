/**
 * A short name for a text: equal texts have equal names, and different ones hardly ever do. Not for security: whoever
 * wants two texts with one name can find them.
 */

/** 16 hexadecimal digits (two FNV-1a hashes of 32 bits, from different starting points). */
export function fingerprint(text: string): string {
  let one = 0x811c9dc5;
  let two = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    // Half of the state is turned, so that the two do not collide together.
    two = Math.imul((two << 13) ^ (two >>> 19) ^ unit, 0x01000193);
  }
  return [one, two].map((hash) => (hash >>> 0).toString(16).padStart(8, '0')).join('');
}
