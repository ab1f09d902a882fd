/** The commands and what can follow each, as plain data for the scripts of all shells. */
import type { Argument, Command, Option } from 'commander';
import { type Completion, completionOf } from './completion.ts';

export interface CommandSpec {
  /** The words after the program's name, e.g. `usage report`; empty for the program itself. */
  path: string;
  commands: { name: string; path: string; description: string }[];
  options: OptionSpec[];
  /** In order of position. */
  arguments: ArgumentSpec[];
}

export interface OptionSpec {
  /** The short form first, if there is one. */
  flags: string[];
  description: string;
  /** Undefined: a switch. */
  value: ValueSpec | undefined;
}

export interface ValueSpec extends Completion {
  name: string;
}

export interface ArgumentSpec extends ValueSpec {
  required: boolean;
  /** Takes all remaining arguments. Words are offered only for the first of them. */
  variadic: boolean;
}

/** The program and all its commands, each before its subcommands. */
export function commandSpecs(program: Command): CommandSpec[] {
  return specsBelow(program, '');
}

function specsBelow(command: Command, path: string): CommandSpec[] {
  // The same as in the help, so the help option is included.
  const help = command.createHelp();
  const children = help.visibleCommands(command).map((child) => ({
    command: child,
    name: plain(child.name()),
    path: path === '' ? child.name() : `${path} ${child.name()}`,
  }));
  const spec: CommandSpec = {
    path,
    commands: children.map((child) => ({
      name: child.name,
      path: child.path,
      description: child.command.description(),
    })),
    options: help.visibleOptions(command).map(optionSpec),
    arguments: command.registeredArguments.map(argumentSpec),
  };
  return [spec, ...children.flatMap((child) => specsBelow(child.command, child.path))];
}

function optionSpec(option: Option): OptionSpec {
  const flags = [option.short, option.long].filter((flag) => typeof flag === 'string').map(plain);
  const completion = plainCompletion(option);
  const value = /[<[](?<name>[^>\]]+)[>\]]/.exec(option.flags)?.groups?.name;
  return {
    flags,
    description: withoutWords(option.description, completion),
    value: value === undefined ? undefined : { name: plain(value), ...completion },
  };
}

/** Drops the list of words that the help appends to the description: a shell shows the words anyway. */
function withoutWords(description: string, { words }: Completion): string {
  const list = Array.isArray(words) ? ` (${words.join(', ')})` : '';
  return list !== '' && description.endsWith(list) ? description.slice(0, -list.length) : description;
}

function argumentSpec(argument: Argument): ArgumentSpec {
  return {
    name: plain(argument.name()),
    required: argument.required,
    variadic: argument.variadic,
    ...plainCompletion(argument),
  };
}

function plainCompletion(value: Option | Argument): Completion {
  const completion = completionOf(value);
  if (Array.isArray(completion.words)) completion.words.forEach(plain);
  return completion;
}

/** Words go into the scripts unquoted, so a word that needs quotes is a bug. */
function plain(word: string): string {
  if (!/^[\w.-]+$/.test(word)) throw new Error(`"${word}" cannot be completed without quotes`);
  return word;
}

/** The flags of a command that take a value: the word after one is not an argument. */
export function flagsWithValue({ options }: CommandSpec): string[] {
  return options.flatMap(({ flags, value }) => (value ? flags : []));
}
