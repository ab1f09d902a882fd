import { describe, expect, it } from 'vitest';
import { orchInProcess } from '../helpers/cli.ts';
import { attributesOf, collector } from '../helpers/collector.ts';
import { orch } from '../helpers/orch.ts';

const args = ['run', 'docs', 'a note on PLUM-JAM', '--rehearse', '--json', '--no-stdin'];

describe('orch with a collector', () => {
  it('sends it the call and nothing of the request, with the id that the result names', async () => {
    const { url, received } = await collector((response) => response.end('{}'));
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=PEAR-TREE',
    };
    const [unasked, asked] = await Promise.all([
      orchInProcess(args, { env: variables }),
      orch(args, { env: { ...variables, ORCH_OTEL: '1' } }),
    ]);
    expect([unasked.status, asked.status]).toEqual([0, 0]);
    const { meta } = JSON.parse(asked.stdout);
    expect(received.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
    const bodies = received.map(({ body }) => String(body)).join();
    expect(bodies).toContain(meta.run_id);
    for (const secret of ['PLUM', 'PEAR', process.cwd()]) expect(bodies + asked.stderr).not.toContain(secret);
    const traces = JSON.parse(String(received.find(({ path }) => path === '/v1/traces')!.body));
    const { resource, scopeSpans } = traces.resourceSpans[0];
    expect(Object.keys(attributesOf(resource.attributes)).sort()).toEqual([
      'service.instance.id',
      'service.name',
      'service.version',
    ]);
    expect(scopeSpans[0].spans).toHaveLength(2);
  });

  it('ends with its result where the collector never answers, and says so only for debugging', async () => {
    const { url, received } = await collector(() => {});
    const env = { ORCH_OTEL: '1', OTEL_EXPORTER_OTLP_ENDPOINT: url, ORCH_LOG_LEVEL: 'debug' };
    const { status, stdout, stderr } = await orch(args, { env });
    expect(status).toBe(0);
    expect(JSON.parse(stdout).result).not.toBe('');
    expect(received).not.toEqual([]);
    expect(stderr).toContain('"event":"telemetry"');
  });
});
