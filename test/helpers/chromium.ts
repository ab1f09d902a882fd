/** A real browser without a window, spoken to over a pipe: no port, no package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Undefined where there is none. The name is that of Debian's package. */
export const chromiumPath: string | undefined =
  process.platform === 'win32'
    ? undefined
    : (process.env.PATH ?? '')
        .split(delimiter)
        .map((folder) => join(folder, 'chromium'))
        .find((path) => existsSync(path));

export interface PageOptions {
  /** In CSS pixels. */
  width: number;
  height?: number;
  scheme?: 'light' | 'dark';
}

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

export class Chromium {
  /** Addresses of all that pages have asked for. */
  readonly requests: string[] = [];
  /** What the browser has refused or found wrong. */
  readonly complaints: string[] = [];
  private readonly child: ChildProcess;
  private readonly profile: string;
  private readonly answers = new Map<number, (message: Message) => void>();
  private readonly waiting = new Map<string, () => void>();
  private session: string | undefined;
  private count = 0;

  private constructor(path: string) {
    this.profile = mkdtempSync(join(tmpdir(), 'orch-chromium-'));
    const flags = [
      '--headless',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--remote-debugging-pipe',
      `--user-data-dir=${this.profile}`,
      // Root cannot have a sandbox, nor can others in most containers; the page is our own.
      '--no-sandbox',
      'about:blank',
    ];
    this.child = spawn(path, flags, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      // Its own processes are ended with it.
      detached: true,
    });
    let rest = '';
    // Nothing waits for an answer that will not come.
    this.child.once('close', () => {
      for (const answer of this.answers.values()) answer({ error: { message: 'the browser has ended' } });
    });
    (this.child.stdio[3] as Writable).on('error', () => {
      // It has ended, which is told above.
    });
    const from = this.child.stdio[4] as Readable;
    from.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop()!;
      for (const message of messages) this.receive(JSON.parse(message) as Message);
    });
  }

  static async start(path: string): Promise<Chromium> {
    const browser = new Chromium(path);
    const { targetInfos } = await browser.send('Target.getTargets');
    const page = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page')!;
    const { sessionId } = await browser.send('Target.attachToTarget', {
      targetId: page.targetId,
      flatten: true,
    });
    browser.session = sessionId as string;
    for (const domain of ['Page', 'Network', 'Log']) await browser.send(`${domain}.enable`);
    return browser;
  }

  /** Resolves once the page has been loaded. */
  async open(url: string, { width, height = 900, scheme = 'light' }: PageOptions): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    });
    const loaded = new Promise<void>((fulfil) => this.waiting.set('Page.loadEventFired', fulfil));
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page. */
  async read<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: Value }).value;
  }

  async close(): Promise<void> {
    const closed = new Promise((fulfil) => this.child.once('close', fulfil));
    process.kill(-this.child.pid!, 'SIGKILL');
    await closed;
    try {
      rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
    } catch {
      // One of its processes still writes; the folder of all tests is removed at their end.
    }
  }

  private send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.count;
    const { session: sessionId } = this;
    (this.child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((fulfil, reject) => {
      this.answers.set(id, ({ result = {}, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : fulfil(result),
      );
    });
  }

  private receive(message: Message): void {
    const { id, method = '', params = {} } = message;
    if (id !== undefined) {
      this.answers.get(id)?.(message);
      this.answers.delete(id);
    }
    if (method === 'Network.requestWillBeSent') this.requests.push((params.request as { url: string }).url);
    if (method === 'Log.entryAdded') this.complaints.push((params.entry as { text: string }).text);
    this.waiting.get(method)?.();
    this.waiting.delete(method);
  }
}
