/** What a model is told if its answer cannot be used as one. */
import { noChangeRule } from './no-change.ts';

/** `mayStay`: that nothing needs to change is a possible result. `excerpt`: lines around the fault, numbered. */
export function askAgainPrompt(
  fault: string,
  { mayStay, excerpt }: { mayStay: boolean; excerpt?: string | undefined },
): string {
  return [
    `Your answer could not be used: ${fault}.`,
    ...(excerpt === undefined ? [] : [`<place>\n${excerpt}\n</place>`]),
    'Nobody will answer a question, and nothing more will be sent than is above. Where something is not clear, take the smallest sound assumption. Send the whole answer, in the form that was asked for.',
    ...(mayStay ? [noChangeRule] : []),
  ].join('\n\n');
}
