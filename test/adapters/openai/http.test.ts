/** Requests over node's own client, against servers that answer oddly. */
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendHttp } from '../../../src/adapters/openai/http.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server, scheme = 'http'): Promise<URL> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const answering = (listener: RequestListener) => listening(createServer(listener));

function get(url: URL) {
  return sendHttp(url, { method: 'GET', headers: {}, body: undefined, signal: new AbortController().signal });
}

describe('the encoding of an answer', () => {
  it.each(['constructor', '__proto__', 'toString', 'identity', '', 'gzip, br'])(
    '%j is none that is unpacked',
    async (encoding) => {
      const url = await answering((_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        response.end('as it is');
      });
      const { body } = await get(url);
      expect(await body.text(1000)).toBe('as it is');
    },
  );

  it.each(['gzip', ' X-GZIP '])('%j is unpacked', async (encoding) => {
    const url = await answering((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      response.end(gzipSync('as it was'));
    });
    const { body } = await get(url);
    expect(await body.text(1000)).toBe('as it was');
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
    await expect(get(url)).rejects.toThrow('connection closed');
  });

  it('that is silent where TLS begins is not waited for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const url = await listening(
      createTcpServer((socket) => {
        socket.on('error', () => {});
        // The client's first words: it is connected.
        socket.once('data', () => vi.advanceTimersByTime(60_000));
      }),
      'https',
    );
    await expect(get(url)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
});

describe('a body', () => {
  it('is read up to a length', async () => {
    const url = await answering((_request, response) => response.end('x'.repeat(1000)));
    expect((await (await get(url)).body.text(1000))?.length).toBe(1000);
    expect(await (await get(url)).body.text(999)).toBeUndefined();
  });
});
