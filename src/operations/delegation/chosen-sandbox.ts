/** What a check that runs code is confined by. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { NoSandbox, Sandbox } from '../../engine/sandbox-ports.ts';
import type { OperationContext } from '../context.ts';
import type { DelegationInput } from './fields.ts';

/**
 * `off`: the open, by the user's choice. Otherwise what confines, or why nothing does: what runs then, if anything, is
 * for the caller to decide. Throws `usage` if nothing does and the choice is `require`. Default `auto`.
 */
export async function chosenSandbox(
  choice: DelegationInput['sandbox'],
  context: Pick<OperationContext, 'sandboxes'>,
  signal: AbortSignal,
): Promise<Sandbox | NoSandbox> {
  const sandboxes = await context.sandboxes();
  if (choice === 'off') return sandboxes.open();
  const found = await sandboxes.confined(signal);
  if (choice === 'require' && found.kind === 'missing')
    throw new OrchError('usage', `--sandbox require: ${found.why}; nothing was run`, { hint: found.hint });
  return found;
}
