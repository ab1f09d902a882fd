/** Whether a shell command names a program that is not there, found out without running anything. */
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** What a shell runs without a file: the words of its grammar, and commands that one shell or another has built in. */
const shellWords = new Set(
  (
    'if then else elif fi for while until do done case esac in function select time coproc ' +
    'alias autoload bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown ' +
    'echo emulate enable eval exec exit export false fc fg getopts hash help history integer jobs kill let limit ' +
    'local logout mapfile nocorrect noglob popd print printf private pushd pwd read readarray readonly repeat ' +
    'return set setopt shift shopt source suspend test times trap true type typeset ulimit umask unalias unset ' +
    'unsetopt wait whence where which zmodload'
  ).split(' '),
);

/**
 * The first word of the command, if it is certain that the shell would not find it. A word with anything in it that a
 * shell might read as syntax is never certain, nor is any on Windows.
 */
export function missingCommand(
  command: string,
  { cwd, variables = process.env }: { cwd: string; variables?: NodeJS.ProcessEnv },
): string | undefined {
  const word = /^\s*([\w./+-]+)(?=\s|$)/.exec(command)?.[1];
  const { PATH } = variables;
  if (word === undefined || PATH === undefined || process.platform === 'win32') return undefined;
  // `.` and `..` are words of the shell, too; a function of bash may be passed on in the environment.
  if (/^\.*$/.test(word) || shellWords.has(word) || `BASH_FUNC_${word}%%` in variables) return undefined;
  const places = word.includes('/') ? [''] : PATH.split(delimiter);
  return places.some((place) => existsSync(resolve(cwd, join(place, word)))) ? undefined : word;
}
