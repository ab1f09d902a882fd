/**
 * What the tests of the engine share: a context with the package's own configuration, the rehearsal server as
 * the provider over real HTTP, a clock that does not wait, and a record that can be read.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openAiProvider } from '../../src/adapters/openai/provider.ts';
import { openRetrieval } from '../../src/adapters/retrieve/retrieval.ts';
import { secretScanner } from '../../src/adapters/secrets/secret-scanner.ts';
import { lazySyntax } from '../../src/adapters/syntax/syntax.ts';
import { grammarFolder } from '../../src/adapters/system/folders.ts';
import { workspaceFiles } from '../../src/adapters/workspace/find/files.ts';
import { gitPatchChecker } from '../../src/adapters/workspace/git/git-patch.ts';
import type { Config } from '../../src/core/config/config.ts';
import { OrchError } from '../../src/core/errors/orch-error.ts';
import { redactor } from '../../src/core/errors/redact.ts';
import type { UsageRecord } from '../../src/core/record/usage-record.ts';
import type { DelegateRequest } from '../../src/core/tasks/request.ts';
import { EngineMemory } from '../../src/engine/attempts/memory.ts';
import type { CallOptions, EngineContext, ProgressEvent } from '../../src/engine/context.ts';
import { type DelegateOutcome, delegate } from '../../src/engine/delegate.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { givenConfig } from '../helpers/config.ts';
import { memoryLedger } from '../helpers/memory.ts';
import { catalog, serve } from '../rehearsal/bench.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import type { ScenarioServer, ScenarioServerOptions } from '../rehearsal/scenario-server.ts';

export { catalog };
export const today = '2026-11-22';
export const key = 'sk-proj-0123456789abcdefSECRET';

export function configOf(policies?: object, models?: object): Config {
  return givenConfig({ policies, models });
}

/** Sleeps at once, and remembers for how long. */
export class FakeClock implements Clock {
  readonly waits: number[] = [];
  readonly #start: number;
  #passed = 0;

  constructor(day: string) {
    this.#start = Date.parse(`${day}T12:00:00Z`);
  }

  now = () => this.#start + this.#passed;
  monotonic = () => this.#passed;
  pass(milliseconds: number): void {
    this.#passed += milliseconds;
  }
  sleep = async (milliseconds: number) => {
    this.waits.push(milliseconds);
    this.#passed += milliseconds;
  };
}

export interface EngineFixture {
  server: ScenarioServer;
  context: EngineContext;
  clock: FakeClock;
  records: UsageRecord[];
  logged: Record<string, unknown>[];
  events: ProgressEvent[];
  /** The working directory of the calls. */
  folder: string;
  call(request?: Partial<DelegateRequest>, options?: Partial<CallOptions>): Promise<DelegateOutcome>;
  /** The error that a call ends in. */
  error(request?: Partial<DelegateRequest>, options?: Partial<CallOptions>): Promise<OrchError>;
  /** Models in the order in which they were asked. */
  asked(): (string | undefined)[];
}

export interface EngineFixtureOptions extends Partial<Omit<ScenarioServerOptions, 'today'>> {
  day?: string;
  policies?: object;
  models?: object;
  context?: Partial<EngineContext>;
  files?: Record<string, string>;
}

export async function engineFixture(options: EngineFixtureOptions = {}): Promise<EngineFixture> {
  const { day = today, policies, models, context: overrides, files = {}, ...rehearsal } = options;
  const server = await serve({ today: () => day, ...rehearsal });
  const folder = mkdtempSync(join(tmpdir(), 'orch-engine-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const clock = new FakeClock(day);
  const records: UsageRecord[] = [];
  const logged: Record<string, unknown>[] = [];
  const events: ProgressEvent[] = [];
  const provider = openAiProvider({
    apiKey: key,
    baseUrl: server.url,
    organization: undefined,
    project: undefined,
    redact: redactor([key]),
  });
  let ids = 0;
  const context: EngineContext = {
    config: configOf(policies, models),
    maxInputTokens: 32_000,
    workspace: workspaceFiles({ cwd: folder, roots: () => [] }),
    secrets: secretScanner([key]),
    retrieval: async () =>
      openRetrieval({
        ...{ cwd: folder, roots: () => [], indexFolder: undefined, engines: {} },
        ...{ secrets: secretScanner([key]), exclude: [] },
      }),
    provider: async () => provider,
    ledger: memoryLedger(records),
    budget: async () => undefined,
    localDay: () => day,
    patchChecker: gitPatchChecker(),
    syntax: lazySyntax(grammarFolder()),
    clock,
    memory: new EngineMemory(),
    log: { call: (line) => logged.push(line) },
    newId: () => `run-${++ids}`,
    random: () => 0,
    projectName: undefined,
    rehearsal: false,
    ...overrides,
  };
  const call: EngineFixture['call'] = (request = {}, callOptions = {}) =>
    delegate({ ...plainRequest, ...request }, context, {
      signal: new AbortController().signal,
      onProgress: (event) => events.push(event),
      ...callOptions,
    });
  return {
    server,
    context,
    clock,
    records,
    logged,
    events,
    folder,
    call,
    error: (request, callOptions) => errorOf(call(request, callOptions)),
    asked: () => server.requests.map(({ model }) => model),
  };
}

/** On 2026-11-22 this goes to gpt-6.2-sol (for gpt-5-codex), then gpt-5-mini, then gpt-5. */
const plainRequest: DelegateRequest = {
  task: 'code_generate',
  unknownTask: undefined,
  instruction: 'write a constant',
  context: undefined,
  files: [],
  language: 'typescript',
  framework: undefined,
  safetyCritical: false,
  forceModel: undefined,
  shape: 'code',
  effort: undefined,
  maxOutputTokens: undefined,
  maxCostUsd: undefined,
  timeoutMs: 600_000,
};

export const code = {
  kind: 'text',
  text: '```ts\nexport const answer = 42;\n```',
} as const satisfies Scenario;

/** What the task tests is answered with. */
export const testFile = {
  kind: 'text',
  text: "```ts\nit('answers', () => expect(1).toBe(1));\n```",
} as const satisfies Scenario;

export async function errorOf(promise: Promise<unknown>): Promise<OrchError> {
  const error = await promise.then(
    () => {
      throw new Error('it went well');
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof OrchError)) throw error;
  return error;
}
