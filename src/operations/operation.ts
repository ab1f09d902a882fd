/**
 * A capability as a value. The CLI's options and help, the MCP tools with their schemas, the completions and
 * the README's reference are all derived from the table of these in `index.ts`.
 */
import * as z from 'zod';
import type { DelegateRequest } from '../core/tasks/request.ts';
import type { CallOptions } from '../engine/context.ts';
import type { OperationContext } from './context.ts';

/** How one field of an input shows on a surface. */
export interface FieldSurface {
  /** Commander's form, e.g. `-f, --file <path>`. Fields without flag and place are not on the command line. */
  flag?: string;
  /** Takes its value from the arguments: one of them, or all that are left, joined by spaces. */
  positional?: 'one' | 'rest' | 'list';
  /** The field is not a parameter of the MCP tool. */
  cliOnly?: boolean;
  /** The field's name says enough to a model: the MCP tool goes without the description. */
  plain?: boolean;
  /** What a shell completes for the value. */
  complete?: 'file' | readonly string[];
  /** On the command line the value names a file, or `-` for standard input, and its content is what is meant. */
  fromFile?: boolean;
}

export const fieldSurface = z.registry<FieldSurface>();

/** Declares a field: its schema, what it means, and how it shows. */
export function field<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  surface: FieldSurface = {},
): Schema {
  const described = schema.describe(description) as Schema;
  fieldSurface.add(described, surface);
  return described;
}

/** A field that was made optional for one operation keeps the surface of the field it was made from. */
export function surfaceOf(schema: z.ZodType): FieldSurface {
  const own = fieldSurface.get(schema);
  if (own) return own;
  return schema instanceof z.ZodOptional ? surfaceOf(schema.unwrap() as z.ZodType) : {};
}

/** The same field for an operation whose MCP tool does without it. */
export function cliOnly<Schema extends z.ZodType>(schema: Schema): Schema {
  return field(schema, schema.description ?? '', { ...surfaceOf(schema), cliOnly: true });
}

export interface Annotations {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

export type SurfaceName = 'cli' | 'mcp';

export interface Operation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  /** The MCP tool's name. */
  name: string;
  /** The words of the command after `orch`. */
  command: readonly string[];
  /** For the help of the first word, where the command has two. */
  groupSummary?: string;
  title: string;
  /** One sentence for the help of the command line. */
  summary: string;
  /** For the host's model: every word costs context in every session. */
  description: string;
  /** When to use the tool, as the server's instructions put it after its name. Without it they do not name it. */
  guidance?: string;
  input: Input;
  /** Made when it is asked for: only the tool list needs it, and schemas cost time at the start. */
  output: () => Output;
  annotations: Annotations;
  /** Where it is offered. Default: on both. */
  surfaces?: readonly SurfaceName[];
  /** Runs, and tells what is wrong, although the environment or the configuration is faulty. */
  examines?: boolean;
  /** Takes --rehearse although it delegates nothing. */
  rehearsable?: boolean;
  /**
   * Operations that send requests to a provider: the request that an input stands for, undefined for an input
   * that sends none. `run` sends it, --dry-run explains its route, and the surface reads from it what to show.
   * Commands of such operations take --rehearse, --dry-run and --no-stream. Throws `usage`.
   */
  plan?: (input: z.output<Input>) => DelegateRequest | undefined;
  /** Examples for the help of the command line. */
  examples: readonly string[];
  run(input: z.output<Input>, context: OperationContext, options: CallOptions): Promise<z.output<Output>>;
}

/** Keeps the types of input and output together; the table itself holds them widened. */
export function operation<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: Operation<Input, Output>,
): Operation {
  return definition as unknown as Operation;
}

export function isOffered({ surfaces }: Operation, surface: SurfaceName): boolean {
  return surfaces === undefined || surfaces.includes(surface);
}
