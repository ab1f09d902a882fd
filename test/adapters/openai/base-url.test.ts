/** Addresses that are wrong or strange: each ends in an answer, or in a message that says what to do. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { APIConnectionError } from 'openai';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureFrom } from '../../../src/adapters/openai/failure.ts';
import { openAiModelLister } from '../../../src/adapters/openai/models.ts';
import { openAiProvider } from '../../../src/adapters/openai/provider.ts';
import type { ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import { redactor } from '../../../src/core/errors/redact.ts';
import { retryAfterMs } from '../../../src/core/errors/retry-after.ts';
import type { GenerateOptions, GenerateResult } from '../../../src/engine/ports.ts';
import { readEnvironment } from '../../helpers/environment.ts';
import { question } from '../../helpers/question.ts';
import { tlsFixture } from '../../helpers/tls-fixture.ts';
import { serve } from '../../rehearsal/bench.ts';

const key = 'sk-proj-0123456789abcdefSECRET';

function ask(
  baseUrl: string,
  options: Partial<GenerateOptions> & { organization?: string; stream?: boolean } = {},
): Promise<GenerateResult> {
  const { organization, stream = true, ...limits } = options;
  const provider = openAiProvider({
    apiKey: key,
    baseUrl,
    organization,
    project: undefined,
    redact: redactor([key]),
  });
  return provider.generate(
    { ...question, stream },
    { signal: new AbortController().signal, firstEventMs: 5000, idleMs: 5000, totalMs: 5000, ...limits },
  );
}

async function failureOf(promise: Promise<unknown>): Promise<ProviderFailure> {
  return promise.then(
    () => {
      throw new Error('it went well');
    },
    (reason) => reason,
  );
}

async function listen(
  server: Server | ReturnType<typeof createTcpServer>,
  host = '127.0.0.1',
): Promise<number> {
  await new Promise<void>((fulfil, reject) => {
    server.once('error', reject);
    server.listen(0, host, fulfil);
  });
  onTestFinished(() => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** After its headers were read, which is another way than with them. */
async function endLater(response: ServerResponse, body: string): Promise<void> {
  response.flushHeaders();
  for (let turn = 0; turn < 20; turn++) await new Promise((fulfil) => setImmediate(fulfil));
  response.end(body);
}

const final = {
  id: 'resp_1',
  status: 'completed',
  model: 'gpt-6.1-terra',
  output: [{ type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }],
};
const sayYes: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(final));
};

describe('a base URL', () => {
  it('may end in a slash', async () => {
    const server = await serve({ answer: { kind: 'text', text: 'Yes.' } });
    expect((await ask(`${server.url}/`)).text).toBe('Yes.');
    expect(server.requests[0]?.path).toBe('/v1/responses');
  });

  it('without /v1 gets a hint', async () => {
    const server = await serve();
    const failure = await failureOf(ask(server.url.replace('/v1', '')));
    expect(failure.failureClass).toBe('wrong-endpoint');
    expect(failure.details.hint).toContain('it ends in /v1');
  });

  it.each([200, 403, 404])(
    'that leads to a web page with %s is reported without the page',
    async (status) => {
      const server = await serve({ answer: { kind: 'html', status } });
      const failure = await failureOf(ask(server.url));
      expect(failure.failureClass).toBe('wrong-endpoint');
      expect(failure.message).toBe('the server answered with a web page');
      expect(failure.details.hint).toContain('OPENAI_BASE_URL');
    },
  );

  it('that leads to a web page with 502 is tried again', async () => {
    const server = await serve({ answer: { kind: 'html', status: 502 } });
    expect((await failureOf(ask(server.url))).failureClass).toBe('server-error');
  });

  it('that leads to a web page without a content type is reported, too', async () => {
    const page = createServer((request, response) => {
      request.resume();
      response.end('\n<!doctype html><p>data: {}</p>');
    });
    expect((await failureOf(ask(`http://127.0.0.1:${await listen(page)}/v1`))).failureClass).toBe(
      'wrong-endpoint',
    );
  });

  it.each([301, 302, 307, 308])(
    'that redirects with %s leads nowhere: key and code stay here',
    async (status) => {
      const elsewhere = await serve({ answer: { kind: 'text', text: 'Yes.' } });
      const server = await serve({
        answer: { kind: 'redirect', status, location: `${elsewhere.url}/responses?token=${key}` },
      });
      const failure = await failureOf(ask(server.url));
      expect(elsewhere.requests).toEqual([]);
      expect(failure.failureClass).toBe('wrong-endpoint');
      expect(failure.message).toContain(`redirects to ${new URL(elsewhere.url).origin},`);
      expect(failure.message).not.toContain('token');
      expect(failure.details.hint).toContain('OPENAI_BASE_URL');
    },
  );

  it('may be an IPv6 address', async (test) => {
    const server = createServer(sayYes);
    const port = await listen(server, '::1').catch(() => test.skip('no IPv6 here'));
    expect((await ask(`http://[::1]:${port}/v1`)).text).toBe('Yes.');
  });

  it('with a self-signed certificate stops at once, with a hint', async () => {
    const port = await listen(createTlsServer(tlsFixture, sayYes));
    const failure = await failureOf(ask(`https://127.0.0.1:${port}/v1`));
    expect(failure.recovery).toBe('stop');
    expect(failure.message).toContain('self-signed certificate: name its authority in NODE_EXTRA_CA_CERTS');
    expect(failure.details.hint).toContain('OPENAI_BASE_URL');
  });

  it('with https for a server that speaks http stops at once', async () => {
    const port = await listen(createServer(sayYes));
    const failure = await failureOf(ask(`https://127.0.0.1:${port}/v1`));
    expect(failure.recovery).toBe('stop');
    expect(failure.details.hint).toContain('http:// or https://');
  });

  it('of a server that speaks something else stops at once', async () => {
    const other = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('220 mail.example ESMTP\r\n');
    });
    const failure = await failureOf(ask(`http://127.0.0.1:${await listen(other)}/v1`));
    expect(failure.recovery).toBe('stop');
    expect(failure.message).toContain('does not speak HTTP');
  });

  it.each(['600', '999'])('of a server with the status %s is an error of the server', async (status) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(`HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\n{}`));
    });
    const failure = await failureOf(ask(`http://127.0.0.1:${await listen(server)}/v1`));
    expect(failure.failureClass).toBe('server-error');
    expect(failure.message).toMatch(/invalid HTTP status \d+/);
  });

  it('with a password in it is refused before anything is sent, and not repeated', () => {
    const variables = { OPENAI_BASE_URL: 'https://me:hunter2@127.0.0.1/v1' };
    expect(() => readEnvironment({ process: variables })).toThrow(
      /OPENAI_BASE_URL.*user name or a password/s,
    );
    expect(() => readEnvironment({ process: variables })).not.toThrow(/hunter2/);
  });
});

