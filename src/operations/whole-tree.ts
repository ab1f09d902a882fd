/** A killed process may have left a tree half-changed: what writes there makes it whole first, the rest only says so. */
import { extendError } from '../engine/internal-error.ts';
import type { OperationContext } from './context.ts';

type Output = Record<string, unknown>;

/** Makes the trees of these paths whole, then runs the action. Its output or its error says what was done. */
export async function onWholeTree<Value extends Output>(
  paths: readonly string[],
  context: OperationContext,
  action: () => Promise<Value>,
): Promise<Value> {
  const recovered: string[] = [];
  for (const path of paths) recovered.push(...(await context.tree().recover(path)));
  try {
    return warned(recovered, await action());
  } catch (error) {
    throw recovered.length === 0
      ? error
      : extendError(error, { hints: recovered, details: { warnings: recovered } });
  }
}

/** The output with more warnings. */
export function warned<Value extends Output>(warnings: readonly string[], output: Value): Value {
  if (warnings.length === 0) return output;
  const { meta } = output as { meta?: Output };
  if (meta) return { ...output, meta: warned(warnings, meta) };
  return { ...output, warnings: [...warnings, ...((output.warnings as string[] | undefined) ?? [])] };
}
