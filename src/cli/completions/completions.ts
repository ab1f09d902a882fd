/** Completion scripts, derived from the commander program. They are static: completing does not run orch. */
import type { Command } from 'commander';
import type { shells } from '../program.ts';
import { bashCompletions } from './bash.ts';
import { fishCompletions } from './fish.ts';
import { commandSpecs } from './spec.ts';
import { zshCompletions } from './zsh.ts';

const writers = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions };

export function completionScript(shell: (typeof shells)[number], program: Command): string {
  return writers[shell](program.name(), commandSpecs(program));
}
