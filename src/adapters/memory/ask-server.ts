/** One question to an MCP server, which is started for it and ended after it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema, ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { version } from '../../../package.json';
import { searchArguments } from '../../core/memories/memories.ts';
import type { MemoryCall } from './memory-source.ts';

/** How long a server may take to end by itself once its input is closed. */
const endsWithinMs = 500;

/** In bytes; without an end to its lines, a server would fill the memory. */
const longestLine = 4 * 1024 * 1024;

/** The text parts of the answer. Rejects with a message that names the cause. */
export async function askServer(
  { program, args, env, cwd, signal, timeoutMs }: MemoryCall,
  tool: string,
  query: string,
  limit: number,
): Promise<string[]> {
  // The key and what else the environment holds stay here: the transport passes on PATH, HOME and the like.
  const transport = new Transport({
    command: program,
    args: [...args],
    env: { ...env },
    cwd,
    stderr: 'ignore',
    maxBufferSize: longestLine,
  });
  const client = new Client({ name: 'orch', version });
  const overall = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const options = { signal: overall, timeout: timeoutMs };
  try {
    // Lines that are no messages, such as a server's log, end up here and are skipped.
    client.onerror = ({ message }) => {
      if (message.includes('exceeded maximum size')) transport.kill();
    };
    await client.connect(transport, options);
    // Not `listTools` and `callTool`: they want a validator for tools that describe their output, and run its patterns.
    const { tools } = await client.request({ method: 'tools/list' }, ListToolsResultSchema, options);
    const found = tools.find(({ name }) => name === tool);
    if (found === undefined) throw new Error(`it has no tool ${tool}`);
    const given = searchArguments(found.inputSchema as Parameters<typeof searchArguments>[0], query, limit);
    if (given === undefined) throw new Error(`${tool} does not take a query`);
    const call = { method: 'tools/call', params: { name: tool, arguments: given } } as const;
    const answer = await client.request(call, CallToolResultSchema, options);
    const texts = textsOf(answer.content);
    if (answer.isError === true) throw new Error(texts[0] ?? 'an error without a text');
    return texts.length === 0 && answer.structuredContent !== undefined
      ? [JSON.stringify(answer.structuredContent)]
      : texts;
  } catch (error) {
    if (overall.aborted && !signal.aborted) throw new Error(`nothing within ${timeoutMs / 1000} s`);
    throw error;
  } finally {
    const timer = setTimeout(() => transport.kill(), overall.aborted ? 0 : endsWithinMs);
    await client.close().catch(() => {});
    await transport.close().catch(() => {});
    await transport.ended;
    clearTimeout(timer);
  }
}

function textsOf(content: unknown): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: { type?: unknown; text?: unknown }) =>
    part?.type === 'text' && typeof part.text === 'string' ? [part.text] : [],
  );
}

/** Remembers the process, which the transport forgets as soon as it begins to close. */
class Transport extends StdioClientTransport {
  #child: ChildProcess | undefined;
  /** Resolves when the process and its output have ended. */
  ended: Promise<unknown> = Promise.resolve();

  override async start(): Promise<void> {
    const started = super.start();
    // Private in its types alone.
    this.#child = (this as unknown as { _process?: ChildProcess })._process;
    if (this.#child !== undefined) this.ended = once(this.#child, 'close').catch(() => {});
    await started;
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
    // What the server has started may hold it open, which would keep this process from ending.
    this.#child?.stdout?.destroy();
  }
}
