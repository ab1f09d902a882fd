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
import { keptDays } from '../core/config/kept-days.ts';
import { describeIssue, valueAt } from '../core/errors/describe-issue.ts';
import { OrchError } from '../core/errors/orch-error.ts';
import { didYouMean } from '../core/text/did-you-mean.ts';
import { printable } from '../core/text/hidden.ts';
import type { Factory } from '../factory.ts';
import type { Operation } from '../operations/operation.ts';
import { warned } from '../operations/whole-tree.ts';
import { instructions } from './instructions.ts';
import { progressReporter } from './progress.ts';
import { idOfUri, toCallResult, toErrorResult } from './results.ts';
import { findOperation, loadTools, type ToolNameForm, toolInput, toTool } from './tools.ts';

export interface ServerOptions {
  toolNames: ToolNameForm;
  /** Called with the client's roots, as absolute paths, whenever they change. */
  onRoots: (roots: readonly string[]) => void;
  factory: Factory;
  /** Aborts every call, e.g. when the client disconnects. */
  signal: AbortSignal;
  /** Called at the start of every call. `over` resolves when the call is over and recorded; it never rejects. */
  onCall: (over: Promise<void>) => void;
}

/** A client that announces roots but does not answer must not hold up a call. */
const rootsWaitMs = 1000;

export async function createServer({
  toolNames,
  onRoots,
  factory,
  signal,
  onCall,
}: ServerOptions): Promise<Server> {
  const tools = await loadTools();
  const shown = (text: string) => printable(factory.redaction().message(text));
  const server = new Server(
    { name: 'orch', title: 'orch', version },
    { capabilities: { tools: {}, resources: {} }, instructions: instructions(tools, toolNames) },
  );
  // One listener for all calls: AbortSignal.any or a listener per call would leak memory on a signal that lives as
  // long as the server.
  const running = new Set<AbortController>();
  signal.addEventListener(
    'abort',
    () => {
      for (const call of running) call.abort();
    },
    { once: true },
  );
  let noticed = false;
  /** Says once that an interrupted change is waiting. */
  const withNotice = async (operation: Operation, output: Record<string, unknown>) => {
    const silent = noticed || !operation.annotations.readOnlyHint;
    const waiting = silent ? undefined : await factory.tree().waiting();
    if (waiting === undefined) return output;
    noticed = true;
    return warned([waiting], output);
  };
  let roots: Promise<void> = Promise.resolve();
  let lastRequest = 0;
  const askForRoots = () => {
    if (!server.getClientCapabilities()?.roots) return;
    const request = ++lastRequest;
    roots = server.listRoots(undefined, { timeout: rootsWaitMs }).then(
      (answer) => {
        // Ignore a response that a newer request has made out of date.
        if (request === lastRequest) onRoots(answer.roots.flatMap(({ uri }) => folderOf(uri)));
      },
      () => {},
    );
  };
  server.oninitialized = askForRoots;
  server.setNotificationHandler(RootsListChangedNotificationSchema, async () => askForRoots());

  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: tools.map((operation) => toTool(operation, toolNames, ownTasks(factory))),
  }));
  server.setRequestHandler(ListResourcesRequestSchema, async () => ({ resources: [] }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params }) => {
    const id = idOfUri(params.uri);
    const text = id === undefined ? undefined : factory.results().load(id);
    if (text === undefined)
      throw new McpError(
        ErrorCode.InvalidParams,
        shown(`no result at ${params.uri}: results are kept for ${keptDays} days`),
      );
    return { contents: [{ uri: params.uri, mimeType: 'text/plain', text }] };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const operation = findOperation(tools, params.name);
    if (!operation) throw new McpError(ErrorCode.InvalidParams, shown(unknownTool(params.name, tools)));
    let settle = () => {};
    onCall(new Promise((resolve) => (settle = resolve)));
    await roots;
    const progress = progressReporter(
      params._meta?.progressToken,
      (notification) => extra.sendNotification(notification),
      shown,
    );
    const ending = new AbortController();
    const end = () => ending.abort();
    if (extra.signal.aborted || signal.aborted) end();
    extra.signal.addEventListener('abort', end, { once: true });
    running.add(ending);
    const after: Promise<unknown>[] = [];
    try {
      const input = parseArguments(operation, params.arguments ?? {});
      const output = await operation.run(input, factory, {
        signal: ending.signal,
        onProgress: progress.onEvent,
        // A host's model would take the beginning of a text for the whole.
        wholeOnly: true,
        afterwards: (work) => {
          // The next turn of the event loop still holds the response back, to write it with others.
          after.push(new Promise((resolve) => setImmediate(() => setImmediate(resolve))).then(work));
        },
      });
      const told = await withNotice(operation, output);
      return toCallResult(withoutSecrets(told, factory), factory.results());
    } catch (error) {
      // What an abort broke on its way is no bug. A call's own error is kept: it carries the cost so far.
      const isBroken = ending.signal.aborted && !(error instanceof OrchError);
      const known = isBroken ? new OrchError('interrupted', 'interrupted') : error;
      return toErrorResult(known, factory.redaction().message);
    } finally {
      progress.stop();
      running.delete(ending);
      void Promise.allSettled(after).then(settle);
    }
  });
  return server;
}

/** None if the configuration is invalid, which every call says. */
function ownTasks(factory: Factory): string[] {
  try {
    return Object.keys(factory.config().tasks);
  } catch {
    return [];
  }
}

function withoutSecrets(output: Record<string, unknown>, factory: Factory): Record<string, unknown> {
  const text = JSON.stringify(output);
  const clean = factory.redaction().result(text);
  return clean === text ? output : JSON.parse(clean);
}

/** Empty for a root that is not a folder on this machine. */
function folderOf(uri: string): string[] {
  try {
    return [fileURLToPath(uri)];
  } catch {
    return [];
  }
}

function unknownTool(name: string, tools: readonly Operation[]): string {
  const names = tools.map((operation) => operation.name);
  const guess = didYouMean(name, names);
  return `unknown tool ${name}${guess ? `: did you mean ${guess}?` : `; there are ${names.join(', ')}`}`;
}

/** Schemas are cached: building one takes longer than using it. */
const inputs = new Map<Operation, ReturnType<typeof toolInput>>();

function parseArguments(
  operation: Operation,
  values: Record<string, unknown>,
): z.output<ReturnType<Operation['input']>> {
  const schema = inputs.get(operation) ?? toolInput(operation);
  inputs.set(operation, schema);
  const parsed = schema.safeParse(values);
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
    return `${issue.path.join('.') || 'arguments'}: ${describeIssue(issue, valueAt(values, issue.path))}`;
  });
  throw new OrchError('usage', faults.join('; '), { hint: 'correct the arguments and call again' });
}
