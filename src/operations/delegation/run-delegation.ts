/** The way of every delegating operation, from its fields to its output. */
import type { CallOptions } from '../../engine/context.ts';
import type { Factory } from '../../factory.ts';
import { deliver } from './deliver.ts';
import type { DelegationInput } from './fields.ts';
import { type DelegateOutput, toOutput } from './output.ts';
import { readRequest } from './read-request.ts';

/** Read-only as far as the workspace goes (clients then run it without asking, and in parallel). */
export const delegateAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
};

export async function runDelegation(
  input: DelegationInput,
  factory: Factory,
  options: CallOptions,
): Promise<DelegateOutput> {
  const request = readRequest(input);
  // Told now, it costs nothing.
  if (input.output !== undefined) factory.writer().assertWritable(input.output);
  const context = factory.engine();
  // What only explains a route does not load the engine and the patch core.
  const { delegate } = await import('../../engine/delegate.ts');
  const outcome = await delegate(request, context, options);
  const output = toOutput(outcome, factory);
  return deliver(output, outcome.finished.patch, input, factory);
}
