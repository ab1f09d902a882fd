import fc from 'fast-check';

const surrogates = 0x800;
const firstSurrogate = 0xd800;
const most = 0x10ffff - surrogates;

/**
 * Any character of Unicode, as `unit` of fc.string. It stands for the unit 'binary', which keeps a map of all 1.1
 * million of them in every worker.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: most }).map(
  (at) => String.fromCodePoint(at < firstSurrogate ? at : at + surrogates),
  (character) => {
    const code = typeof character === 'string' ? character.codePointAt(0) : undefined;
    if (code === undefined || String.fromCodePoint(code) !== character) throw new Error('no character');
    return code < firstSurrogate ? code : code - surrogates;
  },
);
