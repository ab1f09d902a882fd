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
import { describeIssue, valueAt } from '../core/errors/describe-issue.ts';
import { OrchError } from '../core/errors/orch-error.ts';
import { didYouMean } from '../core/text/did-you-mean.ts';
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
  // One listener for all calls: AbortSignal.any, or a listener each, would leave something on a signal that
  // lives as long as the server.
  const running = new Set<AbortController>();
  signal.addEventListener(
    'abort',
    () => {
      for (const call of running) call.abort();
    },
    { once: true },
  );
  let roots: Promise<void> = Promise.resolve();
  let asked = 0;
  const askForRoots = () => {
    if (!server.getClientCapabilities()?.roots) return;
    const question = ++asked;
    roots = server.listRoots(undefined, { timeout: rootsWaitMs }).then(
      (answer) => {
        // An answer that was overtaken by a newer one is out of date.
        if (question === asked) onRoots(answer.roots.flatMap(({ uri }) => folderOf(uri)));
      },
      () => {},
    );
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
    const ending = new AbortController();
    const end = () => ending.abort();
    if (extra.signal.aborted || signal.aborted) end();
    extra.signal.addEventListener('abort', end, { once: true });
    running.add(ending);
    try {
      const input = parseArguments(operation, params.arguments ?? {});
      const output = await operation.run(input, factory, {
        signal: ending.signal,
        onProgress: progress.onEvent,
      });
      return toCallResult(output, factory.results());
    } catch (error) {
      return toErrorResult(error);
    } finally {
      progress.stop();
      running.delete(ending);
      settle();
    }
  });
  return server;
}

/** Empty for a root that is no folder of this machine. */
function folderOf(uri: string): string[] {
  try {
    return [fileURLToPath(uri)];
  } catch {
    return [];
  }
}

function unknownTool(name: string): string {
  const names = toolOperations.map((operation) => operation.name);
  const guess = didYouMean(name, names);
  return `unknown tool ${name}${guess ? `: did you mean ${guess}?` : `; there are ${names.join(', ')}`}`;
}

/** Made once: to make one costs more than to use it. */
const inputs = new Map<Operation, ReturnType<typeof toolInput>>();

function parseArguments(operation: Operation, given: Record<string, unknown>): z.output<Operation['input']> {
  const schema = inputs.get(operation) ?? toolInput(operation);
  inputs.set(operation, schema);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const fields = Object.keys(schema.shape);
  const faults = parsed.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys
        .map((key) => {
          const guess = didYouMean(key, fields);
          return `${key} is not a field${guess ? `: did you mean ${guess}?` : `; there are ${fields.join(', ')}`}`;
        })
        .join('; ');
    }
    return `${issue.path.join('.') || 'arguments'}: ${describeIssue(issue, valueAt(given, issue.path))}`;
  });
  throw new OrchError('usage', faults.join('; '), { hint: 'correct the arguments and call again' });
}
