import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/text/fingerprint.ts';

describe('fingerprint', () => {
  it('is the same for the same text, and short', () => {
    expect(fingerprint('one')).toBe(fingerprint(['o', 'ne'].join('')));
    for (const text of ['', 'one', 'x'.repeat(100_000)]) expect(fingerprint(text)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is another for another text, even where little differs', () => {
    const base = 'export const one = 1;\n';
    const texts = ['', base, base.repeat(2)];
    for (let at = 0; at < base.length; at++) {
      texts.push(base.slice(0, at) + base.slice(at + 1));
      texts.push(`${base.slice(0, at)}\u0100${base.slice(at + 1)}`);
    }
    for (let number = 0; number < 20_000; number++) texts.push(`file ${number}`);
    const different = new Set(texts);
    expect(new Set([...different].map(fingerprint)).size).toBe(different.size);
  });
});
