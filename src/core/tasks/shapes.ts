/** The shapes in which a result comes back: what a model is asked for, and how its answer is read. */

export const returnShapes = ['code', 'patch', 'text'] as const;
export type ReturnShape = (typeof returnShapes)[number];

const codeContract = `Answer with code and nothing else: no introduction, no explanation, no closing remark.
Put it into one fenced block: it is one file, whole.
The code runs as it stands: every import is there, nothing is elided or left to be done.`;

const textContract = `Answer with the final text and nothing else: no preamble about what you are going to do, no remark after it.`;

interface ShapeTraits {
  /** The answer reads well while it arrives; code and patches are taken out of what the model writes. */
  streams: boolean;
  /** A length is asked for. Models that are told to keep code short leave things out: there the output cap is the limit. */
  limitsLength: boolean;
  /** Files may be shortened to fit the input. A patch has to be located in all that was sent. */
  shortensFiles: boolean;
}

/**
 * What an answer is read as, and what the instructions ask for: code in a fence, the text itself, or edits of the
 * given files, which each patch dialect asks for in its own words.
 */
export type Shape = ShapeTraits & ({ readAs: 'code' | 'text'; contract: string } | { readAs: 'edits' });

export const shapes = {
  code: { readAs: 'code', contract: codeContract, streams: false, limitsLength: false, shortensFiles: true },
  patch: { readAs: 'edits', streams: false, limitsLength: false, shortensFiles: false },
  text: { readAs: 'text', contract: textContract, streams: true, limitsLength: true, shortensFiles: true },
} as const satisfies Record<ReturnShape, Shape>;
