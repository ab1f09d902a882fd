/** An HTTP proxy on loopback that opens tunnels, and leads every name to this machine. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { tlsFixture } from './tls-fixture.ts';

export interface ConnectProxy {
  /** `host:port` of each tunnel that was asked for. */
  targets: string[];
  /** Of the last request. */
  authorization: string | undefined;
  host: string;
  url: string;
}

export interface ConnectProxyOptions {
  /** Refuses every tunnel with this status. */
  status?: number;
  /** Speaks TLS itself. */
  secure?: boolean;
  /** Instead of an answer to CONNECT. */
  onConnect?: (socket: Socket) => void;
}

export async function startProxy({
  status,
  secure,
  onConnect,
}: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const server: Server = secure ? createTlsServer(tlsFixture) : createServer();
  const proxy: ConnectProxy = { targets: [], authorization: undefined, host: '', url: '' };
  const sockets = new Set<Socket>();
  server.on('connect', (request, stream, head) => {
    const client = stream as Socket;
    sockets.add(client);
    client.on('error', () => {});
    proxy.targets.push(request.url ?? '');
    proxy.authorization = request.headers['proxy-authorization'];
    if (onConnect) return onConnect(client.resume());
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} Refused\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(/\d+$/.exec(request.url ?? '')?.[0]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  proxy.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.url = `${secure ? 'https' : 'http'}://${proxy.host}`;
  return proxy;
}
