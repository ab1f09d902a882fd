/** One question to an MCP server, which is started for it and ended after it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema, ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { version } from '../../../package.json';
import { searchArguments } from '../../core/memories/memories.ts';
import type { MemoryCall } from './memory-source.ts';
import { killGroup, startGroup } from './process-group.ts';

/** How long a server may take to end by itself once its input is closed. */
const endsWithinMs = 500;

/** In bytes; without an end to its lines, a server would fill the memory. */
const longestLine = 4 * 1024 * 1024;

/** The text parts of the answer. Rejects with a message that names the cause. */
export async function askServer(
  call: MemoryCall,
  tool: string,
  query: string,
  limit: number,
): Promise<string[]> {
  const { signal, timeoutMs } = call;
  const transport = new Transport(call);
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
    const question = { method: 'tools/call', params: { name: tool, arguments: given } } as const;
    const answer = await client.request(question, CallToolResultSchema, options);
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
    transport.kill();
  }
}

function textsOf(content: unknown): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: { type?: unknown; text?: unknown }) =>
    part?.type === 'text' && typeof part.text === 'string' ? [part.text] : [],
  );
}

/** What is private in it is so in its types alone. */
interface Inner {
  _process?: ChildProcess | undefined;
  _readBuffer: { append(chunk: Buffer): void };
  processReadBuffer(): void;
}

/** Keeps the process, which the package's own transport forgets as soon as it begins to close, in a group of its own. */
class Transport extends StdioClientTransport {
  readonly #call: MemoryCall;
  #child: ChildProcess | undefined;
  /** Resolves when the process and its output have ended. */
  ended: Promise<unknown> = Promise.resolve();

  constructor(call: MemoryCall) {
    const { program, args, env, cwd } = call;
    super({
      ...{ command: program, args: [...args], env: { ...env }, cwd },
      ...{ stderr: 'ignore', maxBufferSize: longestLine },
    });
    this.#call = call;
  }

  override async start(): Promise<void> {
    const inner = this as unknown as Inner;
    // Windows has no groups, and scripts in place of programs, which the package knows how to start.
    const started = process.platform === 'win32' ? super.start() : this.#startGroup(inner);
    this.#child = inner._process;
    if (this.#child !== undefined) this.ended = once(this.#child, 'close').catch(() => {});
    await started;
  }

  async #startGroup(inner: Inner): Promise<void> {
    const child = startGroup(this.#call);
    inner._process = child;
    child.on('close', () => {
      inner._process = undefined;
      this.onclose?.();
    });
    child.stdin.on('error', (error) => this.onerror?.(error));
    child.stdout.on('data', (chunk: Buffer) => {
      try {
        inner._readBuffer.append(chunk);
        inner.processReadBuffer();
      } catch (error) {
        this.onerror?.(error as Error);
      }
    });
    child.on('error', (error) => this.onerror?.(error));
    await once(child, 'spawn');
  }

  kill(): void {
    if (this.#child !== undefined) killGroup(this.#child);
  }
}
