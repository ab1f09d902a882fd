import { readText } from '../../src/rehearsal/answers/read-request.ts';

/** The input of a request as one text, whether it was sent as a string or as messages. */
export function sentInput(body: Record<string, unknown> | undefined): string {
  return readText(body ?? {}).input;
}
