/** Slips with the name of a task, which are told before they are paid for. */
import { OrchError } from '../core/errors/orch-error.ts';
import { findOwnTask, givenTasks, type OwnTasks, plainTaskName } from '../core/tasks/own-tasks.ts';
import { readTask } from '../core/tasks/tasks.ts';
import { typos } from '../core/text/did-you-mean.ts';

/**
 * Throws `usage` for a task that is almost one of those that there are. Others are treated as docs, with a warning.
 * `ownTasks` is asked for a name that is not built in.
 */
export function refuseMisspeltTask(name: unknown, ownTasks: () => OwnTasks): void {
  if (typeof name !== 'string' || readTask(name).known) return;
  const own = ownTasks();
  if (findOwnTask(name, own)) return;
  const guess = nearTask(name, Object.keys(own));
  if (guess === undefined) return;
  throw new OrchError('usage', `there is no task "${name}" (did you mean ${guess}?)`, {
    hint: `the tasks are ${[...new Set([...givenTasks, ...Object.keys(own)])].join(', ')}`,
  });
}

/** The error for a task, or almost one, in the place of a command. */
export function taskAsCommand(word: string, own: readonly string[]): OrchError | undefined {
  const tasks: readonly string[] = [...givenTasks, ...own];
  const exact = tasks.find((task) => task === plainTaskName(word));
  const task = exact ?? nearTask(word, own);
  if (task === undefined) return undefined;
  const what = exact === undefined ? `unknown command '${word}'` : `${word} is a task, not a command`;
  return new OrchError('usage', what, { hint: `run: orch run ${task} \u2026` });
}

/** One or two letters apart; of a short name, less than half of them. */
function nearTask(name: string, own: readonly string[]): string | undefined {
  const word = plainTaskName(name);
  if (word.length > 100) return undefined;
  const near = [...givenTasks, ...own]
    .map((task) => ({ task, apart: typos(word, task) }))
    .filter(({ task, apart }) => apart <= Math.min(2, Math.floor(task.length / 2)))
    .sort((a, b) => a.apart - b.apart);
  return near[0]?.task;
}
