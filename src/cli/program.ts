/** The commander program, derived from the table of operations. */
import { Argument, Command, Option } from 'commander';
import { version } from '../../package.json';
import { operations } from '../operations/index.ts';
import { isOffered, type Operation } from '../operations/operation.ts';
import { afterHelp, formatItem } from './help/format.ts';
import { helpTopics } from './help/topics.ts';
import { addFields, type CliField, cliFields, completeWith, refuseFlagsAsValues } from './options.ts';
import { rendererFor } from './render/renderers.ts';

/** What the commands do. Passed in, so that help and completions can be generated without running anything. */
export interface Actions {
  run(operation: Operation, fields: readonly CliField[], command: Command): Promise<void>;
  serve(options: { stdio?: boolean; toolNames?: string }): Promise<void>;
  help(topic: string | undefined, program: Command): Promise<void>;
  completion(shell: string, program: Command): Promise<void>;
}

export const shells = ['bash', 'zsh', 'fish'] as const;

/**
 * `only` is the first word of the command line: if it names a command, only that command is built, which makes the
 * start faster.
 */
export function buildProgram(actions: Actions, only?: string): Command {
  const program = new Command('orch')
    .description('Delegate sub-tasks to the best-suited OpenAI model.')
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .configureHelp({ formatItem })
    .showSuggestionAfterError(true)
    .enablePositionalOptions();

  const offered = operations.filter((operation) => isOffered(operation, 'cli'));
  const matching = offered.filter(({ command }) => command[0] === only);
  for (const operation of matching.length > 0 ? matching : offered) {
    const [last, ...groups] = [...operation.command].reverse();
    let parent = program;
    for (const group of groups.reverse()) {
      parent =
        parent.commands.find((command) => command.name() === group) ??
        parent
          .command(group)
          .description(operation.groupSummary ?? '')
          .helpCommand(false);
    }
    addOperation(parent.command(last!), operation, actions);
  }
  program
    .command('serve')
    .description('Serve the tools over MCP.')
    .option('--stdio', 'Over standard input and output (required; the only transport)')
    .addOption(
      new Option('--tool-names <form>', 'Form of the tool names; Cursor and Claude Desktop need underscore')
        .choices(['dotted', 'underscore'])
        .default('dotted'),
    )
    .action((options) => actions.serve(options));
  program
    .command('completion')
    .description('Print the completion script for a shell.')
    .addArgument(completeWith(new Argument('<shell>', shells.join(', ')), shells))
    .action((shell) => actions.completion(shell, program));
  const names = program.commands.map((command) => command.name());
  program
    .command('help')
    .description(`Print help for a command or a topic: ${helpTopics.join(', ')}.`)
    .addArgument(completeWith(new Argument('[topic...]', 'Command or topic'), [...helpTopics, ...names]))
    .action((words: string[]) => actions.help(words.length === 0 ? undefined : words.join(' '), program));
  return program;
}

function addOperation(command: Command, operation: Operation, actions: Actions): void {
  const fields = cliFields(operation);
  command.description(operation.summary);
  addFields(command, fields);
  for (const option of rendererFor(operation).options) command.addOption(option);
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
