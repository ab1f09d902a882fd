import { OrchError } from '../../core/errors/orch-error.ts';
import { leftoverHint, leftoverPlaceholder } from '../../core/secrets/leftover-placeholders.ts';

/** For a patch that orch did not get from a model in this call: a placeholder in it would replace the secret. */
export function refuseLeftovers(changes: Parameters<typeof leftoverPlaceholder>[0]): void {
  const problem = leftoverPlaceholder(changes);
  if (problem === undefined) return;
  throw new OrchError('patch-unplaceable', `${problem.message}; nothing was changed`, {
    hint: leftoverHint,
    details: { problems: [problem] },
  });
}
