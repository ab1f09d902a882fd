/** Connections that can be broken off: one to a collector that hangs would keep the process from ending. */
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

type Variables = Readonly<Record<string, string | undefined>>;
export type Signal = 'TRACES' | 'METRICS';

export interface ClosableAgents {
  /** For `httpAgentOptions` of an exporter. */
  of(signal: Signal): (protocol: string) => HttpAgent;
  close(): void;
}

/** With an agent of our own, the packages do not read the variables for certificates. */
export function closableAgents(variables: Variables, debug: (message: string) => void): ClosableAgents {
  const made: HttpAgent[] = [];
  const file = (signal: Signal, name: string) => {
    const path = variables[`OTEL_EXPORTER_OTLP_${signal}_${name}`] || variables[`OTEL_EXPORTER_OTLP_${name}`];
    if (!path) return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      debug(`OTEL_EXPORTER_OTLP_${name} cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  };
  return {
    of: (signal) => (protocol) => {
      const agent =
        protocol === 'http:'
          ? new HttpAgent({ keepAlive: true })
          : new HttpsAgent({
              keepAlive: true,
              ca: file(signal, 'CERTIFICATE'),
              cert: file(signal, 'CLIENT_CERTIFICATE'),
              key: file(signal, 'CLIENT_KEY'),
            });
      made.push(agent);
      return agent;
    },
    close() {
      for (const agent of made) agent.destroy();
    },
  };
}
