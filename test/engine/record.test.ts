import { describe, expect, it } from 'vitest';
import { OrchError } from '../../src/core/errors/orch-error.ts';
import { notRecorded } from '../../src/engine/attempts/record-attempt.ts';
import type { CheckVerdict } from '../../src/engine/context.ts';
import { byModel } from '../rehearsal/script.ts';
import { code, engineFixture, errorOf, key } from './engine-fixture.ts';

const first = 'gpt-6.2-sol';
const second = 'gpt-5-mini';

describe('the record', () => {
  it('has a row for every attempt and one log line for the call', async () => {
    const { call, records, logged } = await engineFixture({
      answer: byModel({
        [first]: [
          { kind: 'error', status: 500, message: 'Oh no' },
          { kind: 'empty', usage: { inputTokens: 10, outputTokens: 20 } },
        ],
        [second]: { ...code, usage: { inputTokens: 100, outputTokens: 50, reasoningTokens: 8 } },
      }),
    });
    const outcome = await call();
    expect(records).toHaveLength(3);
    expect(records.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(records.map(({ run_id }) => run_id))).toEqual(new Set([outcome.runId]));
    expect(records.map(({ error, mode, escalated_from }) => ({ error, mode, escalated_from }))).toEqual([
      { error: 'server-error', mode: 'single', escalated_from: undefined },
      { error: 'empty-answer', mode: 'single', escalated_from: undefined },
      { error: undefined, mode: 'single', escalated_from: first },
    ]);
    expect(records[0]).toMatchObject({
      ts: '2026-11-22T12:00:00.000Z',
      task: 'code_generate',
      language: 'typescript',
      alias: 'codex',
      model_requested: 'gpt-6.2-sol',
      model_served: undefined,
      cost_usd: undefined,
    });
    expect(records[2]).toMatchObject({
      alias: 'mini',
      model_served: second,
      input_tokens: 100,
      output_tokens: 50,
      reasoning_tokens: 8,
      finish_reason: 'completed',
      service_tier: 'default',
      cost_source: 'catalog',
    });
    expect(records[2]!.cost_usd).toBeCloseTo((100 * 0.25 + 50 * 2) / 1e6, 12);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({
      run_id: outcome.runId,
      task: 'code_generate',
      decision: outcome.decision.rationale,
      model: second,
      usage: { input: 110, output: 70 },
      attempts: 3,
      error: null,
    });
    expect(logged[0]!.cost_usd).toBeCloseTo(records[1]!.cost_usd! + records[2]!.cost_usd!, 12);
  });

  it('is written when the call fails, too', async () => {
    const { error, records, logged } = await engineFixture({ answer: { kind: 'empty' } });
    await error();
    expect(records.map(({ error: failed }) => failed)).toEqual(Array(3).fill('empty-answer'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({ error: 'answer-unusable', attempts: 3 });
  });

  it('is written when the call is called off, too', async () => {
    const interrupt = new AbortController();
    const { error, records, logged, server } = await engineFixture({ answer: { kind: 'hang', after: 1 } });
    const stopped = error({}, { signal: interrupt.signal });
    await server.waitForRequest();
    interrupt.abort();
    expect(await stopped).toMatchObject({ code: 'interrupted', exitStatus: 130 });
    expect((await server.waitForAbort()).model).toBe(first);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ error: 'cancelled', model_served: undefined });
    expect(logged[0]).toMatchObject({ error: 'interrupted' });
  });

  it('keeps an answer that was billed although something broke after it', async () => {
    const { call, records, logged } = await engineFixture({ answer: code });
    const broken = await errorOf(
      call(
        {},
        {
          verify: async () => {
            throw new OrchError('write-failed', 'the disk is full');
          },
        },
      ),
    );
    expect(broken.code).toBe('write-failed');
    expect(records).toHaveLength(1);
    expect(records[0]!.cost_usd).toBeGreaterThan(0);
    expect(records[0]!.error).toBeDefined();
    expect(logged).toHaveLength(1);
  });

  it('has the time of the verification beside the latency, not in it', async () => {
    const { call, clock, records } = await engineFixture({ answer: code });
    const verify = async (): Promise<CheckVerdict> => {
      clock.pass(5000);
      return { ok: false, detail: 'two tests failed' };
    };
    await call({}, { verify }).catch(() => undefined);
    await call();
    const failed = records.filter(({ error }) => error === 'verify-failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const { latency_ms, verify_ms } of failed) expect([latency_ms, verify_ms]).toEqual([0, 5000]);
    expect(records.at(-1)).toMatchObject({ latency_ms: 0, verify_ms: undefined, error: undefined });
  });

  it('holds nothing of what was asked, answered or secret', async () => {
    const { call, error, records, logged } = await engineFixture({
      answer: byModel({
        [first]: { kind: 'error', status: 500, message: `MARK-message MARK-instruction ${key}` },
        [second]: { kind: 'text', text: '```ts\nconst MARK_answer = 1;\n```' },
      }),
      files: { 'a.ts': 'const MARK_file = 1;\n' },
    });
    const request = { instruction: 'MARK-instruction', context: 'MARK-context', files: ['a.ts'] };
    await call(request);
    await error({ ...request, forceModel: first });
    expect(records.length).toBeGreaterThan(4);
    expect(logged).toHaveLength(2);
    const written = JSON.stringify([records, logged]);
    expect(written).not.toMatch(/MARK|SECRET|a\.ts/);
  });

  it('is named by an error that nobody foresaw', async () => {
    const { error, records, logged } = await engineFixture({ answer: code });
    const bug = new TypeError('x is not a function');
    const verify = async () => {
      throw bug;
    };
    expect(await error({}, { verify })).toMatchObject({
      code: 'internal',
      message: 'x is not a function',
      hint: expect.stringContaining('bug in orch'),
      details: { run_id: 'run-1', cost_usd: expect.any(Number) },
      cause: bug,
    });
    expect(records).toHaveLength(1);
    expect(logged[0]).toMatchObject({ error: 'internal' });
  });

  it('that cannot be written costs a warning and not the result', async () => {
    const ledger = {
      location: '/full/usage.csv',
      append: async () => {
        throw new OrchError('record-failed', 'the disk is full');
      },
      read: async () => ({ records: [], skipped: [], files: [] }),
    };
    const { call, server, error, logged } = await engineFixture({ answer: code, context: { ledger } });
    const { finished, warnings } = await call();
    expect(finished.result).toContain('42');
    expect(warnings).toContain('usage was not recorded: the disk is full');
    expect(logged).toHaveLength(1);

    // Nor does it take the place of what went wrong before.
    server.answerWith({ kind: 'refusal', text: 'No.' });
    expect((await error()).code).toBe('answer-refused');
  });

  it('says of a rehearsal that it was one, and that it cost nothing', async () => {
    const { call, records, logged } = await engineFixture({ answer: code, context: { rehearsal: true } });
    await call();
    expect(records[0]).toMatchObject({
      mode: 'rehearsal',
      model_served: `rehearsal:${first}`,
      cost_usd: 0,
      cost_source: 'rehearsal',
    });
    expect(logged[0]).toMatchObject({ model: `rehearsal:${first}`, cost_usd: 0 });
  });

  it('has nothing to say where nothing was asked', async () => {
    const { error, records } = await engineFixture();
    expect((await error({ instruction: '  ' })).code).toBe('input-empty');
    expect((await error({ files: ['missing.ts'] })).code).toBe('file-not-found');
    expect(records).toEqual([]);
  });
});

it('is said to need what its error says', () => {
  const error = new OrchError('record-failed', 'the disk is full', { hint: 'free some space' });
  expect(notRecorded(error)).toBe('usage was not recorded: the disk is full; free some space');
});
