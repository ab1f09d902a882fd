import { ProviderFailure } from '../../core/errors/provider-failure.ts';

/** An answer that is not what was asked for: talk, or code with a fault that the model can mend. */
export class NonAnswer extends ProviderFailure {
  constructor(
    readonly answer: string,
    /** In words for the model and for a person, which follow "cannot be used: "; "it" is the answer. */
    readonly fault: string,
  ) {
    super('non-answer', `the answer cannot be used: ${fault}`);
  }
}
