/**
 * An operation is a capability as a value. The CLI's options and help, the MCP tools and their schemas, the
 * completions and the README's reference are derived from the table in `index.ts`.
 */
import * as z from 'zod';
import type { DelegateRequest } from '../core/tasks/request.ts';
import { once } from '../core/text/once.ts';
import type { CallOptions } from '../engine/context.ts';
import type { OperationContext } from './context.ts';

/** How an input field appears on a surface. */
export interface FieldSurface {
  /** In commander's notation, e.g. `-f, --file <path>`. Without a flag or a position, not on the command line. */
  flag?: string;
  /** The flag that says no to a boolean, where a configuration may say yes. */
  offFlag?: `--no-${string}`;
  /** Taken from the arguments: one, the rest joined by spaces, or the rest as a list. */
  positional?: 'one' | 'rest' | 'list';
  /** Not a parameter of the MCP tool. */
  cliOnly?: boolean;
  /** The MCP tool accepts it without listing it: seldom used there, and listed by another tool. */
  unlisted?: boolean;
  /** The value on the command line if none is given, where a person needs another than a model does. */
  cliDefault?: number;
  /** The name is clear enough for a model, so the MCP tool omits the description. */
  plain?: boolean;
  /** Shell completion of the value. A function for words that a start need not find, and the help does not list. */
  complete?: 'file' | readonly string[] | (() => readonly string[]);
  /** On the command line, the value is a file name, or `-` for standard input, whose content is used. */
  fromFile?: boolean;
}

export const fieldSurface = z.registry<FieldSurface>();

/** Declares a field: its schema, description and surface. */
export function field<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  surface: FieldSurface = {},
): Schema {
  const described = schema.describe(description) as Schema;
  fieldSurface.add(described, surface);
  return described;
}

/** A field made optional with `.optional()` keeps the surface of the original. */
export function surfaceOf(schema: z.ZodType): FieldSurface {
  const own = fieldSurface.get(schema);
  if (own) return own;
  return schema instanceof z.ZodOptional ? surfaceOf(schema.unwrap() as z.ZodType) : {};
}

/** The same field, without being a parameter of the MCP tool. */
export function cliOnly<Schema extends z.ZodType>(schema: Schema): Schema {
  return withSurface(schema, { cliOnly: true });
}

/** The same field, which appears in another way. */
export function withSurface<Schema extends z.ZodType>(schema: Schema, changes: FieldSurface): Schema {
  return field(schema, schema.description ?? '', { ...surfaceOf(schema), ...changes });
}

/**
 * A field of an output that repeats the question, or is there only if it was asked for: it is in the result, and the
 * MCP tool does not list it.
 */
export function echo<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), echo: true }) as Schema;
}

export interface Annotations {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** Of an operation that only looks, at what is on this machine. */
export const looks: Annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

export type SurfaceName = 'cli' | 'mcp';

/** What every start needs of an operation. */
export interface OperationRow {
  /** Name of the MCP tool. */
  name: string;
  /** Command words after `orch`. */
  command: readonly string[];
  /** Help of the command group, when the command has two words. */
  groupSummary?: string;
  /** The command's arguments, for the list of commands: those of its fields, in commander's notation. */
  arguments?: string;
  /** One sentence for the command-line help. */
  summary: string;
  /** Default: both. */
  surfaces?: readonly SurfaceName[];
}

/** The rest, which only its own command and the MCP server load. */
export interface OperationBody<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  /** Of the tool. */
  title?: string;
  /** For the host's model; every word costs context in every session. */
  description?: string;
  /** When to use the tool, shown after its name in the server's instructions. If absent, they do not mention it. */
  guidance?: string;
  /** Lazy: a start needs the schema of one operation. */
  input: () => Input;
  /** Lazy: only the tool list needs it, and building schemas slows down the start. */
  output: () => Output;
  annotations: Annotations;
  /** Runs even if the environment or the configuration is invalid, to report it. */
  examines?: boolean;
  /** Accepts --rehearse although it does not delegate. */
  rehearsable?: boolean;
  /**
   * For operations that send requests to a provider: the request for an input, or undefined if it sends none.
   * `run` sends it, --dry-run explains its route, and the surfaces decide from it what to show. Commands of such
   * operations accept --rehearse, --dry-run and --no-stream. Throws `usage`.
   */
  plan?: (input: z.output<Input>, context: Pick<OperationContext, 'config'>) => DelegateRequest | undefined;
  /** Examples for the command-line help. */
  examples: readonly string[];
  run(input: z.output<Input>, context: OperationContext, options: CallOptions): Promise<z.output<Output>>;
}

export type Operation = OperationRow & OperationBody;

/** Checks the types of input and output against each other; the table stores them widened. */
export function operation<Input extends z.ZodObject, Output extends z.ZodObject>(
  body: OperationBody<Input, Output> & { title: string; description: string },
): OperationBody {
  return { ...body, input: once(body.input) } as never;
}

/** One for the command line alone. It only looks, unless its annotations say otherwise. */
export function commandOnly<Input extends z.ZodObject, Output extends z.ZodObject>(
  body: Omit<OperationBody<Input, Output>, 'title' | 'description' | 'guidance' | 'annotations'> & {
    annotations?: Annotations;
  },
): OperationBody {
  return { annotations: looks, ...body, input: once(body.input) } as never;
}
