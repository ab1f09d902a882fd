/** Completion scripts, derived from the commander program. They are static: completing does not run orch. */
import type { Command } from 'commander';
import { givenTasks } from '../../core/tasks/own-tasks.ts';
import { taskKinds } from '../../core/tasks/tasks.ts';
import type { shells } from '../program.ts';
import { bashCompletions } from './bash.ts';
import { completeWith, completionOf } from './completion.ts';
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
  const values = program.commands.flatMap(({ registeredArguments, options }) => [
    ...registeredArguments,
    ...options,
  ]);
  const given: readonly string[] = givenTasks;
  const added = ownTasks.filter((name) => !given.includes(name));
  for (const value of values) {
    const { words } = completionOf(value);
    if (words === givenTasks || words === taskKinds) completeWith(value, [...words, ...added]);
  }
  return writers[shell](program.name(), commandSpecs(program));
}
