import { expect, it } from 'vitest';
import { collector } from '../helpers/collector.ts';
import { initialize, rawServer } from '../helpers/mcp.ts';

it('the server sends what is left to the collector when its client goes', async () => {
  const { url, received } = await collector((response) => response.end('{}'));
  const server = rawServer({
    env: {
      ORCH_REHEARSE: '1',
      ORCH_OTEL: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    },
  });
  server.send(initialize);
  server.send({ id: 2, method: 'tools/call', params: { name: 'delegate.docs', arguments: { input: 'x' } } });
  const { result } = await server.answer(2);
  server.child.stdin.end();
  expect(await server.ended).toEqual({ code: 0, signal: null });
  expect(received.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
  expect(received.map(({ body }) => String(body)).join()).toContain(result.structuredContent.meta.run_id);
});