describe('a name that cannot be looked up', () => {
  it.each(['ENOTFOUND', 'EAI_AGAIN'])('is a failed connection: %s', (code) => {
    const cause = Object.assign(new Error(`getaddrinfo ${code} h`), { code });
    const context = { redact: redactor([]), now: 0, host: 'h', begun: false };
    const failure = failureFrom(new APIConnectionError({ cause }), context);
    expect(failure).toMatchObject({ failureClass: 'connection', recovery: 'retry', code: 'offline' });
    expect(failure.message).toMatch(/cannot reach h: host name/);
  });
});

describe('silence that the network layer notices first', () => {
  it.each([
    [false, 'first-event-timeout'],
    [true, 'idle-timeout'],
  ])('is not tried again on that route (begun: %s)', (begun, expected) => {
    const cause = Object.assign(new Error('late'), { code: 'ETIMEDOUT' });
    const error = new APIConnectionError({ cause });
    const failure = failureFrom(error, { redact: redactor([]), now: 0, host: 'h', begun });
    expect(failure).toMatchObject({ failureClass: expected, recovery: 'next-model' });
  });
});

describe('a body', () => {
  it.each([
    ['gzip', true],
    ['gzip', false],
    ['br', true],
    ['deflate', true],
  ])('that %s cannot unpack is broken (stream: %s)', async (encoding, stream) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      void endLater(response, JSON.stringify(final));
    });
    const failure = await failureOf(ask(`http://127.0.0.1:${await listen(server)}/v1`, { stream }));
    expect(failure.failureClass).toBe('malformed-answer');
    expect(failure.message).toContain('cannot be unpacked');
  });

  it('of a list of models that cannot be unpacked is broken', async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      void endLater(response, '{"data": []}');
    });
    const baseUrl = `http://127.0.0.1:${await listen(server)}/v1`;
    const settings = { apiKey: key, baseUrl, organization: undefined, project: undefined };
    const lister = openAiModelLister(settings, redactor([key]));
    const listed = lister.list({ signal: new AbortController().signal, limitMs: 60_000 });
    expect((await failureOf(listed)).failureClass).toBe('malformed-answer');
  });

  it('of a list of models that never ends is not read to its end', async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.on('error', () => {});
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const baseUrl = `http://127.0.0.1:${await listen(server)}/v1`;
    const settings = { apiKey: key, baseUrl, organization: undefined, project: undefined };
    const lister = openAiModelLister(settings, redactor([key]));
    const listed = lister.list({ signal: new AbortController().signal, limitMs: 60_000 });
    const { failureClass, message } = await failureOf(listed);
    expect([failureClass, message]).toEqual([
      'malformed-answer',
      expect.stringContaining('more than any list'),
    ]);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('may be packed with %s', async (encoding, pack) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      response.end(pack(JSON.stringify(final)));
    });
    expect((await ask(`http://127.0.0.1:${await listen(server)}/v1`)).text).toBe('Yes.');
  });

  it('of an error that never ends is read as far as it matters', async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.on('error', () => {});
      response.writeHead(500, { 'content-type': 'text/plain' });
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const failure = await failureOf(ask(`http://127.0.0.1:${await listen(server)}/v1`));
    expect(failure.failureClass).toBe('server-error');
    expect(failure.message.length).toBeLessThan(600);
  });

  it.each([
    ['a detail', { detail: 'no such thing' }],
    ['a message', { message: 'no such thing', code: 7 }],
    ['an error that is a text', { error: 'no such thing' }],
  ])('of an error may be wrapped as %s', async (_, body) => {
    const answer = { kind: 'raw', status: 400, body: JSON.stringify(body) } as const;
    const failure = await failureOf(ask((await serve({ answer })).url));
    expect(failure.failureClass).toBe('bad-request');
    expect(failure.message).toBe('400: no such thing');
  });
});

