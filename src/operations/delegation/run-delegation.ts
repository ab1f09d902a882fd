/** Runs a delegating operation, from request to output. */
import type { DelegateRequest } from '../../core/tasks/request.ts';
import type { CallOptions } from '../../engine/context.ts';
import type { OperationContext } from '../context.ts';
import { type Delivery, deliver } from './deliver.ts';
import { type DelegateOutput, toOutput } from './output.ts';

/** Read-only with respect to the workspace, so that clients run it without confirmation, and in parallel. */
export const delegateAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
};

export async function runDelegation(
  request: DelegateRequest,
  delivery: Delivery,
  context: OperationContext,
  options: CallOptions,
): Promise<DelegateOutput> {
  // Checked before anything is spent.
  context.assertRecordable();
  if (delivery.output !== undefined) context.writer().assertWritable(delivery.output);
  if (delivery.apply) await context.tree().assertPossible();
  // Imported here so that explaining a route does not load the engine and the patch core.
  const { delegate } = await import('../../engine/delegate.ts');
  const outcome = await delegate(request, context.engine(), options);
  return deliver(toOutput(outcome, context), outcome.finished.patch, delivery, context);
}
