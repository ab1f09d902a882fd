/** What is cached at the provider: nothing at first, and the files once a model has to read them again. */
import { describe, expect, it } from 'vitest';
import type { DelegateRequest } from '../../../src/core/tasks/request.ts';
import { searchReplace } from '../../helpers/answers.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import type { ScenarioServer } from '../../rehearsal/scenario-server.ts';
import { engineFixture } from '../engine-fixture.ts';

const files = { 'a.ts': 'export const one = 1;\n', 'b.ts': 'export const two = 2;\n' };
const sent = '<file path="a.ts">\nexport const one = 1;\n</file>\n\n';
const text = (answer: string) => ({ kind: 'text', text: answer }) as const satisfies Scenario;
const lost = text(searchReplace('a.ts', 'export const eins = 1;', 'export const one = 11;'));
const good = text(searchReplace('a.ts', 'export const one = 1;', 'export const one = 11;'));

const refactor: Partial<DelegateRequest> = {
  task: 'refactor',
  shape: 'patch',
  files: ['a.ts'],
  instruction: 'Make it eleven.',
};
const docs: Partial<DelegateRequest> = { task: 'docs', shape: 'text', files: ['a.ts'] };

const off = { input: expect.any(String), prompt_cache_options: { mode: 'explicit' } };
const key = expect.stringMatching(/^orch-[0-9a-f]{16}$/);
const marked = { type: 'input_text', text: sent, prompt_cache_breakpoint: { mode: 'explicit' } };

const bodiesOf = (server: ScenarioServer) => server.requests.map(({ body }) => body!);

describe('a single request', () => {
  it.each(['gpt-6-luna', 'gpt-6.1-terra', 'gpt-6.2-sol'])('to %s has caching off', async (forceModel) => {
    const { call, server } = await engineFixture({ files, answer: text('# One\n') });
    await call({ ...docs, forceModel });
    const [body] = bodiesOf(server);
    expect(body).toMatchObject({ ...off, instructions: expect.any(String) });
    expect(body).not.toHaveProperty('prompt_cache_key');
  });

  it.each(['gpt-5-mini', 'gpt-5.4-mini'])('to %s says nothing of caching', async (forceModel) => {
    const { call, server } = await engineFixture({ files, answer: text('# One\n') });
    await call({ ...docs, forceModel });
    await call({ ...docs, forceModel });
    for (const body of bodiesOf(server)) {
      expect(body.input).toEqual(expect.any(String));
      expect(Object.keys(body).filter((name) => name.includes('cache'))).toEqual([]);
    }
  });
});

describe('the files that a model reads again', () => {
  it('are cached from a repair on, after the instructions, which that model would read last', async () => {
    const { call, server } = await engineFixture({
      files,
      answer: ({ index }: { index: number }) => [lost, good][index]!,
    });
    await call({ ...refactor, forceModel: 'gpt-6.2-sol' });
    const [first, again] = bodiesOf(server);
    expect(first).toMatchObject(off);
    expect(again).not.toHaveProperty('instructions');
    expect(again).toMatchObject({ prompt_cache_options: { mode: 'explicit' }, prompt_cache_key: key });
    expect(again!.input).toEqual([
      { role: 'developer', content: first!.instructions },
      {
        role: 'user',
        content: [marked, { type: 'input_text', text: expect.stringContaining('<your_answer>') }],
      },
    ]);
  });

  it('are cached from a second call on, for half an hour, with instructions where others read them', async () => {
    const { call, server, clock } = await engineFixture({ files, answer: text('# One\n') });
    const ask = (more: Partial<DelegateRequest> = {}) =>
      call({ ...docs, forceModel: 'gpt-6.1-terra', ...more });
    await ask();
    await ask({ instruction: 'Once more.' });
    await ask({ instruction: 'And again.' });
    const [first, second, third] = bodiesOf(server);
    expect(first).toMatchObject(off);
    expect(second).toMatchObject({
      instructions: first!.instructions,
      input: [{ role: 'user', content: [marked, { type: 'input_text', text: 'Once more.' }] }],
      prompt_cache_key: key,
    });
    expect(third!.prompt_cache_key).toBe(second!.prompt_cache_key);

    await ask({ files: ['b.ts'] });
    expect(bodiesOf(server)[3]).toMatchObject(off);
    await ask({ files: ['b.ts'], forceModel: 'gpt-6-luna' });
    expect(bodiesOf(server)[4]).toMatchObject(off);
    clock.pass(31 * 60_000);
    await ask({ files: ['b.ts'] });
    expect(bodiesOf(server)[5]).toMatchObject(off);
  });

  it('are none where the request has no files', async () => {
    const { call, server } = await engineFixture({ answer: text('# One\n') });
    const plain = { ...docs, files: [], forceModel: 'gpt-6.1-terra' };
    await call(plain);
    await call(plain);
    for (const body of bodiesOf(server)) expect(body).toMatchObject(off);
  });
});

describe('a server that refuses', () => {
  const refusing = (param: string, refuses: (body: Record<string, unknown>) => boolean) => ({
    files,
    answer: ({ body }: { body: Record<string, unknown> }): Scenario =>
      refuses(body)
        ? { kind: 'error', status: 400, message: `${param} is not supported on this model`, param }
        : text('# One\n'),
  });
  const ask = { ...docs, forceModel: 'gpt-6.2-sol' };

  it('the options is sent the plain request, and from then on no other', async () => {
    const { call, server } = await engineFixture(
      refusing('prompt_cache_options', (body) => 'prompt_cache_options' in body),
    );
    await call(ask);
    await call(ask);
    const [, ...rest] = bodiesOf(server);
    expect(rest).toHaveLength(2);
    for (const body of rest) {
      expect(body).toMatchObject({ input: expect.any(String), instructions: expect.any(String) });
      expect(body).not.toHaveProperty('prompt_cache_options');
    }
  });

  it('the breakpoint is sent the plain request', async () => {
    const param = 'input[1].content[0].prompt_cache_breakpoint';
    const { call, server } = await engineFixture(refusing(param, ({ input }) => typeof input !== 'string'));
    await call(ask);
    await call(ask);
    await call(ask);
    const bodies = bodiesOf(server);
    expect(bodies.map(({ input }) => typeof input)).toEqual(['string', 'object', 'string', 'string']);
    expect(bodies[3]).toHaveProperty('instructions');
  });

  it('the key is sent the breakpoint alone', async () => {
    const { call, server } = await engineFixture(
      refusing('prompt_cache_key', (body) => 'prompt_cache_key' in body),
    );
    await call(ask);
    await call(ask);
    expect(bodiesOf(server)).toMatchObject([off, { prompt_cache_key: key }, { input: [{}, {}] }]);
    expect(bodiesOf(server)[2]).not.toHaveProperty('prompt_cache_key');
  });
});
