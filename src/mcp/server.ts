/** The MCP server, derived from the table of operations. */
import { fileURLToPath } from 'node:url';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  RootsListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type * as z from 'zod';
import { version } from '../../package.json';
import { OrchError } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import type { Factory } from '../factory.ts';
import type { Operation } from '../operations/operation.ts';
import { instructions } from './instructions.ts';
import { progressReporter } from './progress.ts';
import { idOfUri, toCallResult, toErrorResult } from './results.ts';
import { findOperation, type ToolNameForm, toolInput, toolOperations, toTool } from './tools.ts';

export interface ServerOptions {
  toolNames: ToolNameForm;
  /** Given the roots that the client names, whenever they change. Absolute paths. */
  onRoots: (roots: readonly string[]) => void;
  factory: Factory;
  /** Aborts every call, e.g. when the client has gone. */
  signal: AbortSignal;
  /** Given every call that begins: it settles, and never rejects, when the call is over and recorded. */
  onCall: (over: Promise<void>) => void;
}

/** A client that announces roots and then does not answer must not hold up a call. */
const rootsWaitMs = 1000;

export function createServer({ toolNames, onRoots, factory, signal, onCall }: ServerOptions): Server {
  const server = new Server(
    { name: 'orch', title: 'orch', version },
    { capabilities: { tools: {}, resources: {} }, instructions: instructions(toolOperations, toolNames) },
  );
  let roots: Promise<void> = Promise.resolve();
  const askForRoots = () => {
    if (!server.getClientCapabilities()?.roots) return;
    roots = server
      .listRoots(undefined, { timeout: rootsWaitMs })
      .then((answer) =>
        onRoots(
          answer.roots
            .map(({ uri }) => uri)
            .filter((uri) => uri.startsWith('file:'))
            .map((uri) => fileURLToPath(uri)),
        ),
      )
      .catch(() => {});
  };
  server.oninitialized = askForRoots;
  server.setNotificationHandler(RootsListChangedNotificationSchema, async () => askForRoots());

  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: toolOperations.map((operation) => toTool(operation, toolNames)),
  }));
  server.setRequestHandler(ListResourcesRequestSchema, async () => ({ resources: [] }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params }) => {
    const id = idOfUri(params.uri);
    const text = id === undefined ? undefined : factory.results().load(id);
    if (text === undefined)
      throw new McpError(ErrorCode.InvalidParams, `no result at ${params.uri}: results are kept for 7 days`);
    return { contents: [{ uri: params.uri, mimeType: 'text/plain', text }] };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const operation = findOperation(toolOperations, params.name);
    if (!operation) throw new McpError(ErrorCode.InvalidParams, unknownTool(params.name));
    let settle = () => {};
    onCall(new Promise((resolve) => (settle = resolve)));
    await roots;
    const progress = progressReporter(params._meta?.progressToken, (notification) =>
      extra.sendNotification(notification),
    );
    const either = eitherSignal(extra.signal, signal);
    try {
      const input = parseArguments(operation, params.arguments ?? {});
      const output = await operation.run(input, factory, {
        signal: either.signal,
        onProgress: progress.onEvent,
      });
      return toCallResult(output, factory.results());
    } catch (error) {
      return toErrorResult(error);
    } finally {
      progress.stop();
      settle();
      either.release();
    }
  });
  return server;
}

/**
 * Aborts when one of them does. `AbortSignal.any` would leave something behind on the signal of the server at
 * every call, for as long as the server lives.
 */
function eitherSignal(...sources: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const source of sources) {
    if (source.aborted) abort();
    else source.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    release: () => {
      for (const source of sources) source.removeEventListener('abort', abort);
    },
  };
}

function unknownTool(name: string): string {
  const names = toolOperations.map((operation) => operation.name);
  const guess = nearest(name, names);
  return `unknown tool ${name}${guess ? `: did you mean ${guess}?` : `; there are ${names.join(', ')}`}`;
}

function parseArguments(operation: Operation, given: Record<string, unknown>): z.output<Operation['input']> {
  const schema = toolInput(operation);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const fields = Object.keys(schema.shape);
  const faults = parsed.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys
        .map((key) => {
          const guess = nearest(key, fields);
          return `${key} is not a field${guess ? `: did you mean ${guess}?` : `; there are ${fields.join(', ')}`}`;
        })
        .join('; ');
    }
    const path = issue.path.join('.') || 'arguments';
    if (issue.code === 'invalid_value') return `${path} must be one of ${issue.values.join(', ')}`;
    return `${path}: ${issue.message}`;
  });
  throw new OrchError('usage', faults.join('; '), { hint: 'correct the arguments and call again' });
}
