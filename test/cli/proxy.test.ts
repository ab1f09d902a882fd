/** A command through a proxy: a process of its own, since Node reads NODE_EXTRA_CA_CERTS when it starts. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { orchInProcess } from '../helpers/cli.ts';
import { startProxy } from '../helpers/connect-proxy.ts';
import { folder, key, livingModels, orch } from '../helpers/orch.ts';
import { certificatePath, tlsFixture } from '../helpers/tls-fixture.ts';

async function start() {
  const server = createServer(tlsFixture, (request, response) => {
    request.resume();
    response.end(JSON.stringify({ status: 'completed', output_text: 'Yes.' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const host = `orch.test:${(server.address() as AddressInfo).port}`;
  const env = {
    OPENAI_BASE_URL: `https://${host}/v1`,
    OPENAI_API_KEY: key,
    ORCH_CONF: livingModels(),
  };
  return { host, env };
}

it('a command reaches an https server through the proxy, with the certificates that Node was given, whatever proxy a repository names', async () => {
  const { host, env } = await start();
  const proxy = await startProxy();
  const unused = await startProxy();
  const cwd = folder({
    '.env': `https_proxy=${unused.url}\nHTTPS_PROXY=${unused.url}\nNO_PROXY=orch.test\n`,
  });
  const { status, stdout, stderr } = await orch(['run', 'docs', 'Why?'], {
    cwd,
    env: { ...env, NODE_EXTRA_CA_CERTS: certificatePath, HTTPS_PROXY: proxy.url },
  });
  expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: 'Yes.\n' });
  expect(new Set(proxy.targets)).toEqual(new Set([host]));
  expect(unused.targets).toEqual([]);
});

it('a command that the proxy refuses says so, and does not show its password', async () => {
  const { host, env } = await start();
  const proxy = await startProxy({ status: 407 });
  vi.stubEnv('HTTPS_PROXY', proxy.url.replace('//', '//me:hunter2@'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const { status, stdout, stderr } = await orchInProcess(['run', 'docs', 'Why?'], { env });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(
    `the proxy ${proxy.url} (HTTPS_PROXY) refused the connection to ${host} with status 407`,
  );
  expect(stderr).not.toContain('hunter2');
});
