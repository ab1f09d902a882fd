/** Requests through the proxies of the environment. The proxies lead the name orch.test to this machine. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import type { GenerateOptions } from '../../../src/engine/ports.ts';
import { startProxy } from '../../helpers/connect-proxy.ts';
import { askQuestion } from '../../helpers/question.ts';
import { serve } from '../../rehearsal/bench.ts';

function setVariables(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** A server, and the URL at which only a proxy finds it. */
async function hiddenServer() {
  const server = await serve({ answer: { kind: 'text', text: 'Yes.' } });
  return { server, url: server.url.replace('127.0.0.1', 'orch.test') };
}

async function failureOf(url: string, options?: Partial<GenerateOptions>): Promise<ProviderFailure> {
  const reason = await askQuestion(url, options).catch((error: unknown) => error);
  expect(reason).toBeInstanceOf(ProviderFailure);
  return reason as ProviderFailure;
}

describe('a proxy', () => {
  it.each(['HTTP_PROXY', 'http_proxy'])('of %s is used for another host', async (variable) => {
    const { server, url } = await hiddenServer();
    const proxy = await startProxy();
    setVariables({ [variable]: proxy.url });
    expect((await askQuestion(url)).text).toBe('Yes.');
    expect(proxy.targets).toEqual([new URL(url).host]);
    expect(server.requests).toHaveLength(1);
  });

  it('may be named with a path, which a proxy does not have', async () => {
    const { url } = await hiddenServer();
    const proxy = await startProxy();
    setVariables({ HTTP_PROXY: `${proxy.url}/some/path?x=1#y` });
    expect((await askQuestion(url)).text).toBe('Yes.');
    expect(proxy.targets).toEqual([new URL(url).host]);
  });

  it('may be named without http://, and is then sent its user name and password', async () => {
    const { url } = await hiddenServer();
    const proxy = await startProxy();
    setVariables({ HTTP_PROXY: `me:p%40ss@${proxy.host}` });
    expect((await askQuestion(url)).text).toBe('Yes.');
    expect(proxy.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it('that spoils every tunnel is given up, and named', async () => {
    let tunnels = 0;
    const proxy = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        tunnels++;
        socket.end('HTTP/1.1 200 OK\r\n\r\nGARBAGE\r\n\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    setVariables({ HTTP_PROXY: `http://127.0.0.1:${port}` });
    // All of it happens within one second, however slow this machine is.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    onTestFinished(() => clock.mockRestore());
    const failure = await failureOf('http://orch.test/v1');
    expect(failure).toMatchObject({ failureClass: 'wrong-endpoint', code: 'offline' });
    expect(failure.message).toContain(`127.0.0.1:${port}`);
    expect(tunnels).toBeLessThanOrEqual(200);
  });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '[::ffff:127.0.0.1]', '[::1]'])(
    'is never used for %s',
    async (host) => {
      const proxy = await startProxy();
      setVariables({ HTTP_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: 'elsewhere.test' });
      const server = createServer((_, response) => {
        response.end(JSON.stringify({ status: 'completed', output_text: 'Yes.' }));
      });
      const address = host === 'localhost' ? 'localhost' : host.replace(/[[\]]|::ffff:/g, '');
      server.listen(0, address);
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo;
      expect((await askQuestion(`http://${host}:${port}/v1`)).text).toBe('Yes.');
      expect(proxy.targets).toEqual([]);
    },
  );

  it.each(['NO_PROXY', 'no_proxy'])('is not used for a host of %s', async (variable) => {
    const { server } = await hiddenServer();
    const proxy = await startProxy();
    // Not a loopback address by its number, but it leads to this machine.
    setVariables({ HTTP_PROXY: proxy.url, [variable]: 'elsewhere.test,0.0.0.0' });
    expect((await askQuestion(server.url.replace('127.0.0.1', '0.0.0.0'))).text).toBe('Yes.');
    expect(proxy.targets).toEqual([]);
  });
});

describe('a failing proxy', () => {
  it.each([
    [407, 'stop', /put the user name and password into HTTP_PROXY, before the host: USER:PASSWORD@127/],
    [403, 'stop', /allow orch\.test:\d+ in the proxy, or add the host to NO_PROXY/],
    [502, 'retry', /check OPENAI_BASE_URL and the proxy/],
  ])('that refuses with %d is named, with a hint', async (status, recovery, hint) => {
    const { url } = await hiddenServer();
    const proxy = await startProxy({ status });
    setVariables({ HTTP_PROXY: proxy.url });
    const failure = await failureOf(url);
    expect(failure.message).toBe(
      `the proxy http://${proxy.host} (HTTP_PROXY) refused the connection to ${new URL(url).host} with status ${status}`,
    );
    expect([failure.recovery, failure.code]).toEqual([recovery, 'offline']);
    expect(failure.details.hint).toMatch(hint);
  });

  it('that refuses the password is named without it', async () => {
    const { url } = await hiddenServer();
    const proxy = await startProxy({ status: 407 });
    setVariables({ HTTP_PROXY: `http://me:hunter2@${proxy.host}` });
    const failure = await failureOf(url);
    expect(failure.details.hint).toBe('check the user name and password in HTTP_PROXY');
    expect(`${failure.message} ${JSON.stringify(failure.details)}`).not.toContain('hunter2');
  });

  it('where nothing listens is named', async () => {
    const { url } = await hiddenServer();
    setVariables({ HTTP_PROXY: 'http://127.0.0.1:9' });
    const failure = await failureOf(url);
    expect(failure.message).toBe(
      'cannot reach the proxy http://127.0.0.1:9 (HTTP_PROXY): connection refused',
    );
    expect([failure.failureClass, failure.code]).toEqual(['connection', 'offline']);
    expect(failure.details.hint).toContain('check the network and HTTP_PROXY');
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['closes the connection', (socket) => socket.destroy(), 'connection'],
    ['speaks something else', (socket) => socket.end('220 mail.example ESMTP\r\n'), 'wrong-endpoint'],
  ])('that %s is named', async (_, onConnect, failureClass) => {
    const { url } = await hiddenServer();
    const proxy = await startProxy({ onConnect });
    setVariables({ HTTP_PROXY: proxy.url });
    const failure = await failureOf(url);
    expect(failure.failureClass).toBe(failureClass);
    expect(failure.message).toContain(`the proxy http://${proxy.host} (HTTP_PROXY)`);
  });

  it('with a self-signed certificate is named', async () => {
    const { url } = await hiddenServer();
    const proxy = await startProxy({ secure: true });
    setVariables({ HTTP_PROXY: proxy.url });
    const failure = await failureOf(url);
    expect(failure.recovery).toBe('stop');
    expect(failure.message).toContain(`the proxy https://${proxy.host} (HTTP_PROXY): self-signed`);
    expect(failure.message).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('that does not speak TLS is named', async () => {
    const { url } = await hiddenServer();
    const proxy = await startProxy();
    setVariables({ HTTP_PROXY: `https://${proxy.host}` });
    const failure = await failureOf(url);
    expect(failure.message).toContain(`the proxy https://${proxy.host} (HTTP_PROXY) does not speak TLS`);
  });

  it('that is silent is left when the call is aborted', async () => {
    const { url } = await hiddenServer();
    const abort = new AbortController();
    let ended: Promise<unknown> | undefined;
    const proxy = await startProxy({
      onConnect: (socket) => {
        ended = once(socket, 'end');
        abort.abort();
      },
    });
    setVariables({ HTTP_PROXY: proxy.url });
    expect((await failureOf(url, { signal: abort.signal })).failureClass).toBe('cancelled');
    await ended;
  });

  it('is named where TLS with the server behind it fails', async () => {
    const proxy = await startProxy();
    setVariables({ HTTPS_PROXY: proxy.url });
    const plain = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    onTestFinished(() => void plain.close());
    const host = `orch.test:${(plain.address() as AddressInfo).port}`;
    const failure = await failureOf(`https://${host}/v1`);
    expect(failure.message).toMatch(
      new RegExp(`^${host} through the proxy http://${proxy.host} \\(HTTPS_PROXY\\) does not speak TLS`),
    );
  });
});

describe('a variable that names no proxy', () => {
  it.each(['http://', 'http://me:hunter2@:x', 'socks5://me:hunter2@127.0.0.1:1080', 'http://%zz:hunter2@h'])(
    'is an error that says what to do, and does not repeat it: %s',
    async (value) => {
      setVariables({ HTTPS_PROXY: value });
      const failure = await failureOf('https://orch.test/v1');
      expect(failure.message).toBe('HTTPS_PROXY is not the URL of an HTTP proxy');
      expect([failure.recovery, failure.code]).toEqual(['stop', 'invalid-environment']);
      expect(failure.details.hint).toContain('http://proxy.example:3128');
    },
  );

  it('does not matter on loopback', async () => {
    const { server } = await hiddenServer();
    setVariables({ HTTPS_PROXY: 'nonsense://', HTTP_PROXY: ' ' });
    expect((await askQuestion(server.url)).text).toBe('Yes.');
  });
});
