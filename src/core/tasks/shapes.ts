/** The shapes in which a result comes back: what a model is asked for, and how its answer is read. */
import { dialects, type PatchFormat } from '../patch/dialects/index.ts';

export type { PatchFormat };

export const returnShapes = ['code', 'patch', 'text'] as const;
export type ReturnShape = (typeof returnShapes)[number];

const codeContract = `Answer with code and nothing else: no introduction, no explanation, no closing remark.
Put it into one fenced block: it is one file.
The code runs as it stands: every import is there, nothing is elided, no placeholder is left.`;

const textContract = `Answer with the final text and nothing else: no preamble about what you are going to do, no remark after it.`;

export interface Shape {
  /** What the instructions ask for. The format matters to patches alone. */
  contract(format: PatchFormat): string;
  /** What the answer is read as: code out of its fences, the text itself, or edits of the given files. */
  readAs: 'code' | 'text' | 'edits';
  /** The answer reads well while it arrives; code and patches are taken out of what the model writes. */
  streams: boolean;
  /** Files may be shortened to fit the input. A patch has to be located in all that was sent. */
  shortensFiles: boolean;
}

export const shapes: Readonly<Record<ReturnShape, Shape>> = {
  code: { contract: () => codeContract, readAs: 'code', streams: false, shortensFiles: true },
  patch: {
    contract: (format) => dialects[format].contract,
    readAs: 'edits',
    streams: false,
    shortensFiles: false,
  },
  text: { contract: () => textContract, readAs: 'text', streams: true, shortensFiles: true },
};
