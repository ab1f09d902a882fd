import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { isOffered, operations } from '../../src/operations/index.ts';
import { call, connect, distIndex, serve, textOf } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, git, key, provider, repository } from '../helpers/orch.ts';

const rehearse = { ORCH_REHEARSE: '1' };
const names = operations.filter((each) => isOffered(each, 'mcp')).map(({ name }) => name);
const docs = { kind: 'text', text: '# Title\n\nText.\n' } as const;

describe.each([
  ['orch serve --stdio', serve],
  ['node dist/index.js', distIndex],
])('%s', (_name, args) => {
  it('introduces itself and lists its tools', async () => {
    const client = await connect({ args });
    expect(client.getServerVersion()).toMatchObject({ name: 'orch', version: expect.stringMatching(/^\d/) });
    expect(client.getServerCapabilities()).toMatchObject({ tools: {}, resources: {} });
    expect(client.getInstructions()).toContain('delegate.diff');
    expect(client.getInstructions()!.length).toBeLessThan(4096);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(names);
    for (const tool of tools) {
      // The one that writes says so; clients run all others without asking.
      expect(tool.annotations?.readOnlyHint).toBe(tool.name !== 'patch.apply');
      expect(tool.inputSchema.type).toBe('object');
      expect(tool.outputSchema?.type).toBe('object');
    }
    expect((await client.listResources()).resources).toEqual([]);
  });
});

describe('the server', () => {
  it('answers every tool in rehearsal', async () => {
    const cwd = await repository({ 'cart.ts': 'export const total = 1;\n' });
    const client = await connectInProcess({ env: { ...rehearse, XDG_STATE_HOME: folder() }, cwd });
    // The client then checks every structured answer against the schema of its tool.
    await client.listTools();
    const files = ['cart.ts'];
    const run = await call(client, 'delegate.run', {
      task: 'code_generate',
      input: 'a debounce function',
      language: 'ts',
    });
    const diff = await call(client, 'delegate.diff', { input: 'rename total', files });
    const tests = await call(client, 'delegate.tests', { input: 'test it', files, framework: 'vitest' });
    const text = await call(client, 'delegate.docs', { input: 'describe it', files });
    for (const result of [run, diff, tests, text]) {
      expect(result.isError).toBeFalsy();
      expect(result.structuredContent).toMatchObject({
        result: expect.stringMatching(/\S/),
        meta: {
          model: expect.stringMatching(/^rehearsal:/),
          rationale: expect.stringContaining('=>'),
          usage: { input: expect.any(Number), output: expect.any(Number) },
          cost_usd: 0,
          rehearsal: true,
        },
      });
      expect(JSON.parse(textOf(result))).toEqual(result.structuredContent);
    }
    await git(['apply', '--check'], cwd, String(diff.structuredContent?.result));
    expect(readFileSync(join(cwd, 'cart.ts'), 'utf8')).toBe('export const total = 1;\n');

    const route = await call(client, 'route.explain', { task: 'docs', input: 'describe it', files });
    expect(route.structuredContent).toMatchObject({
      task: 'docs',
      selected: { alias: 'chat' },
      rationale: (text.structuredContent as { meta: { rationale: string } }).meta.rationale,
    });
    const report = await call(client, 'usage.report', { by: ['task'] });
    expect(report.structuredContent).toMatchObject({ total: { calls: 4, cost_usd: 0 } });
  });
});

