/** The official exporter of each signal, as the standard variables choose it. */
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonMetrics,
} from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { ClosableAgents, Signal } from './agents.ts';

interface Sending {
  variables: Readonly<Record<string, string | undefined>>;
  requestMs: number | undefined;
  agents: ClosableAgents['of'];
}

/** Undefined if the signal is not to be sent. */
export function spanExporter(sending: Sending): ProtobufTraces | undefined {
  const protocol = protocolOf('TRACES', sending.variables);
  if (protocol === undefined) return undefined;
  const options = optionsFor('TRACES', sending);
  return protocol === 'http/json' ? new JsonTraces(options) : new ProtobufTraces(options);
}

/** Undefined if the signal is not to be sent. */
export function metricExporter(sending: Sending): PushMetricExporter | undefined {
  const protocol = protocolOf('METRICS', sending.variables);
  if (protocol === undefined) return undefined;
  const preferred = sending.variables.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE;
  const options = {
    ...optionsFor('METRICS', sending),
    // A command's process ends after one call: totals since its start would never grow.
    ...(preferred ? {} : { temporalityPreference: AggregationTemporalityPreference.DELTA }),
  };
  return protocol === 'http/json' ? new JsonMetrics(options) : new ProtobufMetrics(options);
}

function optionsFor(signal: Signal, { requestMs, agents }: Sending) {
  return {
    httpAgentOptions: agents(signal),
    ...(requestMs === undefined ? {} : { timeoutMillis: requestMs }),
  };
}

function protocolOf(signal: Signal, variables: Sending['variables']): string | undefined {
  if (variables[`OTEL_${signal}_EXPORTER`]?.trim().toLowerCase() === 'none') return undefined;
  const protocol =
    variables[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] ||
    variables.OTEL_EXPORTER_OTLP_PROTOCOL ||
    'http/protobuf';
  return ['http/json', 'http/protobuf'].includes(protocol) ? protocol : undefined;
}