describe('a wall clock that is set', () => {
  it.each([
    ['forward', 3_600_000],
    ['back', -3_600_000],
  ])('%s during a call changes nothing', async (_, jump) => {
    const now = Date.now;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + (jumped ? jump : 0));
    onTestFinished(() => clock.mockRestore());
    let jumped = false;
    const server = await serve({ answer: { kind: 'text', text: 'one two three', chunks: 3 } });
    server.onRequest(() => {
      jumped = true;
    });
    const { text, firstEventMs } = await ask(server.url);
    expect(text).toBe('one two three');
    expect(Math.abs(firstEventMs)).toBeLessThan(Math.abs(jump));
    expect(firstEventMs).toBeGreaterThanOrEqual(0);
    server.answerWith({ kind: 'hang', after: 1 });
    jumped = false;
    expect((await failureOf(ask(server.url, { idleMs: 80 }))).failureClass).toBe('idle-timeout');
  });

  it('does not change how long a date of the provider is away', () => {
    const headers: Record<string, string> = {
      date: 'Sun, 22 Nov 2026 10:00:00 GMT',
      'retry-after': 'Sun, 22 Nov 2026 10:00:05 GMT',
    };
    for (const now of [0, Date.parse('2026-11-22T10:00:00Z'), Date.parse('2030-01-01')])
      expect(retryAfterMs((name) => headers[name], '', now)).toBe(5000);
  });
});

describe('a secret', () => {
  it('in a custom header is not shown where a server repeats it or where it cannot be sent', async () => {
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-gateway: Token topsecret-0123456789');
    onTestFinished(() => void vi.unstubAllEnvs());
    const message = 'no: topsecret-0123456789, that is dG9wc2VjcmV0LTAxMjM0NTY3ODk=';
    const server = await serve({ answer: { kind: 'error', status: 400, message } });
    const { message: shown } = await failureOf(ask(server.url));
    expect(shown).toMatch(/^400: no:.*\[redacted\], that is/);
    expect(shown).not.toMatch(/topsecret|0123|dG9w/);
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-gateway: top\u0001secret-0123456789');
    const failure = await failureOf(ask(server.url));
    expect([failure.failureClass, failure.message]).toEqual([
      'bad-request',
      expect.not.stringContaining('secret'),
    ]);
  });

  it('in a header that cannot be sent is not in the message', async () => {
    const server = await serve();
    const failure = await failureOf(ask(server.url, { organization: `org\n${key}` }));
    expect(server.requests).toEqual([]);
    expect(failure.recovery).toBe('stop');
    expect(`${failure.message} ${failure.details.hint}`).toMatch(/header.*OPENAI_ORG_ID/);
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('SECRET');
  });

  it('that a server gives as its name is not in the result', async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.end(JSON.stringify({ ...final, id: key, model: key, service_tier: key }));
    });
    const result = await ask(`http://127.0.0.1:${await listen(server)}/v1`);
    expect(result).toMatchObject({ text: 'Yes.', servedModel: '[redacted]' });
    expect(JSON.stringify(result)).not.toContain(key);
  });

  it('that is cut off by the length of a message is not in it', async () => {
    const opaque = 'abcdef0123456789abcdef0123456789';
    const message = `${'x'.repeat(480)}${opaque}`;
    expect(redactor([opaque])(message.slice(0, 500))).toBe(`${'x'.repeat(480)}[redacted]`);
    expect(redactor([opaque])('nothing here')).toBe('nothing here');
  });

  it('in the code of an error is not in the message', async () => {
    const answer = { kind: 'error', status: 400, message: 'No', code: key } as const;
    const failure = await failureOf(ask((await serve({ answer })).url));
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('SECRET');
  });
});