describe('a tool', () => {
  it('is called by its name with dots, underscores or hyphens', async () => {
    const client = await connectInProcess({ env: rehearse });
    for (const name of ['route.explain', 'route_explain', 'route-explain']) {
      const { structuredContent } = await call(client, name, { task: 'docs' });
      expect(structuredContent).toMatchObject({ task: 'docs' });
    }
  });

  it('is listed with underscores for clients that refuse dots', async () => {
    const client = await connectInProcess({ toolNames: 'underscore', env: rehearse });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(names.map((name) => name.replace('.', '_')));
    expect(client.getInstructions()).toContain('delegate_diff');
    expect(client.getInstructions()).not.toContain('delegate.diff');
    expect((await call(client, 'delegate.docs', { input: 'x' })).isError).toBeFalsy();
  });

  it('that does not exist is an error of the protocol', async () => {
    const client = await connectInProcess();
    await expect(call(client, 'delegate.rnu', {})).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('did you mean delegate.run?'),
    });
    await expect(call(client, 'patch', {})).rejects.toMatchObject({ code: -32602 });
  });

  it('given wrong arguments says what is wrong', async () => {
    const client = await connectInProcess({ env: rehearse });
    const cases: [string, Record<string, unknown>, RegExp][] = [
      ['delegate.run', { task: 'docs' }, /input/],
      ['delegate.run', { input: 'x' }, /task/],
      [
        'delegate.run',
        { task: 'docs', input: 'x', efort: 'high' },
        /efort is not a field: did you mean effort\?/,
      ],
      ['delegate.run', { task: 'docs', input: 'x', effort: 'huge' }, /effort: "huge" is not one of none, /],
      ['delegate.run', { task: 'docs', input: 'x', files: 'a.ts' }, /files: /],
      ['delegate.run', { task: 'docs', input: 'x', files: [1] }, /files\.0: /],
      ['delegate.run', { task: 'docs', input: 'x', maxCostUsd: 0 }, /maxCostUsd: must be greater than 0/],
      ['delegate.docs', { input: 'x', maxOutput: 15 }, /maxOutput: must be at least 16/],
      ['delegate.run', { task: 'docs', input: 'x', output: '/etc/passwd' }, /output is not a field/],
      ['delegate.diff', { input: 'x', apply: true }, /apply is not a field/],
      ['delegate.run', { task: 'docs', input: '  ' }, /the instruction is empty/],
      ['delegate.run', { task: 'docs', input: 'x', files: ['missing.ts'] }, /file-not-found: missing\.ts/],
      ['delegate.run', { task: 'docs', input: 'x', files: ['/etc/hostname'] }, /file-(forbidden|not-found)/],
      ['usage.report', { by: ['colour'] }, /by\.0: "colour" is not one of/],
      ['usage.report', { since: 'yesteryear' }, /since/],
    ];
    for (const [name, args, words] of cases) {
      const result = await call(client, name, args);
      expect(result.isError, textOf(result)).toBe(true);
      expect(textOf(result)).toMatch(words);
      expect(textOf(result)).not.toMatch(/internal error/);
      expect(result).not.toHaveProperty('structuredContent');
    }
  });

  it('that fails says what to do, without structured content and without the key', async () => {
    const { env, server } = await provider({
      answer: {
        kind: 'error',
        status: 401,
        message: `Incorrect API key provided: ${key}`,
        code: 'invalid_api_key',
      },
    });
    const client = await connectInProcess({ env });
    const refused = await call(client, 'delegate.docs', { input: 'x' });
    expect(refused).toMatchObject({ isError: true });
    expect(refused).not.toHaveProperty('structuredContent');
    expect(textOf(refused)).toMatch(/^key-refused: [\s\S]*\nWhat to do: check OPENAI_API_KEY/);
    expect(textOf(refused)).not.toContain('SECRET');

    // The server lives on, and so does its next call.
    server.answerWith(docs);
    expect((await call(client, 'delegate.docs', { input: 'x' })).structuredContent).toMatchObject({
      result: docs.text,
    });
  });

  it('needs a key only to send something', async () => {
    const client = await connectInProcess();
    expect((await call(client, 'route.explain', { task: 'docs' })).isError).toBeFalsy();
    const refused = await call(client, 'delegate.docs', { input: 'x' });
    expect(textOf(refused)).toMatch(/^no-key: OPENAI_API_KEY is not set\nWhat to do: /);

    const unset = await connectInProcess({ env: { OPENAI_API_KEY: 'sk-...' } });
    const told = await call(unset, 'delegate.docs', { input: 'x' });
    expect(textOf(told)).toMatch(/^no-key: OPENAI_API_KEY is abbreviated\nWhat to do: /);
  });

  it('tells of a configuration that is broken, and works once it is mended', async () => {
    const conf = folder({ 'policies.json': '{"defaults": {"temperatur": 1}}' });
    const client = await connectInProcess({ env: { ...rehearse, ORCH_CONF: conf } });
    const refused = await call(client, 'delegate.docs', { input: 'x' });
    expect(textOf(refused)).toMatch(/^invalid-config: .*\n.*did you mean temperature\?/);
    writeFileSync(join(conf, 'policies.json'), '{"defaults": {"temperature": 1}}');
    expect((await call(client, 'delegate.docs', { input: 'x' })).isError).toBeFalsy();
  });

  it('can be called many times at once', async () => {
    const { env, server } = await provider({
      answer: ({ input }) => ({ kind: 'text', text: `# ${input}\n` }),
    });
    const state = folder();
    const client = await connectInProcess({ env: { ...env, XDG_STATE_HOME: state } });
    const inputs = Array.from({ length: 12 }, (_, index) => `text ${index}`);
    const results = await Promise.all(inputs.map((input) => call(client, 'delegate.docs', { input })));
    expect(results.map(({ structuredContent }) => structuredContent?.result)).toEqual(
      inputs.map((input) => `# ${input}\n`),
    );
    expect(server.requests).toHaveLength(12);
    expect(parseUsageCsv(readFileSync(join(state, 'orch/usage.csv'), 'utf8')).records).toHaveLength(12);
  });
});

