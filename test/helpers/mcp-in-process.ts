/** The MCP server in the process of the test: for what does not need a process of its own. */
import { PassThrough } from 'node:stream';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { onTestFinished } from 'vitest';
import { LineTransport } from '../../src/mcp/line-transport.ts';
import { createServer } from '../../src/mcp/server.ts';
import type { ToolNameForm } from '../../src/mcp/tools.ts';
import { factoryFor } from './cli.ts';
import { type Conversation, clientWith, conversation, greet, type ServeOptions } from './mcp.ts';

interface InProcessOptions extends Omit<ServeOptions, 'args'> {
  toolNames?: ToolNameForm;
}

/** As `serveStdio` puts it together. */
function serverFor({ toolNames = 'dotted', ...options }: InProcessOptions): Promise<Server> {
  let clientRoots: readonly string[] = [];
  const gone = new AbortController();
  const calls: Promise<void>[] = [];
  const factory = factoryFor(options, {
    writeLog: () => {},
    defaultLogLevel: 'info',
    session: true,
    clientRoots: () => clientRoots,
  });
  onTestFinished(async () => {
    gone.abort();
    await Promise.all(calls);
    await factory.close();
  });
  return createServer({
    toolNames,
    factory,
    signal: gone.signal,
    onCall: (over) => calls.push(over),
    onRoots: (roots) => {
      clientRoots = roots;
    },
  });
}

/** As `connect` of mcp.ts. */
export async function connectInProcess({ roots, ...options }: InProcessOptions = {}): Promise<Client> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await (await serverFor(options)).connect(theirs);
  const client = clientWith(roots);
  await client.connect(ours);
  onTestFinished(() => client.close());
  return client;
}

/** As `rawServer` of mcp.ts: lines over streams, which the test writes and reads. */
export async function connectedInProcess(options: InProcessOptions = {}): Promise<Conversation> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const server = await serverFor(options);
  await server.connect(new LineTransport(input, output));
  onTestFinished(() => server.close());
  return conversation(input, output);
}

/** As `greeted` of mcp.ts. */
export async function greetedInProcess(options: InProcessOptions = {}): Promise<Conversation> {
  const talk = await connectedInProcess(options);
  await greet(talk);
  return talk;
}
