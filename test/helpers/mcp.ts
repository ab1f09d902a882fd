/** The MCP server as a child process: spoken to by the SDK's own client, or line by line. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type CallToolResult, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import { bareEnvironment, bin, folder, type OrchOptions, packageFolder } from './orch.ts';

export interface ServeOptions extends Omit<OrchOptions, 'stdin'> {
  args?: readonly string[];
  /** Absolute folders that the client names as its roots; undefined: the client has none. */
  roots?: readonly string[];
}

export const serve = [bin, 'serve', '--stdio'];
export const distIndex = [join(packageFolder, 'dist/index.js')];

/** A client of the SDK's; with roots it answers what it is asked for them. */
export function clientWith(roots?: readonly string[]): Client {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: roots ? { roots: {} } : {} });
  if (roots) {
    client.setRequestHandler(ListRootsRequestSchema, async () => ({
      roots: roots.map((root) => ({ uri: `file://${root}` })),
    }));
  }
  return client;
}

export async function connect({ args = serve, env, cwd, roots }: ServeOptions = {}): Promise<Client> {
  const client = clientWith(roots);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...args],
    env: bareEnvironment(env),
    cwd: cwd ?? folder(),
    stderr: 'ignore',
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

export async function call(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<CallToolResult> {
  return (await client.callTool({ name, arguments: args })) as CallToolResult;
}

export function textOf({ content }: CallToolResult): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

// biome-ignore lint/suspicious/noExplicitAny: a message has whatever shape the server gives it.
export type Message = Record<string, any>;

export interface Conversation {
  /** Every line of standard output so far. */
  lines: string[];
  send(message: object): void;
  write(text: string | Buffer): void;
  /** The answer to the request with this id. */
  answer(id: number | string): Promise<Message>;
}

export interface RawServer extends Conversation {
  child: ChildProcessWithoutNullStreams;
  /** Exit code and signal, when the process is over and its output read. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export function rawServer({ args = serve, env, cwd }: ServeOptions = {}): RawServer {
  const child = spawn(process.execPath, args, { cwd: cwd ?? folder(), env: bareEnvironment(env) });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => {
    // It may end before it has read everything.
  });
  child.stderr.resume();
  return {
    ...conversation(child.stdin, child.stdout),
    child,
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal }))),
  };
}

/** Talks to a server over its streams, message by message. */
export function conversation(input: Writable, output: Readable): Conversation {
  const lines: string[] = [];
  const answers = new Map<number | string, Message>();
  const waiting = new Map<number | string, (message: Message) => void>();
  createInterface({ input: output }).on('line', (line) => {
    lines.push(line);
    const message = parse(line);
    if (message?.id === undefined || message.method !== undefined) return;
    answers.set(message.id, message);
    waiting.get(message.id)?.(message);
  });
  const write = (text: string | Buffer) => void input.write(text);
  return {
    lines,
    write,
    send: (message) => write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    answer: (id) =>
      new Promise((resolve) => {
        const known = answers.get(id);
        if (known) resolve(known);
        else waiting.set(id, resolve);
      }),
  };
}

function parse(line: string): Message | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export const initialize = {
  id: 'init',
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
};

/** A server that has been greeted. */
export async function greeted(options: ServeOptions = {}): Promise<RawServer> {
  const server = rawServer(options);
  await greet(server);
  return server;
}

export async function greet(server: Conversation): Promise<void> {
  server.send(initialize);
  await server.answer('init');
  server.send({ method: 'notifications/initialized' });
}
