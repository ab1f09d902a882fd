import { quoted } from '../../core/answer/sentences.ts';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { SyntaxFault } from '../../core/syntax/first-error.ts';

/** An answer that is not what was asked for: talk, or code with a fault that the model can mend. */
export class NonAnswer extends ProviderFailure {
  constructor(
    readonly answer: string,
    /** In words for the model and for a person, which follow "cannot be used: "; "it" is the answer. */
    readonly fault: string,
    failureClass: 'non-answer' | 'spoken-refusal' | 'unparsable-answer' = 'non-answer',
    message = `the answer cannot be used: ${fault}`,
  ) {
    super(failureClass, message);
  }
}

/** Code that does not parse. The model is shown the place. */
export class UnparsableAnswer extends NonAnswer {
  readonly excerpt: string;

  /** `path`: the file of a patch; empty for code without a name. */
  constructor(answer: string, path: string, { line, what, excerpt }: SyntaxFault) {
    const where = path === '' ? `line ${line} of its code` : `line ${line} of ${path}`;
    super(answer, `${where} does not parse: ${what}`, 'unparsable-answer');
    this.excerpt = excerpt;
  }
}

/** `words`: the answer without what stands around its words. */
export function spokenRefusal(answer: string, words: string): NonAnswer {
  const message = `the model refused: ${quoted(words)}`;
  return new NonAnswer(answer, 'it declines the request', 'spoken-refusal', message);
}
