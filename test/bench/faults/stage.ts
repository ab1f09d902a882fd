/** A server with a faulty and a healthy model, and those who ask it: orch as it is put together, and the bare package. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import OpenAI from 'openai';
import catalog from '../../../conf/catalog.json' with { type: 'json' };
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import type { Catalog } from '../../../src/core/models/model-card.ts';
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import { createFactory, type Factory } from '../../../src/factory.ts';
import type { DelegateOutput } from '../../../src/operations/delegation/output.ts';
import { readRequest } from '../../../src/operations/delegation/read-request.ts';
import { runDelegation } from '../../../src/operations/delegation/run-delegation.ts';
import { type ScenarioServer, startScenarioServer } from '../../rehearsal/scenario-server.ts';
import { byModel, type Scripted } from '../../rehearsal/script.ts';

/** Its window is smaller than that of the second one. Neither has an end. */
export const primary = 'gpt-5.4-mini';
export const secondary = 'gpt-6.1-terra';
export const key = 'sk-proj-0123456789abcdefSECRET';

const sentences = (word: string) =>
  Array.from({ length: 40 }, (_, at) => `${word} sentence ${at + 1} of the answer is here.`).join('\n');
export const primaryText = sentences('First');
export const secondaryText = sentences('Second');
export const chunks = 30;

export interface Outcome {
  /** Undefined: no answer. */
  text: string | undefined;
  model: string | undefined;
  usage: { input: number | null; output: number | null } | undefined;
  error: { code: string; message: string; hint: string | undefined } | undefined;
  /** Neither an answer nor an error within the time that the judge has. */
  hung: boolean;
  ms: number;
  output: DelegateOutput | undefined;
}

export interface Subject {
  ask(options?: { stream?: boolean; signal?: AbortSignal; deadlineSeconds?: number }): Promise<Outcome>;
  close(): Promise<void>;
}

export interface OrchSubject extends Subject {
  factory: Factory;
  logged: string[];
  records(): Promise<Partial<UsageRecord>[]>;
}

export async function serveModels(scripts: {
  primary: Scripted;
  secondary?: Scripted;
  retired?: readonly string[];
}): Promise<ScenarioServer> {
  const healthy = { kind: 'text', text: secondaryText, chunks } as const;
  return startScenarioServer({
    catalog: catalog as unknown as Catalog,
    today: () => new Date().toISOString().slice(0, 10),
    retired: scripts.retired ?? [],
    answer: byModel({ [primary]: scripts.primary, [secondary]: scripts.secondary ?? healthy }),
  });
}

export interface OrchOptions {
  policies?: object;
  variables?: Record<string, string>;
  models?: readonly string[];
}

/** Put together by the same function as the command and the server, over a folder of its own. */
export function orchSubject(
  baseUrl: string,
  { policies = {}, variables = {}, models = [primary, secondary] }: OrchOptions = {},
): OrchSubject {
  const folder = mkdtempSync(join(tmpdir(), 'orch-faults-'));
  const conf = join(folder, 'conf');
  mkdirSync(conf);
  writeFileSync(join(conf, 'models.json'), JSON.stringify({ routing: { docs: models } }));
  writeFileSync(join(conf, 'policies.json'), JSON.stringify(policies));
  const logged: string[] = [];
  const factory = createFactory({
    cwd: folder,
    variables: {
      OPENAI_BASE_URL: baseUrl,
      OPENAI_API_KEY: key,
      ORCH_CONF: conf,
      ORCH_USAGE_CSV: join(folder, 'usage.csv'),
      XDG_CONFIG_HOME: folder,
      XDG_STATE_HOME: folder,
      ...variables,
    },
    writeLog: (line) => logged.push(line),
    defaultLogLevel: 'info',
  });
  return {
    factory,
    logged,
    records: async () => (await factory.ledger().read()).records,
    ask: ({ stream = true, signal = new AbortController().signal, deadlineSeconds } = {}) =>
      settle(async () => {
        const request = readRequest({
          task: 'docs',
          return: 'text',
          input: 'Write forty sentences.',
          timeout: deadlineSeconds,
        });
        const output = await runDelegation(request, {}, factory, { signal, stream });
        const { model, usage } = output.meta;
        return { text: output.result, model: model ?? undefined, usage, output };
      }),
    async close() {
      await factory.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The package as its README uses it: its own retries, its own time-outs, no other model. */
export function bareSubject(baseUrl: string): Subject {
  const client = new OpenAI({ apiKey: key, baseURL: baseUrl, logLevel: 'off' });
  return {
    ask: () =>
      settle(async () => {
        const stream = await client.responses.create({
          model: primary,
          input: 'Write forty sentences.',
          stream: true,
        });
        let text = '';
        let usage: Outcome['usage'];
        let model: string | undefined;
        for await (const event of stream) {
          if (event.type === 'response.output_text.delta') text += event.delta;
          if (event.type !== 'response.completed') continue;
          ({ model } = event.response);
          const counted = event.response.usage;
          usage = counted && { input: counted.input_tokens, output: counted.output_tokens };
        }
        return { text, model, usage };
      }),
    close: async () => {},
  };
}

/** The longest that a judge waits for anything. */
export const hangMs = 30_000;

async function settle(
  work: () => Promise<Pick<Outcome, 'text' | 'model' | 'usage'> & { output?: DelegateOutput }>,
): Promise<Outcome> {
  const started = performance.now();
  const nothing = {
    text: undefined,
    model: undefined,
    usage: undefined,
    error: undefined,
    output: undefined,
  };
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<'hung'>((resolve) => {
    timer = setTimeout(() => resolve('hung'), hangMs);
  });
  const answer = work().then(
    (answered) => ({ ...nothing, ...answered }),
    (error: unknown) => ({
      ...nothing,
      error: {
        code: error instanceof OrchError ? error.code : (error as Error).constructor.name,
        message: (error as Error).message,
        hint: error instanceof OrchError ? error.hint : undefined,
      },
    }),
  );
  const first = await Promise.race([answer, hung]);
  clearTimeout(timer);
  const ms = performance.now() - started;
  return first === 'hung' ? { ...nothing, hung: true, ms } : { ...first, hung: false, ms };
}
