/** What tests of servers share: servers that close themselves, and readers of their answers. */
import { onTestFinished } from 'vitest';
import catalogFile from '../../conf/catalog.json' with { type: 'json' };
import type { Catalog } from '../../src/core/models/model-card.ts';
import { type LocalServer, type RehearsalOptions, startRehearsalServer } from '../../src/rehearsal/server.ts';
import { type ScenarioServer, type ScenarioServerOptions, startScenarioServer } from './scenario-server.ts';

export const catalog = catalogFile as unknown as Catalog;
export const today = '2026-11-22';
/** Takes everything: reasons, and temperature with effort none. */
export const model = 'gpt-6.1-terra';

/** The server that users rehearse with. */
export async function rehearse(options: Partial<RehearsalOptions> = {}): Promise<LocalServer> {
  const server = await startRehearsalServer({ catalog, today: () => today, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** The same with scenarios, and a record of what it is asked. */
export async function serve(options: Partial<ScenarioServerOptions> = {}): Promise<ScenarioServer> {
  const server = await startScenarioServer({ catalog, today: () => today, ...options });
  onTestFinished(() => server.close());
  return server;
}

export interface AskOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** POST /responses with a key, without following redirects. */
export function ask(
  server: LocalServer,
  body: Record<string, unknown> | string,
  { headers, signal }: AskOptions = {},
): Promise<Response> {
  return fetch(`${server.url}/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'manual',
    ...(signal ? { signal } : {}),
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests find out.
export type Json = any;

export async function askPlain(server: LocalServer, body: Record<string, unknown>): Promise<Json> {
  return (await ask(server, body)).json();
}

/** Every event of a stream with its name; an event that is not JSON has `data` undefined. */
export async function askStream(
  server: LocalServer,
  body: Record<string, unknown>,
): Promise<{ name: string; data: Json }[]> {
  return readEvents(await (await ask(server, { ...body, stream: true })).text());
}

export function readEvents(text: string): { name: string; data: Json }[] {
  return text
    .split('\n\n')
    .filter((block) => block.trim() !== '' && !block.startsWith(':'))
    .map((block) => {
      const name = /^event: (.*)$/m.exec(block)?.[1] ?? '';
      try {
        return { name, data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!) };
      } catch {
        return { name, data: undefined };
      }
    });
}

export function textOf(response: Json): string {
  return response.output
    .filter((item: Json) => item.type === 'message')
    .flatMap((item: Json) => item.content)
    .map((part: Json) => part.text ?? '')
    .join('');
}
