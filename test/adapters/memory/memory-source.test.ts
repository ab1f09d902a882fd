import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/adapters/memory/memory-source.ts';
import { type MemorySettings, memoryServer } from '../../../src/adapters/memory/presets.ts';

const base = mkdtempSync(join(tmpdir(), 'orch-memory-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const folder = () => mkdtempSync(join(base, 'in-'));

const script = fileURLToPath(new URL('server.mjs', import.meta.url));
const signal = new AbortController().signal;

function ask(
  how: string,
  settings: MemorySettings = {},
  more: { record?: string; signal?: AbortSignal } = {},
) {
  const source = memorySource(
    {
      command: process.execPath,
      args: [script, how, more.record ?? ''],
      tool: 'memory_search',
      ...settings,
    },
    folder(),
  );
  return source.search('retry policy', { limit: 5, signal: more.signal ?? signal });
}

describe('a memory server', () => {
  it.each(['plainly', 'noisy', 'structured'])('answers %s', async (how) => {
    expect(await ask(how)).toEqual({
      memories: [
        { id: '7', text: 'Retries use jitter.', score: 0.9, tags: ['http'] },
        { id: 'b', text: 'Three tries at most.', score: 0.5, tags: [] },
      ],
      warnings: [],
    });
  });

  it('that has started something which outlives it leaves no open pipe, which would keep orch from ending', async () => {
    const pipes = () => process.getActiveResourcesInfo().filter((kind) => /pipe/i.test(kind)).length;
    const before = pipes();
    expect((await ask('outlived')).memories).toHaveLength(2);
    expect(pipes()).toBeLessThanOrEqual(before);
  });

  it('is asked with the configured tool alone, without the key, away from the project', async () => {
    const record = join(folder(), 'calls');
    process.env.OPENAI_API_KEY = 'sk-never';
    try {
      await ask('plainly', {}, { record });
    } finally {
      delete process.env.OPENAI_API_KEY;
    }
    const calls = readFileSync(record, 'utf8').trim().split('\n');
    expect(calls.filter((call) => call.startsWith('tools/call'))).toEqual([
      `tools/call {"name":"memory_search","arguments":{"query":"retry policy","top_k":5}} no key ${homedir()}`,
    ]);
    expect(calls.join()).not.toContain('sk-never');
  });

  it('that answers with a text has one memory, with nothing none', async () => {
    expect(await ask('plain')).toMatchObject({ memories: [{ text: 'We deploy on Mondays.' }], warnings: [] });
    expect(await ask('empty')).toEqual({ memories: [], warnings: [] });
  });

  it.each([
    ['fails', {}, /^no memories: \S+ says: no .*embedder$/],
    ['dies', {}, /^no memories: \S+ says: /],
    ['odd', { timeoutMs: 700 }, /says: nothing within 0\.7 s$/],
    ['hangs', { timeoutMs: 700 }, /says: nothing within 0\.7 s$/],
    ['silent', { timeoutMs: 300 }, /says: nothing within 0\.3 s$/],
    // It is killed for a line without an end, long before its time is over.
    ['flood', { timeoutMs: 60_000 }, /says: (?!nothing within)/],
    ['plainly', { tool: 'other' }, /says: it has no tool other$/],
    [
      'plainly',
      { tool: 'cipher_bash' },
      /^retrieval\.memory: cipher_bash runs commands and is never called$/,
    ],
    ['plainly', { command: '/nowhere/cipher' }, /^no memories: \/nowhere\/cipher says: /],
    [
      'plainly',
      { command: 'no-such-server' },
      /was not found: no-such-server is not installed, or not on the PATH$/,
    ],
  ])('that %s with %j is a warning', async (how, settings, message) => {
    const { memories, warnings } = await ask(how, settings);
    expect(memories).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(message)]);
    expect(warnings[0]).not.toContain('\u001b');
  });

  it.skipIf(process.platform === 'win32').each([
    ['an MCP server', {}],
    ['a command', { preset: 'byterover', tool: undefined }],
  ] as const)('%s that is started through another program does not outlive it', async (_, settings) => {
    const controller = new AbortController();
    const connected = createServer();
    await once(connected.listen(0, '127.0.0.1'), 'listening');
    const { port } = connected.address() as AddressInfo;
    // It is alive for as long as the connection is.
    const connect = `require("node:net").connect(${port}, "127.0.0.1")`;
    const args = ['-c', '"$0" -e "$1" & wait', process.execPath, connect];
    const more = { command: '/bin/sh', args, timeoutMs: 60_000, ...settings };
    const search = ask('', more, { signal: controller.signal });
    search.catch(() => {});
    const [socket] = (await once(connected, 'connection')) as [Socket];
    const over = once(
      socket.on('error', () => {}),
      'close',
    );
    controller.abort();
    await expect(search).rejects.toThrow();
    socket.resume();
    await over;
    connected.close();
  });

  it('is given up at once when the call is', async () => {
    const controller = new AbortController();
    const search = ask('silent', { timeoutMs: 60_000 }, { signal: controller.signal });
    controller.abort();
    await expect(search).rejects.toThrow();
  });
});

