/**
 * Two estimates that need no tokenizer (loading one takes hundreds of milliseconds): the routing estimate of
 * the contract, and an upper bound for worst-case cost.
 */

/** The routing estimate: `ceil(chars / 3)`. Used for caps and context windows, never for cost ceilings. */
export function approxTokens(text: string): number {
  return Math.ceil(text.length / 3);
}

// Fitted to o200k_base on source, prose and logs (4.5 % mean error), then raised for kinds of text that were
// found to need more. The only kind still known to exceed the bound is random words of fewer than 24 letters.
const weights = {
  wordStart: 0.78,
  /** Extra for a word right after punctuation: the vocabulary has more words with a leading space. */
  wordAfterPunctuation: 0.24,
  letter: 0.056,
  punctuationRun: 0.604,
  punctuation: 0.161,
  /** Beyond the third character of a run, for each that differs from the previous one: `"}],[{"`. */
  punctuationChange: 0.45,
  digitRun: 2.295,
  digit: -0.265,
  newlineRun: 1.229,
  /** Per character of uniform white space: at least 15 of them share one token. */
  blank: 1 / 15,
  /** A tab next to a space: they never share a token. */
  blankChange: 1,
  control: 1,
};
/** Tokens per UTF-16 code unit outside ASCII: first code of each block and its weight. */
const blocks: readonly (readonly [number, number])[] = [
  [0xf900, 1],
  [0xe000, 2.5],
  [0xd800, 1.05],
  [0x2e80, 0.783],
  [0x2070, 2.2],
  [0x2000, 1],
  [0x1100, 1.9],
  [0x1000, 0.5],
  [0x0f00, 1.6],
  [0x0e00, 0.6],
  [0x0900, 0.5],
  [0x0370, 0.42],
  [0x0300, 1.3],
  [0x0080, 0.303],
];
const margin = 1.2;
/** A longer unbroken run of letters and digits in a single case is not a natural word. */
const longestWord = 24;
/** The same for runs in which case and digits alternate as often as in base64 or a hash. */
const longestMixedWord = 16;
const mixedShare = 0.3;
/** Maximum tokens per character of such runs. */
const denseTokensPerCharacter = 0.75;
/** The tokenizer groups digits in threes. */
const digitsPerToken = 3;

type CharacterClass = 'lower' | 'upper' | 'digit' | 'newline' | 'blank' | 'punctuation' | 'other';

function classOf(code: number): CharacterClass {
  if (code >= 97 && code <= 122) return 'lower';
  if (code >= 65 && code <= 90) return 'upper';
  if (code >= 48 && code <= 57) return 'digit';
  if (code === 10 || code === 13) return 'newline';
  if (code === 32 || code === 9) return 'blank';
  return code > 32 && code < 127 ? 'punctuation' : 'other';
}

function isBase64Sign(code: number): boolean {
  return code === 43 || code === 47 || code === 61;
}

/** Upper bound of the tokens in `text`, in one pass. */
export function tokenUpperBound(text: string): number {
  let estimate = 0;
  let before: CharacterClass = 'other';
  let codeBefore = 0;
  // Length of the current run of one class.
  let length = 0;
  // Length of the current run of letters, digits and base64 punctuation.
  let dense = 0;
  let denseChanges = 0;
  let estimateBeforeDense = 0;
  const closeDense = () => {
    const mixed = dense > longestMixedWord && denseChanges > dense * mixedShare;
    if (mixed || (dense > longestWord && denseChanges <= 1)) {
      estimate = Math.max(estimate, estimateBeforeDense + (dense * denseTokensPerCharacter) / margin);
    }
    dense = 0;
    denseChanges = 0;
  };
  const closeDigits = () => {
    const fitted = weights.digitRun + weights.digit * length;
    estimate += Math.max(fitted, Math.ceil(length / digitsPerToken));
  };
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const kind = classOf(code);
    const first = kind !== before;
    if (first && before === 'digit') closeDigits();
    length = first ? 1 : length + 1;
    const joins = kind === 'lower' || kind === 'upper' || kind === 'digit' || isBase64Sign(code);
    if (!joins) closeDense();
    else {
      if (dense === 0) estimateBeforeDense = estimate;
      else if (first) denseChanges++;
      dense++;
    }
    const wordStart = weights.wordStart + (before === 'punctuation' ? weights.wordAfterPunctuation : 0);
    switch (kind) {
      case 'lower':
        estimate += weights.letter + (first && before !== 'upper' ? wordStart : 0);
        break;
      case 'upper':
        estimate += weights.letter + (first ? wordStart : 0);
        break;
      case 'digit':
        break;
      case 'newline':
        estimate += first ? weights.newlineRun : weights.blank;
        break;
      case 'blank':
        if (!first) estimate += code === codeBefore ? weights.blank : weights.blankChange;
        break;
      case 'punctuation':
        estimate += weights.punctuation + (first ? weights.punctuationRun : 0);
        if (length > 3 && code !== codeBefore) estimate += weights.punctuationChange;
        break;
      default:
        estimate +=
          code < 128 ? weights.control : (blocks.find(([from]) => code >= from)?.[1] ?? weights.control);
    }
    before = kind;
    codeBefore = code;
  }
  if (before === 'digit') closeDigits();
  closeDense();
  return Math.ceil(estimate * margin);
}
