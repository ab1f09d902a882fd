/** Keeps the end of an output, however long it gets. */
export function tailOf(maxBytes: number): {
  add: (chunk: Buffer) => void;
  text: () => { output: string; cut: boolean };
} {
  let chunks: Buffer[] = [];
  let kept = 0;
  let cut = false;
  const shorten = () => {
    if (kept <= maxBytes) return;
    const whole = Buffer.concat(chunks);
    chunks = [Buffer.from(whole.subarray(whole.length - maxBytes))];
    kept = maxBytes;
    cut = true;
  };
  return {
    add(chunk) {
      chunks.push(chunk);
      kept += chunk.length;
      if (kept > 2 * maxBytes + 65_536) shorten();
    },
    text() {
      shorten();
      const bytes = Buffer.concat(chunks);
      let from = 0;
      // Not in the middle of a character.
      while (cut && from < 4 && from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from++;
      return { output: bytes.toString('utf8', from), cut };
    },
  };
}
