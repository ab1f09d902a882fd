/** The commander program, derived from the table of operations. */
import { Argument, Command, Option } from 'commander';
import { version } from '../../package.json';
import { operations } from '../operations/index.ts';
import { isOffered, type Operation } from '../operations/operation.ts';
import { helpTopics } from './help-topics.ts';
import { addFields, type CliField, cliFields, completeWith, refuseFlagsAsValues } from './options.ts';
import { rendererFor } from './render/renderers.ts';

/** What the commands do: given by `main`, so that help and completions can be made without doing anything. */
export interface Actions {
  run(operation: Operation, fields: readonly CliField[], command: Command): Promise<void>;
  serve(options: { stdio?: boolean; toolNames?: string }): Promise<void>;
  help(topic: string | undefined, program: Command): Promise<void>;
  completion(shell: string, program: Command): Promise<void>;
}

export const shells = ['bash', 'zsh', 'fish'] as const;

/**
 * `only` is the first word of a command line: where it names a command, that one alone is built, since the
 * options of the others cost time and are not asked for.
 */
export function buildProgram(actions: Actions, only?: string): Command {
  const program = new Command('orch')
    .description('Delegate sub-tasks to the OpenAI model that suits each best.')
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .enablePositionalOptions();

  const offered = operations.filter((operation) => isOffered(operation, 'cli'));
  const wanted = offered.filter(({ command }) => command[0] === only);
  for (const operation of wanted.length > 0 ? wanted : offered) {
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
    .option('--stdio', 'On standard input and output (the one transport)')
    .addOption(
      new Option(
        '--tool-names <form>',
        'How tool names are listed; underscore suits Cursor and Claude Desktop',
      )
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
    .description(`Help for a command, or on a topic: ${helpTopics.join(', ')}.`)
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
      .option('--no-stream', 'Ask for a plain answer instead of a stream');
  }
  if (fields.some(({ name }) => name === 'input'))
    command.option('--no-stdin', 'Leave standard input alone, also where it is a pipe');
  if (operation.plan || operation.rehearsable)
    command.option('--rehearse', 'Answer from the built-in rehearsal server: no key, no spend');
  refuseFlagsAsValues(command);
  command.addHelpText(
    'after',
    `\nExamples:\n${operation.examples.map((example) => `  ${example}`).join('\n')}`,
  );
  command.action(() => actions.run(operation, fields, command));
}
