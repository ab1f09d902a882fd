/** Runs a delegating operation, from request to output. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import type { CallOptions } from '../../engine/context.ts';
import { asOrchError, extendError } from '../../engine/internal-error.ts';
import type { OutputPermit } from '../../engine/ports.ts';
import type { OperationContext } from '../context.ts';
import { deliver, keepForLater, withWarning } from './deliver.ts';
import type { DelegationInput } from './fields.ts';
import { type DelegateOutput, toOutput } from './output.ts';
import type { Verification } from './verified.ts';

/** Read-only with respect to the workspace, so that clients run it without confirmation, and in parallel. */
export const delegateAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
};

/** `ownCheck`: of the operation, in place of the command of --verify; it is ended here. */
export async function runDelegation(
  request: DelegateRequest,
  input: Destination & Pick<DelegationInput, 'verify' | 'sandbox'>,
  context: OperationContext,
  options: CallOptions,
  ownCheck?: Verification,
): Promise<DelegateOutput> {
  const { apply, output, verify, sandbox } = input;
  // Checked before anything is spent.
  context.assertRecordable();
  if (output !== undefined) context.writer().assertWritable(output);
  if (apply) await context.tree().assertPossible();
  if (ownCheck !== undefined) return checked(ownCheck);
  if (verify === undefined) {
    if (sandbox !== undefined && request.task !== 'tests') throw nothingToConfine();
    return delegateTo(input, request, context, options, undefined);
  }
  const { verification } = await import('./verified.ts');
  return checked(await verification(verify, request, input, context, options));

  async function checked(check: Verification): Promise<DelegateOutput> {
    try {
      return await delegateTo(input, request, context, options, check);
    } finally {
      await check.end();
    }
  }
}

type Destination = Pick<DelegationInput, 'apply' | 'output' | 'force'>;

async function delegateTo(
  { apply, output, force = false }: Destination,
  request: DelegateRequest,
  context: OperationContext,
  options: CallOptions,
  check: Verification | undefined,
): Promise<DelegateOutput> {
  // Imported here so that explaining a route does not load the engine and the patch core.
  const { delegate } = await import('../../engine/delegate.ts');
  const { errorOfFailed, errorOfUndelivered, keepAnswered } = await import('./keep-run.ts');
  const { signal } = options;
  const verify = check?.verify ?? options.verify;
  let permit: OutputPermit | undefined;
  const outcome = await delegate(request, context.engine(), {
    ...options,
    async beforeSending({ base, sources }, remainingMs) {
      const inputs = { base, paths: sources.map(({ path }) => path) };
      if (output !== undefined) permit = await context.outputs().permit(output, { inputs, force, signal });
      if (!check) return;
      // Without a key there is no need to run anything.
      await context.engine().provider();
      await check.begin(base, remainingMs);
    },
    ...(verify && {
      async verify(finished, within) {
        // What could not be delivered need not be checked.
        permit?.recheck(finished.result);
        return verify(finished, within);
      },
    }),
    onFailure: (error, call) => errorOfFailed(error, call, options, context),
  });
  // Half a text is shown, but does not replace a file.
  if (outcome.cut && (output !== undefined || options.wholeOnly)) {
    const error = await errorOfFailed(outcome.cut, outcome, options, context);
    throw options.wholeOnly ? extendError(error, { answer: outcome.finished.result }) : error;
  }
  const { patch } = outcome.finished;
  const made = toOutput(outcome, context, check?.describe(outcome));
  const stored = patch ? keepForLater(made, patch, { apply }, context) : made;
  const keep = () => keepAnswered(outcome, stored, context);
  // A result that is handed over at once is kept behind it.
  const later = apply || output !== undefined ? undefined : options.afterwards;
  later?.(keep);
  const result = later ? stored : withWarning(stored, await keep());
  try {
    return await deliver(
      result,
      patch,
      { apply, output, isPatch: request.shape === 'patch', recheck, signal },
      context,
    );
  } catch (error) {
    throw await errorOfUndelivered(asOrchError(error), outcome, result, context);
  }

  function recheck(result: string): void {
    if (permit?.isInput && outcome.finished.placeholders.length > 0) throw wouldLoseSecrets(output!);
    permit?.recheck(result);
  }
}

function nothingToConfine(): OrchError {
  return new OrchError('usage', '--sandbox says what --verify runs in: without that, nothing runs', {
    hint: 'add --verify "<command>", or omit --sandbox',
  });
}

/** Only patches put secrets back. */
function wouldLoseSecrets(path: string): OrchError {
  return new OrchError(
    'answer-unusable',
    `${path} is not replaced: the result holds placeholders of secrets that are in that file`,
    { hint: 'ask for a patch (orch diff, or --return patch), which leaves them as they are' },
  );
}
