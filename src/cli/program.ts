/** The commander program, derived from the table of operations. */
import { Argument, Command, Help, Option } from 'commander';
import { version } from '../../package.json';
import { isOffered, type ListedOperation, operations } from '../operations/index.ts';
import type { Operation } from '../operations/operation.ts';
import { completeWith } from './completions/completion.ts';
import { formatItem } from './help/format.ts';
import { helpTopics } from './help/topic-names.ts';
import type { CliField } from './options.ts';

/** What the commands do. Passed in, so that help and completions can be generated without running anything. */
export interface Actions {
  run(operation: Operation, fields: readonly CliField[], command: Command): Promise<void>;
  serve(options: { stdio?: boolean; toolNames?: string }): Promise<void>;
  help(topic: string | undefined, program: Command): Promise<void>;
  completion(shell: string, program: Command): Promise<void>;
}

export const shells = ['bash', 'zsh', 'fish'] as const;

/** Of an operation, and not loaded yet. */
const unloaded = new WeakMap<Command, { operation: ListedOperation; load(): Promise<void> }>();

/** The commands of operations have a name, until one is called: it is then loaded first. See `loadCommands`. */
export function buildProgram(actions: Actions): Command {
  const program = new Command('orch')
    .description('Delegate sub-tasks to the best-suited OpenAI model.')
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .configureHelp({ formatItem, subcommandTerm })
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .hook('preSubcommand', loadBelow);

  for (const operation of operations.filter((listed) => isOffered(listed, 'cli'))) {
    const [last, ...groups] = [...operation.command].reverse();
    let parent = program;
    for (const group of groups.reverse()) {
      parent =
        parent.commands.find((command) => command.name() === group) ??
        parent
          .command(group)
          .description(operation.groupSummary ?? '')
          .helpCommand(false)
          .hook('preSubcommand', loadBelow);
    }
    const command = parent.command(last!).description(operation.summary);
    const load = async () => {
      const [{ addOperation }, loaded] = await Promise.all([
        import('./operation-command.ts'),
        operation.load(),
      ]);
      await addOperation(command, loaded, actions);
    };
    unloaded.set(command, { operation, load });
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

/** Gives the command, and those below it, their options, arguments and help. */
export async function loadCommands(command: Command): Promise<void> {
  const { load } = unloaded.get(command) ?? {};
  unloaded.delete(command);
  await load?.();
  for (const child of command.commands) await loadCommands(child);
}

async function loadBelow(_parent: Command, called: Command): Promise<void> {
  if (unloaded.has(called)) await loadCommands(called);
}

/** As commander's, also for what is not loaded. Every operation has options. */
function subcommandTerm(this: Help, command: Command): string {
  const { operation } = unloaded.get(command) ?? {};
  if (operation === undefined) return Help.prototype.subcommandTerm.call(this, command);
  return `${command.name()} [options] ${operation.arguments ?? ''}`.trimEnd();
}