describe.skipIf(process.platform === 'win32')('a command that answers with JSON', () => {
  const command = (body: string) => {
    const path = join(folder(), 'brv');
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const search = (path: string, query = 'retry policy', settings: MemorySettings = {}) => {
    const settled = { preset: 'byterover', command: path, ...settings } as const;
    return memorySource(settled, folder()).search(query, {
      limit: 3,
      signal,
    });
  };

  it('is asked in the project, with the query as one argument', async () => {
    const path = command(
      `printf '{"success": true, "data": {"results": [{"path": "auth/retry.md", "title": "Retry", "score": 2, "excerpt": "%s|%s|%s"}]}}' "$#" "$2" "$6"; pwd > "$0.cwd"`,
    );
    expect(await search(path, '--help; $(touch x)')).toEqual({
      memories: [{ id: 'auth/retry.md', text: 'Retry\n6|help; $(touch x)|3', score: 2, tags: [] }],
      warnings: [],
    });
    const ranIn = readFileSync(`${path}.cwd`, 'utf8').trim();
    expect(ranIn).not.toBe(homedir());
    expect(existsSync(join(ranIn, 'x'))).toBe(false);
  });

  it('is not given the key, and may have nothing to say', async () => {
    const path = command('env >"$0.env"');
    process.env.OPENAI_API_KEY = 'sk-never';
    try {
      expect(await search(path)).toEqual({ memories: [], warnings: [] });
    } finally {
      delete process.env.OPENAI_API_KEY;
    }
    const variables = readFileSync(`${path}.env`, 'utf8');
    expect(variables).toMatch(/^PATH=/m);
    expect(variables).not.toContain('sk-never');
  });

  it.each([
    ['exit 4', 'it ended with status 4'],
    ['sleep 60', 'nothing within 0.3 s'],
    [`printf '{"success": false, "data": {"error": "no project", "status": "error"}}'; exit 1`, 'no project'],
    ['yes', 'more than 8 MB'],
  ])('that does %j is a warning', async (body, reason) => {
    const { memories, warnings } = await search(command(body), 'x', {
      timeoutMs: body === 'sleep 60' ? 300 : 30_000,
    });
    expect(memories).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(`says: ${reason}$`)]);
  });
});

it('a configuration that names no server is a warning', async () => {
  const { warnings } = await memorySource({ args: ['x'] }, '/').search('q', { limit: 1, signal });
  expect(warnings).toEqual(['retrieval.memory names no server: set its preset, or its command and tool']);
});

it('what is configured beside a preset wins', () => {
  const env = { MCP_SERVER_MODE: 'default' };
  const given = { command: 'my-cipher', args: ['x'], env, tool: 'find', timeoutMs: 100 };
  expect(memoryServer({ preset: 'cipher', ...given })).toEqual({ ...given, inProject: false });
  expect(memoryServer({ preset: 'byterover' })).toMatchObject({ command: 'brv', tool: undefined });
});
