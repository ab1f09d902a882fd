/** Asks the provider for thousands of answers that went wrong, over real HTTP, and reports every broken promise. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openAiProvider } from '../../../src/adapters/openai/provider.ts';
import { ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import { redactor } from '../../../src/core/errors/redact.ts';
import type { GenerateResult, Provider } from '../../../src/engine/ports.ts';
import { healthyAnswer } from './answer.ts';
import { type Exchange, mutatedExchange } from './mutate.ts';
import { chance } from './random.ts';

export interface FuzzOptions {
  runs: number;
  seed: number;
}

export interface FuzzReport {
  runs: number;
  successes: number;
  /** Failures by their class. */
  failures: Map<string, number>;
  /** With the seed of the run, by which it can be repeated. */
  problems: string[];
}

const atOnce = 16;
/** A run that is not over by then hangs; its own limits are far below. */
const hangMs = 15_000;
const limits = { firstEventMs: 300, idleMs: 200, totalMs: 5000 };

export async function fuzz({ runs, seed }: FuzzOptions): Promise<FuzzReport> {
  const exchanges = new Map<string, Exchange>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { model } = JSON.parse(Buffer.concat(parts).toString()) as { model: string };
      const exchange = exchanges.get(model);
      // One that came too late: its client is gone.
      if (exchange) void answer(exchange, response);
      else response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider = openAiProvider({
    apiKey: 'sk-fuzz-0123456789',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    organization: undefined,
    project: undefined,
    redact: redactor(['sk-fuzz-0123456789']),
  });
  const report: FuzzReport = { runs: 0, successes: 0, failures: new Map(), problems: [] };
  const watch = watchProcess(report);
  let next = 0;
  const worker = async () => {
    while (next < runs) {
      const runSeed = seed + next++;
      const by = chance(runSeed);
      const exchange = mutatedExchange(healthyAnswer(by), by);
      const model = `run-${runSeed}`;
      exchanges.set(model, exchange);
      const problem = await tryOne(provider, model, exchange, report);
      exchanges.delete(model);
      report.runs++;
      if (problem !== undefined)
        report.problems.push(`seed ${runSeed}: ${problem} [${exchange.story.join(', ')}]`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  // What was left behind shows when the event loop has turned.
  await new Promise((resolve) => setImmediate(resolve));
  watch.stop();
  server.close();
  server.closeAllConnections();
  return report;
}

async function tryOne(
  provider: Provider,
  model: string,
  exchange: Exchange,
  report: FuzzReport,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<'hung'>((resolve) => {
    timer = setTimeout(() => resolve('hung'), hangMs);
  });
  try {
    const answer = provider.generate(
      {
        model,
        instructions: 'x',
        input: 'y',
        maxOutputTokens: 100,
        temperature: undefined,
        effort: undefined,
        verbosity: undefined,
        serviceTier: undefined,
        stream: exchange.stream,
      },
      { signal: new AbortController().signal, ...limits, ...(exchange.stream ? {} : { totalMs: 800 }) },
    );
    const result = await Promise.race([answer, hung]);
    if (result === 'hung') return 'hangs';
    report.successes++;
    return falseSuccess(result, exchange);
  } catch (error) {
    if (!(error instanceof ProviderFailure))
      return `threw ${error instanceof Error ? error.stack : String(error)}`;
    report.failures.set(error.failureClass, (report.failures.get(error.failureClass) ?? 0) + 1);
    return error.message.length > 1000 ? `a message of ${error.message.length} characters` : undefined;
  } finally {
    clearTimeout(timer);
  }
}

function falseSuccess({ text, usage }: GenerateResult, { allowed, status }: Exchange): string | undefined {
  if (!allowed.has(text)) return `a false success: ${JSON.stringify(text.slice(0, 200))}`;
  if (status >= 300) return `a success with status ${status}`;
  const odd = Object.values(usage).filter(
    (count) => count !== undefined && !(count >= 0 && Number.isFinite(count)),
  );
  return odd.length > 0 ? `usage ${odd}` : undefined;
}

async function answer({ status, headers, chunks, end }: Exchange, response: ServerResponse): Promise<void> {
  response.on('error', () => {});
  response.writeHead(status, headers);
  response.flushHeaders();
  for (const chunk of chunks) {
    if (response.destroyed) return;
    response.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (end === 'close') response.end();
  if (end === 'reset') response.socket?.resetAndDestroy();
}

/** Nothing may be printed, and no rejection may be left alone. */
function watchProcess({ problems }: FuzzReport): { stop(): void } {
  const onRejection = (reason: unknown) => problems.push(`unhandled rejection: ${String(reason)}`);
  process.on('unhandledRejection', onRejection);
  const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
  const kept = methods.map((method) => console[method]);
  for (const method of methods) {
    console[method] = (...values: unknown[]) => {
      problems.push(`printed by console.${method}: ${values.map(String).join(' ').slice(0, 200)}`);
    };
  }
  return {
    stop() {
      process.off('unhandledRejection', onRejection);
      for (const [at, method] of methods.entries()) console[method] = kept[at]!;
    },
  };
}
