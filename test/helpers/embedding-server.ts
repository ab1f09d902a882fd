/** Vectors for texts over HTTP, on 127.0.0.1: those that share words are near each other. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { termsOf } from '../../src/core/retrieve/tokens.ts';
import { readJson } from '../../src/rehearsal/server.ts';

export interface EmbeddingServer {
  /** Base URL, ending in /v1. */
  url: string;
  requests: { model: string; input: string[]; dimensions: number; encoding_format: string }[];
  /** Answers the request of this number, from 0, in the place of the server where it returns true. */
  fault: ((number: number, response: ServerResponse) => boolean) | undefined;
  /** As lists of numbers, whatever was asked for. */
  asNumbers: boolean;
}

export async function startEmbeddings(): Promise<EmbeddingServer> {
  const started: EmbeddingServer = { url: '', requests: [], fault: undefined, asNumbers: false };
  const server = createServer(async (request, response) => {
    const body = (await readJson(request)) as EmbeddingServer['requests'][number] | undefined;
    const number = started.requests.push(body!) - 1;
    if (started.fault?.(number, response)) return;
    const { model, input, dimensions } = body!;
    const data = input.map((text, index) => {
      const vector = vectorOf(text, dimensions);
      const embedding = started.asNumbers ? [...vector] : Buffer.from(vector.buffer).toString('base64');
      return { object: 'embedding', index, embedding };
    });
    // In no order that could be relied on.
    data.reverse();
    const tokens = input.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  started.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return started;
}

export function refuse(response: ServerResponse, status: number, error: object, headers = {}): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error }));
  return true;
}

export function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const term of termsOf(text)) {
    let hash = 0x811c9dc5;
    for (let at = 0; at < term.length; at++) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
    vector[(hash >>> 1) % dimensions]! += hash & 1 ? 1 : -1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
