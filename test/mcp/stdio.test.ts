/** The process on its pipes: what is on standard output, and when it ends. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Conversation, distIndex, greeted, initialize, rawServer, serve } from '../helpers/mcp.ts';
import { connectedInProcess, greetedInProcess } from '../helpers/mcp-in-process.ts';
import { folder, provider } from '../helpers/orch.ts';

const forms: [string, readonly string[]][] = [
  ['orch serve --stdio', serve],
  ['node dist/index.js', distIndex],
];
const posix = process.platform !== 'win32';

const toolCall = (id: number, input = 'x') => ({
  id,
  method: 'tools/call',
  params: { name: 'delegate.docs', arguments: { input } },
});

function expectJsonRpcAlone({ lines }: Conversation): void {
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
}

describe.each(forms)('%s', (_name, args) => {
  it('puts JSON-RPC on standard output and nothing else', async () => {
    // A .env and a rehearsal: both are known to print.
    const cwd = folder({ '.env': 'ORCH_LOG_LEVEL=debug\n' });
    const server = await greeted({ args, cwd, env: { ORCH_REHEARSE: '1' } });
    server.send({ id: 1, method: 'tools/list' });
    server.send(toolCall(2));
    server.send({ id: 3, method: 'ping' });
    expect((await server.answer(2)).result.structuredContent.result).toMatch(/^# /);
    await Promise.all([server.answer(1), server.answer(3)]);
    server.child.stdin.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expectJsonRpcAlone(server);
  });
});

describe('the process', () => {
  it('ends with its input', async () => {
    const fresh = rawServer();
    fresh.child.stdin.end();
    expect(await fresh.ended).toEqual({ code: 0, signal: null });
    expect(fresh.lines).toEqual([]);
  });

  // Calls under way, and the other signals: interrupt.test.ts.
  it.runIf(posix)('ends with SIGTERM', async () => {
    const server = await greeted();
    server.child.kill('SIGTERM');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expectJsonRpcAlone(server);
  });
});

describe('the server', () => {
  it('lives through garbage', async () => {
    const server = await connectedInProcess({ env: { ORCH_REHEARSE: '1' } });
    server.write('garbage\n{"half": \n[]\n42\nnull\n\n{"jsonrpc":"1.0","id":9}\n\u0000\u0001\n');
    // As newer clients begin.
    server.send({ id: 'discover', method: 'server/discover', params: {} });
    expect(await server.answer('discover')).toMatchObject({ error: { code: expect.any(Number) } });
    server.send(initialize);
    expect((await server.answer('init')).result).toMatchObject({
      serverInfo: { name: 'orch' },
      protocolVersion: '2025-06-18',
    });
    server.write('{"jsonrpc":"2.0","method":"no/such"}\n');
    server.send({ id: 1, method: 'no/such' });
    expect((await server.answer(1)).error.code).toBe(-32601);
    server.send(toolCall(2));
    expect((await server.answer(2)).result.isError).toBeFalsy();
    expectJsonRpcAlone(server);
  });

  it.each<[string, string, object]>([
    ['no JSON', '{"half": ', { error: { code: -32700 } }],
    ['no message', '42', { error: { code: -32600 } }],
    ['an empty batch', '[]', { error: { code: -32600 } }],
    ['another protocol', '{"id":9,"method":"ping"}', { id: 9, error: { code: -32600 } }],
    ['no method', '{"jsonrpc":"2.0","id":9}', { id: 9, error: { code: -32600 } }],
    ['no parameters', '{"jsonrpc":"2.0","id":9,"method":"tools/call"}', { id: 9, error: { code: -32602 } }],
    [
      'arguments in a list',
      '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"route.explain","arguments":[]}}',
      { id: 9, error: { code: -32602 } },
    ],
    [
      'a method of the name of a property',
      '{"jsonrpc":"2.0","id":9,"method":"constructor"}',
      { id: 9, error: { code: -32601 } },
    ],
    [
      'a greeting of nothing',
      '{"jsonrpc":"2.0","id":9,"method":"initialize","params":{}}',
      { id: 9, error: { code: -32602, message: expect.stringContaining('params.protocolVersion: ') } },
    ],
    [
      'a place in a list that is none',
      '{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{"cursor":5}}',
      { id: 9, error: { code: -32602, message: expect.stringMatching(/^params\.cursor: [^{[]+$/) } },
    ],
    [
      'a task that is none',
      '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"route.explain","task":7}}',
      { id: 9, error: { code: -32602, message: expect.stringMatching(/^params\.task: [^{[]+$/) } },
    ],
    ['a key that is not known', '{"jsonrpc":"2.0","id":9,"method":"ping","more":1}', { id: 9, result: {} }],
  ])('answers a line that is %s', async (_what, line, answer) => {
    const server = await greetedInProcess();
    const before = server.lines.length;
    server.write(`${line}\n`);
    server.send({ id: 'next', method: 'ping' });
    await server.answer('next');
    const [first] = server.lines.slice(before);
    expect(JSON.parse(first!)).toMatchObject({ jsonrpc: '2.0', ...answer });
    expect('id' in JSON.parse(first!)).toBe('id' in answer);
  });
});

describe('a cancelled call', () => {
  it('is never answered, and a late or unknown cancel is ignored', async () => {
    const { env, server: upstream } = await provider({ answer: { kind: 'hang', after: 1 } });
    const server = await greetedInProcess({ env });
    const cancel = (requestId: number) =>
      server.send({ method: 'notifications/cancelled', params: { requestId, reason: 'enough' } });
    server.send(toolCall(1));
    await upstream.waitForRequest();
    cancel(1);
    await upstream.waitForAbort();
    upstream.answerWith({ kind: 'text', text: '# Title\n' });
    server.send(toolCall(2));
    await server.answer(2);
    cancel(2);
    cancel(77);
    server.send({ id: 3, method: 'ping' });
    await server.answer(3);
    const answered = server.lines.map((line) => JSON.parse(line).id);
    expect(answered).toEqual(['init', 2, 3]);
  });
});

it('answers every message of a batch, however its bytes come', async () => {
  const server = await greetedInProcess();
  const batch = [1, 2].map((id) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: `ç${id}` },
  }));
  const bytes = Buffer.from(`${JSON.stringify(batch)}\n`);
  const middle = bytes.indexOf('ç') + 1;
  server.write(bytes.subarray(0, middle));
  await setImmediate();
  server.write(bytes.subarray(middle));
  expect((await server.answer(1)).error.message).toContain('ç1');
  expect((await server.answer(2)).error.message).toContain('ç2');
});

it('many large answers at once are whole before the process ends, and warn of nothing', async () => {
  const text = `# Title\n\n${'A line of the text that is here.\n'.repeat(600)}`;
  const { env } = await provider({ answer: { kind: 'text', text } });
  const server = await greeted({ env: { ...env, ORCH_LOG_LEVEL: 'error' } });
  let stderr = '';
  server.child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  // More calls than a signal takes listeners, and more text than a pipe holds.
  const many = Array.from({ length: 15 }, (_, index) => index + 1);
  // Nobody reads for a while: answers have to wait for the pipe.
  server.child.stdout.pause();
  for (const id of many) server.send(toolCall(id));
  server.child.stdout.resume();
  for (const answer of await Promise.all(many.map((id) => server.answer(id))))
    expect(answer.result.isError).toBeUndefined();
  server.child.stdin.end();
  expect(await server.ended).toEqual({ code: 0, signal: null });
  expectJsonRpcAlone(server);
  expect(server.lines).toHaveLength(16);
  expect(stderr).toBe('');
});
