/** Mistakes with tasks and options on the command line, reported before anything is paid for. */
import { OrchError } from '../core/errors/orch-error.ts';
import { everyTask, findOwnTask, type givenTasks, type OwnTasks } from '../core/tasks/own-tasks.ts';
import { plainTaskName, readTask } from '../core/tasks/tasks.ts';
import { typos } from '../core/text/did-you-mean.ts';
import { operations } from '../operations/index.ts';

/** Common names of tasks that have another name here. A user's own task of that name comes first. */
const otherTasks: Readonly<Record<string, (typeof givenTasks)[number]>> = {
  change: 'refactor',
  code: 'code_generate',
  document: 'docs',
  edit: 'refactor',
  explain: 'ask',
  fix: 'refactor',
  generate: 'code_generate',
  implement: 'code_generate',
  question: 'ask',
  reason: 'deep_reasoning',
  review: 'ask',
  think: 'deep_reasoning',
  write: 'code_generate',
};

const commands: ReadonlySet<string | undefined> = new Set([
  ...operations.map(({ command }) => command[0]),
  'serve',
  'completion',
  'help',
]);

/**
 * Throws `usage` if it is not a task. The first argument may be any word, which is then treated as docs, with a
 * warning, unless it nearly is a task, is another name of one, a command, an instruction or a file. `ownTasks` is
 * asked for a name that is not built in.
 */
export function refuseWrongTask(
  name: unknown,
  { isFirst, ownTasks }: { isFirst: boolean; ownTasks: () => OwnTasks },
): void {
  if (typeof name !== 'string' || readTask(name).known) return;
  const own = ownTasks();
  if (findOwnTask(name, own)) return;
  const names = everyTask(Object.keys(own)).join(', ');
  // Most likely the instruction, which would be lost if it were taken for an unknown name.
  if (isFirst && /\s/.test(name.trim())) {
    throw new OrchError('usage', `"${name}" is not a task: the task comes before the instruction`, {
      hint: `put one of these first: ${names}`,
    });
  }
  if (isFirst && /[./\\]/.test(name)) {
    throw new OrchError('usage', `"${name}" is not a task: the task comes first`, {
      hint: `name files with --file, such as: orch run refactor -f ${name}`,
    });
  }
  if (isFirst && commands.has(name)) {
    throw new OrchError('usage', `${name} is a command, not a task`, { hint: `run: orch ${name} \u2026` });
  }
  const guess = nearTask(name, Object.keys(own));
  if (isFirst && guess === undefined) return;
  const meant = guess === undefined ? '' : ` (did you mean ${guess}?)`;
  throw new OrchError('usage', `there is no task "${name}"${meant}`, { hint: `the tasks are ${names}` });
}

export function missingTask(own: readonly string[]): OrchError {
  return new OrchError('usage', 'the task is missing', {
    hint: `orch run <task> "what to do" -f <file>, where the task is one of ${everyTask(own).join(', ')}`,
  });
}

/** The error for a task, or almost one, in the place of a command. `command`: the guess at a command, if there is one. */
export function taskAsCommand(
  word: string,
  { own, command }: { own: readonly string[]; command: string | undefined },
): OrchError | undefined {
  const exact = everyTask(own).find((task) => task === plainTaskName(word));
  const task = exact ?? nearTask(word, own);
  if (task === undefined) return undefined;
  if (exact === undefined && command !== undefined && typos(word, command) <= typos(word, task))
    return undefined;
  const what = exact === undefined ? `unknown command '${word}'` : `${word} is a task, not a command`;
  return new OrchError('usage', what, { hint: `run: orch run ${task} \u2026` });
}

/** By another name, or one or two letters apart; of a short name, less than half of them. */
function nearTask(name: string, own: readonly string[]): string | undefined {
  const word = plainTaskName(name);
  if (word.length > 100) return undefined;
  if (Object.hasOwn(otherTasks, word)) return otherTasks[word];
  const near = everyTask(own)
    .map((task) => ({ task, apart: typos(word, task) }))
    .filter(({ task, apart }) => apart <= Math.min(2, Math.floor(task.length / 2)))
    .sort((a, b) => a.apart - b.apart);
  return near[0]?.task;
}

/** `-file` would be taken for `-f ile`. Throws `usage`. */
export function refuseSingleDash(argv: readonly string[], longFlags: readonly string[]): void {
  const end = argv.indexOf('--');
  const word = argv
    .slice(0, end === -1 ? undefined : end)
    .find(
      (argument) => /^-[a-z][a-z-]{2,}(=|$)/.test(argument) && longFlags.includes(`-${nameIn(argument)}`),
    );
  if (word === undefined) return;
  throw new OrchError('usage', `${nameIn(word)} needs two dashes`, { hint: `write -${word}` });
}

function nameIn(argument: string): string {
  return argument.replace(/=.*$/s, '');
}

/** What other tools call our options. */
const otherNames: Readonly<Record<string, string>> = {
  '--budget': '--max-cost',
  '--dir': '--file',
  '--max-tokens': '--max-output',
  '--model': '--force-model',
  '--reasoning-effort': '--effort',
};

/** The error for an option in front of the command, or of another command than this. */
export function strayOption(
  flag: string,
  argv: readonly string[],
  owners: readonly string[],
): OrchError | undefined {
  if (argv[0]?.startsWith('-')) {
    const command = argv.find((word) => owners.includes(`orch ${word}`)) ?? 'run refactor';
    return new OrchError('usage', `${flag} stands in front of the command`, {
      hint: `options come after it, such as: orch ${command} ${flag} \u2026`,
    });
  }
  const meant = otherNames[flag];
  if (meant !== undefined) return new OrchError('usage', `unknown option '${flag}' (did you mean ${meant}?)`);
  if (owners.length === 0) return undefined;
  return new OrchError('usage', `unknown option '${flag}'`, {
    hint: `it is an option of ${owners.join(', ')}`,
  });
}