describe('a call', () => {
  it('that is cancelled closes the connection, and the next one goes on', async () => {
    const { env, server } = await provider({ answer: { kind: 'hang', after: 1 } });
    const client = await connectInProcess({ env });
    const cancel = new AbortController();
    const cancelled = client.callTool({ name: 'delegate.docs', arguments: { input: 'x' } }, undefined, {
      signal: cancel.signal,
    });
    await server.waitForRequest();
    cancel.abort('enough');
    await expect(cancelled).rejects.toThrow(/enough/);
    expect((await server.waitForAbort()).index).toBe(0);
    server.answerWith(docs);
    expect((await call(client, 'delegate.docs', { input: 'x' })).isError).toBeFalsy();
  });
});

describe('a long result', () => {
  const long = `# Title\n\n${'A line of the text that is here.\n'.repeat(2000)}`;

  it('comes as its beginning, with a link to the whole', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: long } });
    const client = await connectInProcess({ env: { ...env, XDG_STATE_HOME: folder() } });
    const result = await call(client, 'delegate.docs', { input: 'x' });
    const { result: digest, meta } = result.structuredContent as {
      result: string;
      meta: { result_uri: string; result_file: string };
    };
    expect(digest.length).toBeLessThan(8000);
    expect(digest).toMatch(/^# Title\n\nA line/);
    expect(digest).toContain(meta.result_file);
    const link = result.content.find((part) => part.type === 'resource_link');
    expect(link).toMatchObject({ uri: meta.result_uri });
    expect(meta.result_uri).toMatch(/^orch:\/\/result\/[0-9a-f-]{36}$/);
    const { contents } = await client.readResource({ uri: meta.result_uri });
    expect(contents).toEqual([{ uri: meta.result_uri, mimeType: 'text/plain', text: long }]);
    expect(readFileSync(meta.result_file, 'utf8')).toBe(long);
    await expect(client.readResource({ uri: 'orch://result/../usage' })).rejects.toMatchObject({
      code: -32602,
    });
    await expect(client.readResource({ uri: 'file:///etc/passwd' })).rejects.toMatchObject({ code: -32602 });
  });

  it('that cannot be stored comes whole: it was paid for', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: long } });
    const client = await connectInProcess({
      env: { ...env, XDG_STATE_HOME: join(folder({ file: '' }), 'file'), ORCH_USAGE_CSV: 'off' },
    });
    const result = await call(client, 'delegate.docs', { input: 'x' });
    expect(result.isError).toBeFalsy();
    expect(result.structuredContent?.result).toBe(long);
  });
});

describe('the roots of the client', () => {
  it('are read beside the working directory, and one that is no folder costs none of the others', async () => {
    const { env, server } = await provider({ answer: docs });
    const other = folder({ 'other.ts': 'const inOther = 1;\n' });
    const files = [join(other, 'other.ts')];
    const without = await connectInProcess({ env });
    expect(textOf(await call(without, 'delegate.docs', { input: 'x', files }))).toMatch(/^file-forbidden/);
    const client = await connectInProcess({ env, roots: ['host/x', other] });
    expect((await call(client, 'delegate.docs', { input: 'x', files })).isError).toBeFalsy();
    expect(String(server.requests[0]?.body?.input)).toContain('inOther');
  });
});
