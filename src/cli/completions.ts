/** Completion scripts, derived from the commander program. They are static: nothing is run to complete. */
import type { Command } from 'commander';
import { bashCompletions } from './completions-bash.ts';
import { fishCompletions } from './completions-fish.ts';
import { commandSpecs } from './completions-spec.ts';
import { zshCompletions } from './completions-zsh.ts';
import type { shells } from './program.ts';

const writers = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions };

export function completionScript(shell: (typeof shells)[number], program: Command): string {
  return writers[shell](program.name(), commandSpecs(program));
}
