import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sentOn } from '../../../src/adapters/ledger/sent-on.ts';
import { startTelemetry } from '../../../src/adapters/telemetry/telemetry.ts';
import { attributesOf, collector } from '../../helpers/collector.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const runId = '0123456789abcdef0123456789abcdef';

afterEach(() => vi.unstubAllEnvs());

/** The packages read the variables of the process. */
function start(variables: Record<string, string>, requestMs?: number) {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const said: string[] = [];
  const debug = (message: string) => said.push(message);
  return { telemetry: startTelemetry({ variables, requestMs, debug }), said, debug };
}

describe('what is sent to a collector', () => {
  it('is spans and metrics as JSON', async () => {
    const { url, received } = await collector((response) => response.end('{}'));
    const { telemetry, said } = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
      OTEL_SERVICE_NAME: 'mine',
    });
    telemetry.record([usageRecord({ run_id: runId, error: 'timeout' })]);
    await telemetry.flush();
    telemetry.close();
    expect(said).toEqual([]);
    expect(received.map(({ headers }) => headers['x-key'])).toEqual(['a b', 'a b']);
    const sent = (path: string) => JSON.parse(String(received.find((each) => each.path === path)?.body));

    const [{ resource, scopeSpans }] = sent('/v1/traces').resourceSpans;
    expect(attributesOf(resource.attributes)).toMatchObject({ 'service.name': 'mine' });
    const [attempt, call] = scopeSpans[0].spans;
    expect(call).toMatchObject({ traceId: runId, name: 'orch tests', kind: 1, status: { code: 2 } });
    expect(attempt).toMatchObject({
      traceId: runId,
      parentSpanId: call.spanId,
      name: 'chat gpt-5-mini',
      kind: 3,
      startTimeUnixNano: `${Date.parse('2026-11-01T10:00:00Z')}000000`,
      endTimeUnixNano: `${Date.parse('2026-11-01T10:00:01.2Z')}000000`,
      status: { code: 2 },
    });
    expect(attributesOf(attempt.attributes)).toMatchObject({
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.response.finish_reasons': ['stop'],
      'error.type': 'timeout',
    });

    const { metrics } = sent('/v1/metrics').resourceMetrics[0].scopeMetrics[0];
    const points = metrics.flatMap(({ name, histogram, sum }: Record<string, never>) =>
      ((histogram ?? sum) as unknown as { dataPoints: Record<string, never>[] }).dataPoints.map((point) => [
        name,
        attributesOf(point.attributes!)['gen_ai.token.type'],
        point.sum ?? point.asDouble,
      ]),
    );
    expect(points).toEqual([
      ['gen_ai.client.token.usage', 'input', 1000],
      ['gen_ai.client.token.usage', 'output', 200],
      ['gen_ai.client.operation.duration', undefined, 1.2],
      ['orch.cost.usd', undefined, 0.00065],
    ]);
    // 1: the measurements since the last export.
    expect(metrics[0].histogram.aggregationTemporality).toBe(1);
  });

  it('is protobuf where nothing else is asked for, compressed on request', async () => {
    const { url, received } = await collector();
    const { telemetry, said } = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    telemetry.record([usageRecord({ run_id: runId })]);
    await telemetry.flush();
    telemetry.close();
    expect(said).toEqual([]);
    for (const { headers } of received)
      expect(headers).toMatchObject({
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
      });
    const body = received.find(({ path }) => path === '/v1/traces')!.body;
    expect(body.includes(Buffer.from(runId, 'hex'))).toBe(true);
    expect(body.includes('chat gpt-5-mini')).toBe(true);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['no signal where the SDK is disabled', { OTEL_SDK_DISABLED: 'true' }, []],
    ['spans alone', { OTEL_METRICS_EXPORTER: 'none' }, ['/v1/traces']],
    ['metrics alone', { OTEL_TRACES_EXPORTER: 'none' }, ['/v1/metrics']],
    ['nothing by a protocol that is not supported', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, []],
  ])('is %s', async (_, variables, paths) => {
    const { url, received } = await collector();
    const { telemetry } = start({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...variables });
    telemetry.record([usageRecord()]);
    await telemetry.flush();
    telemetry.close();
    expect(received.map(({ path }) => path)).toEqual(paths);
  });
});

describe('a collector that', () => {
  const answers: Record<string, (response: ServerResponse) => void> = {
    'answers with an error': (response) => response.writeHead(500).end('no'),
    'asks to try again at once': (response) => response.writeHead(503, { 'retry-after': '0' }).end(),
    'does not answer': () => {},
    'never ends its answer': (response) => void response.writeHead(200).write('{'),
    'breaks off': (response) => response.destroy(),
  };
  it.each(Object.keys(answers))('%s costs a line for debugging, and keeps no connection', async (what) => {
    const { url, connectionOver } = await collector(answers[what]);
    const { telemetry, said, debug } = start({ OTEL_EXPORTER_OTLP_ENDPOINT: url }, 500);
    const { send, close } = sentOn({
      start: async () => telemetry,
      clean: (record) => record,
      debug,
    });
    send([usageRecord()]);
    await close();
    expect(said).not.toEqual([]);
    await connectionOver;
  });

  it('is not there costs no more', async () => {
    const { telemetry, said, debug } = start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }, 500);
    const { send, close } = sentOn({
      start: async () => telemetry,
      clean: (record) => record,
      debug,
    });
    send([usageRecord()]);
    await close();
    expect(said.join()).toContain('ECONNREFUSED');
  });
});

describe('what is recorded and sent on', () => {
  it('starts nothing before there is a row, and sends it without what must not leave', async () => {
    const sent: unknown[] = [];
    let starts = 0;
    const { send, close } = sentOn({
      async start() {
        starts++;
        return { record: (records) => sent.push(...records), flush: async () => undefined, close() {} };
      },
      clean: (record) => ({ ...record, alias: '(hidden)' }),
      debug: (message) => sent.push(message),
    });
    send([]);
    await close();
    expect(starts).toBe(0);
    send([usageRecord()]);
    send([usageRecord({ attempt: 2 })]);
    await close();
    expect(starts).toBe(1);
    expect(sent).toMatchObject([{ alias: '(hidden)' }, { alias: '(hidden)', attempt: 2 }]);
  });

  it('costs a line for debugging if nothing can be sent', async () => {
    const said: string[] = [];
    const { send, close } = sentOn({
      start: () => Promise.reject(new Error('not installed')),
      clean: (record) => record,
      debug: (message) => said.push(message),
    });
    send([usageRecord()]);
    await close();
    expect(said).toContain('not installed');
  });
});
