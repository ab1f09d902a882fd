/** An OpenTelemetry collector on 127.0.0.1, and what it was sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  /** Without compression. */
  body: Buffer;
}

export interface Collector {
  url: string;
  received: Received[];
  /** Resolves when a connection has ended. */
  connectionOver: Promise<void>;
}

export async function collector(
  answer: (response: ServerResponse) => void = (response) => response.end(),
): Promise<Collector> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    received.push({ path: request.url ?? '', headers: request.headers, body });
    response.setHeader('content-type', request.headers['content-type'] ?? '');
    answer(response);
  });
  const connectionOver = new Promise<void>((resolve) => {
    server.on('connection', (socket) => socket.once('close', () => resolve()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, connectionOver };
}

interface Value {
  stringValue?: string;
  intValue?: number;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: Value[] };
}

/** The attributes of OTLP's JSON form as an object. */
export function attributesOf(list: readonly { key: string; value: Value }[]): Record<string, unknown> {
  const plain = (value: Value): unknown =>
    value.arrayValue ? value.arrayValue.values.map(plain) : Object.values(value)[0];
  return Object.fromEntries(list.map(({ key, value }) => [key, plain(value)]));
}
