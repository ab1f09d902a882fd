/** `orch help` with a topic, a command or a task. */
import type { Command } from 'commander';
import { OrchError } from '../../core/errors/orch-error.ts';
import { everyTask } from '../../core/tasks/own-tasks.ts';
import { plainTaskName } from '../../core/tasks/tasks.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import type { Factory } from '../../factory.ts';
import { operations } from '../../operations/index.ts';
import { loadCommands } from '../program.ts';
import type { IOStreams } from '../streams/streams.ts';
import { helpTopics } from './topic-names.ts';
import { renderTopic } from './topics.ts';

export interface HelpOptions {
  streams: IOStreams;
  width: number;
  makeFactory(): Promise<Factory>;
  ownTasks(): Promise<string[]>;
}

/** Throws `usage` if there is no help on it. */
export async function showHelp(
  topic: string,
  program: Command,
  { streams, width, makeFactory, ownTasks }: HelpOptions,
): Promise<void> {
  const known = helpTopics.find((name) => name === topic);
  if (known) {
    streams.out(renderTopic(known, await makeFactory(), width));
    return;
  }
  let command: Command | undefined = program;
  const isCommand = program.commands.some((child) => child.name() === topic.split(' ')[0]);
  const tasks = isCommand ? [] : everyTask(await ownTasks());
  const words = tasks.includes(plainTaskName(topic)) ? 'run' : topic;
  for (const word of words.split(' ')) command = command?.commands.find((child) => child.name() === word);
  if (!command) {
    const names = [
      ...helpTopics,
      ...operations.map((operation) => operation.command.join(' ')),
      'serve',
      'completion',
    ];
    const guess = didYouMean(topic, names);
    throw new OrchError(
      'usage',
      `there is no help on "${topic}"${guess ? ` (did you mean ${guess}?)` : ''}`,
      {
        hint: `choose one of: ${names.join(', ')}`,
      },
    );
  }
  await loadCommands(command);
  command.outputHelp();
}
