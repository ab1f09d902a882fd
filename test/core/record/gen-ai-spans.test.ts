import { describe, expect, it } from 'vitest';
import { callSpans } from '../../../src/core/record/gen-ai-spans.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const runId = '0123456789abcdef0123456789abcdef';

describe('the spans of a call', () => {
  it('are one for the call and one for each attempt, at the times of the record', () => {
    const [call, ...others] = callSpans([
      usageRecord({ run_id: runId, error: 'rate-limited', model_served: undefined, cost_usd: 0 }),
      usageRecord({ run_id: runId, attempt: 2, ts: '2026-11-01T10:00:02.000Z', latency_ms: 500 }),
    ]);
    expect(others).toEqual([]);
    const start = Date.parse('2026-11-01T10:00:00Z');
    expect(call).toMatchObject({
      name: 'orch tests',
      traceId: runId,
      start,
      end: start + 2500,
      failed: false,
    });
    expect(call!.attributes).toMatchObject({ 'orch.call.attempts': 2, 'orch.cost.usd': 0.00065 });
    expect(call!.attempts.map(({ name, start, end, failed }) => [name, start, end, failed])).toEqual([
      ['chat gpt-5-mini', start, start + 1200, true],
      ['chat gpt-5-mini', start + 2000, start + 2500, false],
    ]);
    expect(call!.attempts[0]!.attributes['error.type']).toBe('rate-limited');
  });

  it('have the names of the GenAI conventions, and leave out what is unknown', () => {
    const [call] = callSpans([usageRecord({ finish_reason: undefined })]);
    expect(call!.attempts[0]!.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
      'gen_ai.response.id': 'resp_1',
      'gen_ai.response.time_to_first_chunk': 0.3,
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.cache_read.input_tokens': 0,
      'gen_ai.usage.output_tokens': 200,
      'gen_ai.usage.reasoning.output_tokens': 50,
      'openai.response.service_tier': 'default',
      'orch.cost.usd': 0.00065,
    });
    const names = Object.keys(call!.attempts[0]!.attributes);
    expect(names).not.toContain('gen_ai.usage.cache_creation.input_tokens');
    expect(names).not.toContain('gen_ai.response.finish_reasons');
  });

  it('count tokens in the attempts alone, and a cost that is not known not at all', () => {
    const [call] = callSpans([usageRecord(), usageRecord({ attempt: 2, cost_usd: undefined })]);
    expect(Object.keys(call!.attributes).filter((name) => name.startsWith('gen_ai.'))).toEqual([]);
    expect(call!.attributes).not.toHaveProperty('orch.cost.usd');
    expect(call!.attempts[1]!.measured).toEqual({ seconds: 1.2, inputTokens: 1000, outputTokens: 200 });
  });

  it('name an estimated cost with its source, and add it to nothing', () => {
    const [call] = callSpans([
      usageRecord(),
      usageRecord({ attempt: 2, cost_usd: 0.5, cost_source: 'estimated' }),
    ]);
    expect(call!.attributes).not.toHaveProperty('orch.cost.usd');
    expect(call!.attempts[1]!.attributes).toMatchObject({
      'orch.cost.usd': 0.5,
      'orch.cost.source': 'estimated',
    });
    expect(call!.attempts[1]!.measured).not.toHaveProperty('costUsd');
  });

  it('of a rehearsal are not those of the provider', () => {
    const [call] = callSpans([usageRecord({ mode: 'rehearsal' })]);
    expect(call!.attempts[0]!.dimensions['gen_ai.provider.name']).toBe('orch.rehearsal');
  });

  it('do not name the project', () => {
    expect(JSON.stringify(callSpans([usageRecord({ project: 'acme-secret' })]))).not.toContain('acme');
  });

  it('of several calls are kept apart, and an id that is no trace id is none', () => {
    const calls = callSpans([usageRecord({ run_id: 'a' }), usageRecord({ run_id: '0'.repeat(32) })]);
    expect(calls.map(({ traceId, attempts }) => [traceId, attempts.length])).toEqual([
      [undefined, 1],
      [undefined, 1],
    ]);
  });

  it('leave out a row without a time', () => {
    expect(callSpans([usageRecord({ ts: 'yesterday' })])).toEqual([]);
  });
});
