/** Requests as the openai package sends them, to servers that answer oddly. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Connections } from '../../../src/adapters/http/connections.ts';
import { openResponse } from '../../helpers/open-response.ts';

async function listening(server: Server, scheme = 'http'): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const answering = (listener: RequestListener) => listening(createServer(listener));

async function textOf(url: URL, mostBytes: number): Promise<string | undefined> {
  return (await openResponse(url)).body.text(mostBytes);
}

describe('the encoding of an answer', () => {
  it.each(['constructor', '__proto__', 'toString', 'identity', '', 'gzip, br'])(
    '%j is not decoded',
    async (encoding) => {
      const url = await answering((_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        response.end('as it is');
      });
      expect(await textOf(url, 1000)).toBe('as it is');
    },
  );

  it.each(['gzip', ' X-GZIP '])('%j is decoded', async (encoding) => {
    const url = await answering((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      response.end(gzipSync('as it was'));
    });
    expect(await textOf(url, 1000)).toBe('as it was');
  });

  it('is not asked for', async () => {
    let encoding: string | undefined;
    const url = await answering((request, response) => {
      encoding = request.headers['accept-encoding'];
      response.end('as it is');
    });
    await textOf(url, 1000);
    expect(encoding).toBeUndefined();
  });
});

describe('a server', () => {
  it('that switches protocols ends the request', async () => {
    const url = await listening(
      createTcpServer((socket) => {
        socket.on('error', () => {});
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      }),
    );
    await expect(openResponse(url)).rejects.toThrow();
  });

  it('that is silent where TLS begins is not waited for', async () => {
    const url = await listening(
      createTcpServer((socket) => socket.on('error', () => {})),
      'https',
    );
    const connections = new Connections({}, 50);
    await expect(openResponse(url, { connections })).rejects.toMatchObject({
      code: 'UND_ERR_CONNECT_TIMEOUT',
    });
  });
});

describe('an aborted call', () => {
  it('closes a connection that is not open yet, and the next call opens another', async () => {
    const abort = new AbortController();
    let closed: Promise<void> | undefined;
    let onGreeting = () => {};
    const greeting = new Promise<void>((resolve) => {
      onGreeting = resolve;
    });
    const silent = await listening(
      createTcpServer((socket) => {
        closed = new Promise((resolve) => socket.once('close', () => resolve()));
        socket.on('error', () => {});
        socket.once('data', onGreeting);
      }),
      'https',
    );
    const connections = new Connections({}, 600_000);
    const call = connections.use(abort.signal, () =>
      openResponse(silent, { signal: abort.signal, connections }),
    );
    await greeting;
    abort.abort();
    await expect(call).rejects.toThrow();
    await closed;
    const url = await answering((_request, response) => response.end('as it is'));
    expect((await openResponse(url, { connections })).status).toBe(200);
  });

  it('leaves no connection that opens later', async () => {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket.resume());
      socket.on('error', () => {});
      socket.on('end', () => sockets.delete(socket));
    });
    const url = await listening(server);
    const abort = new AbortController();
    const { signal } = abort;
    const connections = new Connections({});
    const call = connections.use(signal, () => openResponse(url, { signal, connections }));
    const [socket] = (await once(server, 'connection')) as [Socket];
    await once(socket, 'data');
    abort.abort();
    await expect(call).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    // The server takes connections in their order: after this one there are no others to come.
    const last = connect(Number(url.port), '127.0.0.1');
    await once(server, 'connection');
    last.end();
    await vi.waitFor(() => expect(sockets.size).toBe(0), { interval: 1 });
  });

  it('leaves the connections of others alone', async () => {
    const abort = new AbortController();
    const url = await answering((request, response) => {
      response.writeHead(200).flushHeaders();
      request.resume();
      abort.signal.addEventListener('abort', () => response.end('whole'));
    });
    const connections = new Connections({});
    const { signal } = new AbortController();
    const other = connections.use(signal, async () =>
      (await openResponse(url, { signal, connections })).body.text(1000),
    );
    const aborted = connections.use(abort.signal, async () => {
      await openResponse(url, { signal: abort.signal, connections });
      abort.abort();
      throw new Error('aborted');
    });
    await expect(aborted).rejects.toThrow('aborted');
    expect(await other).toBe('whole');
  });
});

it('a body is read up to a length', async () => {
  const url = await answering((_request, response) => response.end('x'.repeat(1000)));
  expect((await textOf(url, 1000))?.length).toBe(1000);
  expect(await textOf(url, 999)).toBeUndefined();
});
