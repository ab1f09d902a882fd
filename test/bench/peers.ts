/** The processes at the two ends of a bench: the MCP server, spoken to over its pipes, and the provider. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

// biome-ignore lint/suspicious/noExplicitAny: a message is what a bench finds out.
export type Message = any;

export interface ProviderProcess {
  url: string;
  /** Answers of the process to a question. */
  ask(question: string): Promise<Message>;
  stop(): Promise<void>;
}

export async function startProvider(): Promise<ProviderProcess> {
  const script = ['scripts/run-ts.mjs', 'test/bench/responses-server.ts'];
  const child = spawn(process.execPath, script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [{ url }] = (await once(child, 'message')) as [Message];
  return {
    url,
    async ask(question) {
      const answer = once(child, 'message');
      child.send(question);
      return (await answer)[0];
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

export interface McpOptions {
  env: Record<string, string>;
  cwd: string;
  /** Arguments of node before the script. */
  nodeArguments?: readonly string[];
  ipc?: boolean;
}

/** `node dist/index.js` and a client that is as thin as can be. */
export class McpPeer {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #nextId = 1;
  stderr = '';
  /** Messages that answer nothing that was asked. */
  readonly strays: Message[] = [];

  constructor({ env, cwd, nodeArguments = [], ipc = false }: McpOptions) {
    this.child = spawn(process.execPath, [...nodeArguments, resolve('dist/index.js')], {
      cwd,
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['pipe', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
    });
    const stdout = this.child.stdout as Readable;
    let rest = '';
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.#receive(JSON.parse(line));
    });
    (this.child.stderr as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr = (this.stderr + chunk).slice(-100_000);
    });
    this.#stdin.on('error', () => {
      // The process has gone: whoever waits for its exit learns of it.
    });
  }

  get #stdin(): Writable {
    return this.child.stdin as Writable;
  }

  #receive(message: Message): void {
    const settle = this.#waiting.get(message.id);
    if (!settle) {
      if (message.method === undefined) this.strays.push(message);
      return;
    }
    this.#waiting.delete(message.id);
    settle(message);
  }

  async initialize(): Promise<void> {
    const clientInfo = { name: 'bench', version: '0' };
    await this.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }).answer;
    this.notify('notifications/initialized');
  }

  request(method: string, params?: Message): { id: number; answer: Promise<Message> } {
    const id = this.#nextId++;
    const answer = new Promise<Message>((settle) => this.#waiting.set(id, settle));
    this.sendRaw(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return { id, answer };
  }

  call(tool: string, args: Message) {
    return this.request('tools/call', { name: tool, arguments: args });
  }

  notify(method: string, params?: Message): void {
    this.sendRaw(`${JSON.stringify({ jsonrpc: '2.0', method, params })}\n`);
  }

  /** Nobody waits for the answer any more. */
  forget(id: number): boolean {
    return this.#waiting.delete(id);
  }

  sendRaw(bytes: string | Uint8Array): void {
    this.#stdin.write(bytes);
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.#stdin.end();
    return (await ended)[0];
  }
}

/** Of models that have no end in sight, and nothing of the developer's own environment. */
export function benchEnvironment(home: string, provider: { url: string }): Record<string, string> {
  return {
    HOME: home,
    XDG_STATE_HOME: home,
    ORCH_CONF: home,
    OPENAI_BASE_URL: provider.url,
    OPENAI_API_KEY: 'sk-bench',
    TZ: 'UTC',
  };
}

export const livingModels = {
  aliases: { codex: 'gpt-6.1-sol', mini: 'gpt-6.1-terra', chat: 'gpt-6-luna', full: 'gpt-6.2-sol' },
};

/** `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
