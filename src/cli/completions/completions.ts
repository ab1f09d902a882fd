/** Completion scripts, derived from the commander program. They are static: completing does not run orch. */
import type { Command } from 'commander';
import { givenTasks } from '../../core/tasks/own-tasks.ts';
import { completeWith, completionOf } from '../options.ts';
import type { shells } from '../program.ts';
import { bashCompletions } from './bash.ts';
import { fishCompletions } from './fish.ts';
import { commandSpecs } from './spec.ts';
import { zshCompletions } from './zsh.ts';

const writers = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions };

/** `ownTasks`: offered besides the given ones. */
export function completionScript(
  shell: (typeof shells)[number],
  program: Command,
  ownTasks: readonly string[] = [],
): string {
  for (const argument of program.commands.flatMap((command) => command.registeredArguments)) {
    if (completionOf(argument).words === givenTasks)
      completeWith(argument, [...new Set([...givenTasks, ...ownTasks])]);
  }
  return writers[shell](program.name(), commandSpecs(program));
}
