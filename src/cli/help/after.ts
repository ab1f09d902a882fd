/** What stands below the options in the help of an operation. */
import { taskKinds } from '../../core/tasks/tasks.ts';
import type { Operation } from '../../operations/operation.ts';
import type { CliField } from '../options.ts';
import { wrapped } from '../render/wrap.ts';
import { broken } from './format.ts';

/** Examples, and what files without an instruction mean. */
export function afterHelp(
  operation: Operation,
  fields: readonly CliField[],
  width: number | undefined,
): string {
  const examples = operation.examples.map((example) => broken(`  ${example}`, width));
  const defaults = defaultInstructions(operation, fields).map((text) => wrapped(`  ${text}`, width, '  '));
  const files = defaults.length === 0 ? [] : ['', 'Files without an instruction mean:', ...defaults];
  return ['', 'Examples:', ...examples, ...files].join('\n');
}

/** These tasks are built in. */
function notAsked(): never {
  throw new Error('only tasks of the user need the configuration');
}

function defaultInstructions({ plan }: Operation, fields: readonly CliField[]): string[] {
  if (!plan) return [];
  const instructionOf = (task?: string) =>
    plan({ input: '', files: ['x'], ...(task === undefined ? {} : { task }) }, { config: notAsked })
      ?.instruction ?? '';
  const takesTask = fields.some(({ name, surface }) => name === 'task' && surface.positional !== undefined);
  return takesTask ? taskKinds.map((task) => `${task}: ${instructionOf(task)}`) : [instructionOf()];
}
