/** A real Redis server of a test, on a free port of loopback, which keeps nothing on disk. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export interface RedisServer {
  port: number;
  url: string;
  /** For what only a test does. */
  client(): Redis;
  /** Kills it; `start` with its port continues it without its data. */
  stop(): Promise<void>;
}

export async function startRedis({
  port,
  settings: more = {},
}: {
  port?: number;
  /** As in redis.conf, beside those that every server has. */
  settings?: Record<string, string | number>;
} = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'orch-redis-'));
  const chosen = port ?? (await freePort());
  const settings = { port: chosen, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const words = Object.entries({ ...settings, ...more });
  const child = spawn(
    'redis-server',
    words.flatMap(([name, value]) => [`--${name}`, String(value)]),
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const clients: Redis[] = [];
  for await (const line of createInterface(child.stdout)) if (line.includes('Ready to accept')) break;
  child.stdout.resume();
  return {
    port: chosen,
    url: `redis://127.0.0.1:${chosen}`,
    client() {
      const password = more.requirepass === undefined ? undefined : String(more.requirepass);
      const client = new Redis({ port: chosen, host: '127.0.0.1', password, retryStrategy: null });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.disconnect();
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
