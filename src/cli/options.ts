/** Derives a command's options and arguments from an operation's fields, and reads their values back. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import * as z from 'zod';
import { describeIssue, valueAt } from '../core/errors/describe-issue.ts';
import { OrchError } from '../core/errors/orch-error.ts';
import { readNumber } from '../core/record/csv-line.ts';
import { type FieldSurface, type Operation, surfaceOf } from '../operations/operation.ts';
import { completeWith } from './completions/completion.ts';

export interface CliField {
  name: string;
  schema: z.ZodType;
  surface: FieldSurface;
  option: Option | undefined;
  required: boolean;
}

export function cliFields(operation: Operation): CliField[] {
  return Object.entries(operation.input().shape).map(([name, schema]) => {
    const surface = surfaceOf(schema as z.ZodType);
    const option =
      surface.flag === undefined ? undefined : makeOption(surface.flag, schema as z.ZodType, surface);
    return {
      name,
      schema: schema as z.ZodType,
      surface,
      option,
      required: !(schema as z.ZodType).safeParse(undefined).success,
    };
  });
}

function unwrap(schema: z.ZodType): z.ZodType {
  const wraps = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  return wraps ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

/** A list of enum values is passed as one comma-separated value: `--by model,task`. */
function isList(schema: z.ZodType): boolean {
  const inner = unwrap(schema);
  return inner instanceof z.ZodArray && inner.element instanceof z.ZodEnum;
}

export function describe(schema: z.ZodType): string {
  return schema.description ?? unwrap(schema).description ?? '';
}

function makeOption(flag: string, schema: z.ZodType, surface: FieldSurface): Option {
  const inner = unwrap(schema);
  const words = inner instanceof z.ZodArray ? inner.element : inner;
  const choices = words instanceof z.ZodEnum ? ` (${words.options.join(', ')})` : '';
  const source = surface.fromFile ? ' (a file, or - for standard input)' : '';
  const option = new Option(flag, describe(schema) + choices + source);
  completeWith(option, surface.complete, {
    list: isList(schema),
    repeatable: inner instanceof z.ZodArray,
  });
  if (surface.cliDefault !== undefined) option.default(surface.cliDefault);
  if (inner instanceof z.ZodArray) {
    // Commander's variadic form would swallow the instruction that follows.
    option.argParser((value: string, previous: string[] | undefined) => [
      ...(previous ?? []),
      ...(isList(schema) ? value.split(',').map((word) => word.trim()) : [value]),
    ]);
  } else if (inner instanceof z.ZodNumber) {
    option.argParser((value: string) => readNumber(value) ?? Number.NaN);
  }
  return option;
}

/** In command-line order: single arguments first, the one that takes the rest last. */
function positionals(fields: readonly CliField[]): CliField[] {
  const placed = fields.filter(({ surface }) => surface.positional !== undefined);
  return placed.sort(
    (a, b) => Number(a.surface.positional !== 'one') - Number(b.surface.positional !== 'one'),
  );
}

export function addFields(command: Command, fields: readonly CliField[]): void {
  for (const { name, surface, schema, required } of positionals(fields)) {
    const label = name === 'input' ? 'instruction' : name;
    const variadic = surface.positional === 'one' ? '' : '...';
    const optional = surface.positional !== 'one' || !required;
    const words = Array.isArray(surface.complete) ? ` (${surface.complete.join(', ')})` : '';
    const argument = new Argument(
      optional ? `[${label}${variadic}]` : `<${label}>`,
      describe(schema) + words,
    );
    command.addArgument(completeWith(argument, surface.complete));
  }
  for (const { option, surface } of fields) {
    if (option) command.addOption(option);
    if (surface.offFlag)
      command.addOption(new Option(surface.offFlag, `No ${option!.long}, even if it is configured`));
  }
}

/** A flag in place of a value means the value was forgotten; using it as the value would send or write the wrong thing. */
export function refuseFlagsAsValues(command: Command): void {
  const flags = new Set(['-h', '--help', ...command.options.flatMap(({ short, long }) => [short, long])]);
  for (const option of command.options.filter(({ required }) => required)) {
    const { parseArg } = option;
    option.argParser((value: string, previous: unknown) => {
      if (flags.has(value.replace(/=.*/s, ''))) throw new InvalidArgumentError('The value is missing.');
      return parseArg ? parseArg.call(option, value, previous) : value;
    });
  }
}

/** The arguments and options the user passed, by field name, without defaults. */
export function readFields(command: Command, fields: readonly CliField[]): Record<string, unknown> {
  const raw: Record<string, unknown> = {};
  const options = command.opts<Record<string, unknown>>();
  for (const { name, option } of fields) {
    const value = option && options[option.attributeName()];
    if (value !== undefined) raw[name] = value;
  }
  const args = [...command.processedArgs] as (string | string[] | undefined)[];
  for (const { name, surface } of positionals(fields)) {
    const value = args.shift();
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    if (surface.positional === 'rest') {
      if (raw[name] !== undefined)
        throw new OrchError(
          'usage',
          `the instruction is given twice: as an argument and with ${flagName(fields, name)}`,
          { hint: 'remove one of the two' },
        );
      raw[name] = (value as string[]).join(' ');
    } else raw[name] = value;
  }
  return raw;
}

function flagName(fields: readonly CliField[], name: string): string {
  const field = fields.find((candidate) => candidate.name === name);
  return field?.option?.long ?? (field?.surface.positional === undefined ? name : `<${name}>`);
}

/** Parses the raw input; every error names the option as the user knows it. */
export function parseInput(
  operation: Operation,
  fields: readonly CliField[],
  raw: Record<string, unknown>,
): Record<string, unknown> {
  const parsed = operation.input().safeParse(raw);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const name = flagName(fields, String(issue.path[0] ?? ''));
    return `${name}: ${describeIssue(issue, valueAt(raw, issue.path))}`;
  });
  throw new OrchError('usage', faults.join('\n'), {
    hint: `see: orch ${operation.command.join(' ')} --help`,
  });
}
