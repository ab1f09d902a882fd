/**
 * Sends what is recorded to an OpenTelemetry collector, with the official packages. These read the standard OTEL_*
 * variables from the environment of the process: endpoint, headers, compression, timeout, resource. Nothing here fails
 * a call, or holds one up.
 */
import {
  DiagLogLevel,
  diag,
  type Meter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace';
import { version } from '../../../package.json';
import { type AttemptSpan, type CallSpan, callSpans } from '../../core/record/gen-ai-spans.ts';
import type { UsageRecord } from '../../core/record/usage-record.ts';
import { closableAgents } from './agents.ts';
import { metricExporter, spanExporter } from './exporters.ts';

export interface Telemetry {
  record(records: readonly UsageRecord[]): void;
  /** What the collector does not take is lost. */
  flush(): Promise<void>;
  /** Breaks off what is still being sent. */
  close(): void;
}

export interface TelemetryOptions {
  variables: Readonly<Record<string, string | undefined>>;
  /** How long a request may take. Undefined: as the variables say. */
  requestMs: number | undefined;
  /** For whoever looks for what goes wrong. */
  debug: (message: string) => void;
}

/** The packages' own limit of time for an export: 30 s. */
const exportMs = 30_000;

export function startTelemetry({ variables, requestMs, debug }: TelemetryOptions): Telemetry {
  if (variables.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return off;
  const say = (message: string) => debug(message);
  setGlobalErrorHandler((error) => debug(reasonOf(error)));
  const silent = () => {};
  diag.setLogger(
    { error: say, warn: say, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const agents = closableAgents(variables, debug);
  const sending = { variables, requestMs, agents: agents.of };
  const resource = resourceFromAttributes({
    'service.name': 'orch',
    'service.version': version,
    // Processes that run at the same time must not be taken for one.
    'service.instance.id': crypto.randomUUID(),
  }).merge(detectResources({ detectors: [envDetector] }));
  const limit = { exportTimeoutMillis: requestMs ?? exportMs };

  const exporter = spanExporter(sending);
  const ids = new CallIds();
  const tracers = new TracerProvider({
    resource,
    idGenerator: ids,
    spanProcessors: exporter === undefined ? [] : [new BatchSpanProcessor({ exporter, ...limit })],
  });
  const measuring = metricExporter(sending);
  const meters = new MeterProvider({
    resource,
    readers:
      measuring === undefined ? [] : [new PeriodicExportingMetricReader({ exporter: measuring, ...limit })],
  });
  const tracer = tracers.getTracer('orch', version);
  const measure = measurements(meters.getMeter('orch', version));

  const send = (call: CallSpan) => {
    ids.next = call.traceId;
    const parent = tracer.startSpan(
      call.name,
      { kind: SpanKind.INTERNAL, startTime: call.start, attributes: call.attributes },
      ROOT_CONTEXT,
    );
    const below = trace.setSpan(ROOT_CONTEXT, parent);
    for (const attempt of call.attempts) {
      const { name, start, end, attributes, failed } = attempt;
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: start, attributes }, below);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(end);
      measure(attempt);
    }
    if (call.failed) parent.setStatus({ code: SpanStatusCode.ERROR });
    parent.end(call.end);
  };
  return {
    record(records) {
      for (const call of callSpans(records)) send(call);
    },
    async flush() {
      // The failure of one must not break off the other.
      const sent = await Promise.allSettled([tracers.forceFlush(), meters.forceFlush()]);
      for (const each of sent) if (each.status === 'rejected') debug(reasonOf(each.reason));
    },
    close: agents.close,
  };
}

/** The packages reject with one error, or with several. */
function reasonOf(reason: unknown): string {
  if (Array.isArray(reason)) return reason.map(reasonOf).join('; ');
  return reason instanceof Error ? reason.message : String(reason);
}

const off: Telemetry = { record() {}, flush: async () => undefined, close() {} };

/** Gives the trace of a call the call's own id, under which the ledger and the log know it. */
class CallIds extends RandomIdGenerator {
  next: string | undefined;

  override generateTraceId = (): string => {
    const id = this.next ?? this.random();
    this.next = undefined;
    return id;
  };

  private random(): string {
    return crypto.randomUUID().replaceAll('-', '');
  }
}

/** Borders of the histograms, as the conventions have them. */
const tokenBorders = Array.from({ length: 14 }, (_, power) => 4 ** power);
const secondBorders = Array.from({ length: 14 }, (_, power) => 2 ** power / 100);

function measurements(meter: Meter): (attempt: AttemptSpan) => void {
  const tokens = meter.createHistogram('gen_ai.client.token.usage', {
    unit: '{token}',
    description: 'Number of input and output tokens used.',
    advice: { explicitBucketBoundaries: tokenBorders },
  });
  const duration = meter.createHistogram('gen_ai.client.operation.duration', {
    unit: 's',
    description: 'GenAI operation duration.',
    advice: { explicitBucketBoundaries: secondBorders },
  });
  const cost = meter.createCounter('orch.cost.usd', {
    unit: '{USD}',
    description: 'Cost of the attempts whose price is known.',
  });
  return ({ dimensions, measured }) => {
    const { seconds, inputTokens, outputTokens, costUsd } = measured;
    duration.record(seconds, dimensions);
    if (inputTokens !== undefined)
      tokens.record(inputTokens, { ...dimensions, 'gen_ai.token.type': 'input' });
    if (outputTokens !== undefined)
      tokens.record(outputTokens, { ...dimensions, 'gen_ai.token.type': 'output' });
    if (costUsd !== undefined) cost.add(costUsd, dimensions);
  };
}
