/** A client of `orch serve`, as thin as can be: it also names roots, and may write whatever it likes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bin, type RunOptions, type World } from './stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: a message has whatever shape the server gives it.
export type Message = any;

export interface ServeOptions extends Pick<RunOptions, 'cwd' | 'env'> {
  /** URIs that `roots/list` is answered with; undefined: the client has none. */
  roots?: string[] | undefined;
}

export class Peer {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #roots: string[] | undefined;
  readonly #ended: Promise<Message>;
  #next = 1;
  /** What came that is no line of JSON. */
  readonly noise: string[] = [];
  stderr = '';

  constructor(world: World, { cwd = world.work, env, roots }: ServeOptions) {
    this.#roots = roots;
    this.child = spawn(process.execPath, [bin, 'serve', '--stdio'], {
      cwd,
      env: world.environment(env),
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#ended = once(this.child, 'close').then(() => ({ error: { message: 'the server ended' } }));
    let rest = '';
    this.child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.#receive(line);
    });
    this.child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr = (this.stderr + chunk).slice(-200_000);
    });
    this.child.stdin!.on('error', () => {});
  }

  #receive(line: string): void {
    let message: Message;
    try {
      message = JSON.parse(line);
    } catch {
      this.noise.push(line);
      return;
    }
    if (message.method === 'roots/list') {
      const roots = (this.#roots ?? []).map((uri) => ({ uri }));
      this.send({ id: message.id, result: { roots } });
      return;
    }
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  send(message: object): void {
    this.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  write(bytes: string | Buffer): void {
    this.child.stdin!.write(bytes);
  }

  /** Rejects after a while, or when the process ends. */
  async request(method: string, params: object, limitMs = 20_000): Promise<Message> {
    const id = this.#next++;
    const answer = new Promise<Message>((settle) => this.#waiting.set(id, settle));
    this.send({ id, method, params });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Message>((settle) => {
      timer = setTimeout(() => settle({ error: { message: 'no answer' }, hung: true }), limitMs);
    });
    const first = await Promise.race([answer, this.#ended, late]);
    clearTimeout(timer);
    return first;
  }

  async greet(): Promise<void> {
    const capabilities = this.#roots ? { roots: {} } : {};
    await this.request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities,
      clientInfo: { name: 'hostile', version: '0' },
    });
    this.send({ method: 'notifications/initialized' });
  }

  kill(): void {
    try {
      process.kill(-this.child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }

  /** Ends standard input; whether the process then ended by itself. */
  async end(limitMs = 10_000): Promise<boolean> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return true;
    const ended = once(this.child, 'exit').then(() => true);
    this.child.stdin!.end();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((settle) => {
      timer = setTimeout(() => settle(false), limitMs);
    });
    const inTime = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (!inTime) this.kill();
    return inTime;
  }
}

/** A greeted client for as long as `work` takes. */
export async function serving<T>(
  world: World,
  work: (peer: Peer) => Promise<T>,
  options: ServeOptions = {},
): Promise<T> {
  const peer = new Peer(world, options);
  try {
    await peer.greet();
    return await work(peer);
  } finally {
    await peer.end();
  }
}

/** The result of a tool, or the error. */
export function call(peer: Peer, name: string, args: object, limitMs?: number): Promise<Message> {
  return peer.request('tools/call', { name, arguments: args }, limitMs);
}
