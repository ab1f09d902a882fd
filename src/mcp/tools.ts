/** MCP tool definitions, derived from the operations. Every word in them takes context from the host's model. */
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { isOffered, operations } from '../operations/index.ts';
import { type Annotations, type Operation, surfaceOf } from '../operations/operation.ts';

/** `underscore` is for clients that reject dots (Cursor, Claude Desktop). */
export type ToolNameForm = 'dotted' | 'underscore';

/** The operations offered as tools. */
export function loadTools(): Promise<Operation[]> {
  const offered = operations.filter((operation) => isOffered(operation, 'mcp'));
  return Promise.all(offered.map(({ load }) => load()));
}

export function toolName(operation: Operation, form: ToolNameForm): string {
  return form === 'dotted' ? operation.name : operation.name.replaceAll('.', '_');
}

/** Accepts dots, underscores and hyphens, since clients send all of them. */
export function findOperation(operations: readonly Operation[], name: string): Operation | undefined {
  const plain = (text: string) => text.replace(/[._-]/g, '_');
  return operations.find((operation) => plain(operation.name) === plain(name));
}

/** The input without the fields for the command line only. */
export function toolInput(operation: Operation): z.ZodObject {
  const shown = Object.entries(operation.input().shape).filter(
    ([, schema]) => !surfaceOf(schema as z.ZodType).cliOnly,
  );
  return z.strictObject(Object.fromEntries(shown) as z.ZodRawShape);
}

/** `ownTasks`: names of tasks besides the given ones. */
export function toTool(operation: Operation, form: ToolNameForm, ownTasks: readonly string[] = []): Tool {
  return {
    name: toolName(operation, form),
    ...(operation.title === undefined ? {} : { title: operation.title }),
    ...(operation.description === undefined ? {} : { description: operation.description }),
    inputSchema: inputSchema(operation, ownTasks) as Tool['inputSchema'],
    outputSchema: shallow(z.toJSONSchema(operation.output()) as JsonSchema) as Tool['outputSchema'],
    annotations: nonDefault(operation.annotations),
  };
}

/**
 * Omits the hints that match the protocol's defaults: a read-only tool is neither destructive nor unsafe to repeat,
 * and a tool is open-world unless it says otherwise.
 */
function nonDefault({ readOnlyHint, openWorldHint, ...writing }: Annotations): Partial<Annotations> {
  return {
    readOnlyHint,
    ...(readOnlyHint ? {} : writing),
    ...(openWorldHint ? {} : { openWorldHint }),
  };
}

type JsonSchema = Record<string, unknown>;

function inputSchema(operation: Operation, ownTasks: readonly string[]): JsonSchema {
  const input = toolInput(operation);
  const schema = slim(z.toJSONSchema(input, { io: 'input' })) as JsonSchema;
  const properties = schema.properties as Record<string, JsonSchema>;
  for (const [name, field] of Object.entries(input.shape)) {
    const surface = surfaceOf(field as z.ZodType);
    if (surface.plain) delete properties[name]?.description;
    if (surface.unlisted) delete properties[name];
  }
  const { task } = properties;
  if (task) task.enum = [...new Set([...(task.enum as string[]), ...ownTasks])];
  return schema;
}

/** Drops the keywords that tell a model nothing. */
function slim(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(slim);
  if (typeof schema !== 'object' || schema === null) return schema;
  const dropped = new Set([
    '$schema',
    'additionalProperties',
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'exclusiveMinimum',
  ]);
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !dropped.has(key))
      .map(([key, value]) => [key, slim(value)]),
  );
}

/** Of the first level of the output schema what is news: a model reads the rest from the result itself. */
function shallow(schema: JsonSchema): JsonSchema {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  return {
    type: 'object',
    properties: Object.fromEntries(
      properties
        .filter(([, { echo }]) => echo !== true)
        .map(([name, { type }]) => [name, typeof type === 'string' ? { type } : {}]),
    ),
  };
}
