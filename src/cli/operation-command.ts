/** Fills in the command of an operation: its options and arguments, its help and what it does. */
import type { Command } from 'commander';
import type { Operation } from '../operations/operation.ts';
import { afterHelp } from './help/after.ts';
import { addFields, cliFields, refuseFlagsAsValues } from './options.ts';
import type { Actions } from './program.ts';
import { rendererFor } from './render/renderers.ts';

export async function addOperation(
  command: Command,
  operation: Operation,
  actions: Pick<Actions, 'run'>,
): Promise<void> {
  const fields = cliFields(operation);
  addFields(command, fields);
  for (const option of (await rendererFor(operation)).options) command.addOption(option);
  command.option('--json', 'Print one JSON value and nothing else');
  if (operation.plan) {
    command
      .option('--dry-run', 'Show the route and what it may cost; send nothing')
      .option('--stream', "Show the model's answer on stderr as it arrives")
      .option('--no-stream', 'Request the whole answer at once instead of a stream')
      .option('-q, --quiet', 'Only the summary line on stderr, with the number of warnings; errors stay');
  }
  if (fields.some(({ name }) => name === 'input'))
    command.option('--no-stdin', 'Do not read standard input, even if it is a pipe');
  if (operation.plan || operation.rehearsable)
    command.option('--rehearse', 'Use the built-in rehearsal server: no key needed, nothing spent');
  refuseFlagsAsValues(command);
  command.addHelpText('after', () =>
    afterHelp(operation, fields, command.configureOutput().getOutHelpWidth?.()),
  );
  command.action(() => actions.run(operation, fields, command));
}
