/** MCP tool definitions, derived from the operations. Every word of them costs the host's model context. */
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { fieldSurface, type Operation } from '../operations/operation.ts';

/** `underscore` is for clients that refuse dots (Cursor, Claude Desktop). */
export type ToolNameForm = 'dotted' | 'underscore';

export function toolName(operation: Operation, form: ToolNameForm): string {
  return form === 'dotted' ? operation.name : operation.name.replaceAll('.', '_');
}

/** Clients send a tool's name with dots, underscores or hyphens: all of them are understood. */
export function findOperation(operations: readonly Operation[], name: string): Operation | undefined {
  const plain = (text: string) => text.replace(/[._-]/g, '_');
  return operations.find((operation) => plain(operation.name) === plain(name));
}

/** The input without the fields that only the command line has. */
export function toolInput(operation: Operation): z.ZodObject {
  const shown = Object.entries(operation.input.shape).filter(
    ([, schema]) => !fieldSurface.get(schema as z.ZodType)?.cliOnly,
  );
  return z.strictObject(Object.fromEntries(shown) as z.ZodRawShape);
}

export function toTool(operation: Operation, form: ToolNameForm): Tool {
  return {
    name: toolName(operation, form),
    title: operation.title,
    description: operation.description,
    inputSchema: slim(z.toJSONSchema(toolInput(operation), { io: 'input' })) as Tool['inputSchema'],
    outputSchema: shallow(slim(z.toJSONSchema(operation.output)) as JsonSchema) as Tool['outputSchema'],
    annotations: operation.annotations,
  };
}

type JsonSchema = Record<string, unknown>;

/** Without what tells a model nothing. */
function slim(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(slim);
  if (typeof schema !== 'object' || schema === null) return schema;
  const dropped = new Set(['$schema', 'additionalProperties', 'minLength', 'exclusiveMinimum']);
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !dropped.has(key))
      .map(([key, value]) => [key, slim(value)]),
  );
}

/** An output's first level names what comes back; the levels below are read from the answer itself. */
function shallow(schema: JsonSchema): JsonSchema {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  return {
    type: 'object',
    properties: Object.fromEntries(
      properties.map(([name, property]) => [
        name,
        property.type === undefined ? {} : { type: property.type },
      ]),
    ),
    required: schema.required,
  };
}
