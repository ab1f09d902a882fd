/** What the environment says of the OpenTelemetry collector; the official packages read these variables themselves. */
import { isHttpUrl, isThisMachine } from './base-url.ts';

export const collectorVariables = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
];

/** Of what goes wrong here the packages say nothing. `read` gives undefined for a blank value. */
export function collectorNotes(read: (name: string) => string | undefined): string[] {
  const notes: string[] = [];
  const endpoint = read('OTEL_EXPORTER_OTLP_ENDPOINT');
  const protocol = read('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (endpoint !== undefined && !isHttpUrl(endpoint))
    notes.push(
      'OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL: set it to one such as http://127.0.0.1:4318',
    );
  else if (endpoint !== undefined && read('OTEL_EXPORTER_OTLP_HEADERS') !== undefined) {
    const { protocol: scheme, hostname, host } = new URL(endpoint);
    if (scheme === 'http:' && !isThisMachine(hostname))
      notes.push(
        `OTEL_EXPORTER_OTLP_ENDPOINT is http: OTEL_EXPORTER_OTLP_HEADERS reaches ${host} unencrypted (use https)`,
      );
  }
  if (protocol !== undefined && !['http/protobuf', 'http/json'].includes(protocol))
    notes.push(
      `OTEL_EXPORTER_OTLP_PROTOCOL=${protocol} is not supported, nothing is sent to the collector: set it to http/protobuf, with the endpoint of that protocol`,
    );
  return notes;
}
