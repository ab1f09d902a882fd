/** What `route.explain` prints is what the engine walks: same order, same models, whatever fails on the way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lazySyntax } from '../../src/adapters/syntax/syntax.ts';
import { grammarFolder } from '../../src/adapters/system/folders.ts';
import type { Config } from '../../src/core/config/config.ts';
import { OrchError } from '../../src/core/errors/orch-error.ts';
import { type FailureClass, failureTable, ProviderFailure } from '../../src/core/errors/provider-failure.ts';
import { apiId, findCard, inputWindow } from '../../src/core/models/model-card.ts';
import type { UsageRecord } from '../../src/core/record/usage-record.ts';
import { EngineMemory } from '../../src/engine/attempts/memory.ts';
import type { EngineContext } from '../../src/engine/context.ts';
import { delegate } from '../../src/engine/delegate.ts';
import type { DelegationInput } from '../../src/operations/delegation/fields.ts';
import { readRequest } from '../../src/operations/delegation/read-request.ts';
import { type DecisionOutput, explain } from '../../src/operations/route-explain.ts';
import { memoryLedger } from '../helpers/memory.ts';
import { configurations, days, deadModels, requests } from '../helpers/routing-arbitraries.ts';

interface World {
  context: EngineContext;
  /** `model effort` of every request, in its order. */
  asked: string[];
  records: UsageRecord[];
}

/** Gives every model that is asked the next failure of the script, and keeps giving it; then answers. */
function world(
  config: Config,
  today: string,
  dead: readonly string[],
  script: readonly FailureClass[],
): World {
  const asked: string[] = [];
  const records: UsageRecord[] = [];
  const given = new Map<string, FailureClass | undefined>();
  const memory = new EngineMemory();
  for (const model of dead) memory.notFound.add(model);
  const usage = {
    inputTokens: 0,
    outputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
  const context: EngineContext = {
    config: { ...config, policies: { ...config.policies, breaker: { failures: 1000, cooldownMs: 1 } } },
    maxInputTokens: Number.MAX_SAFE_INTEGER,
    secrets: undefined,
    retrieval: () => Promise.reject(new Error('nothing is searched for')),
    workspace: {
      readSources: async () => ({ base: '/', sources: [], exists: () => false, warnings: [] }),
      readChange: () => Promise.reject(new Error('no change is asked for')),
      readRules: () => ({ rules: [], warnings: [] }),
      base: () => '/',
      assertWritable: () => {},
    },
    budget: async () => undefined,
    localDay: () => today,
    provider: async () => ({
      async generate({ model, effort }) {
        const key = `${model} ${effort}`;
        asked.push(key);
        if (!given.has(key)) given.set(key, script[given.size]);
        const failureClass = given.get(key);
        if (failureClass !== undefined)
          throw new ProviderFailure(failureClass, failureClass, {
            usage,
            parameter: 'temperature',
            retryAfterMs: 1,
          });
        return {
          text: 'done',
          responseId: undefined,
          servedModel: model,
          usage,
          finishReason: 'completed',
          serviceTier: undefined,
          firstEventMs: 1,
        };
      },
    }),
    ledger: memoryLedger(records),
    patchChecker: { check: async () => ({ ok: true, detail: '', checkedBy: 'none' }) },
    syntax: lazySyntax(grammarFolder()),
    clock: { now: () => Date.parse(`${today}T12:00:00Z`), monotonic: () => 0, sleep: async () => {} },
    memory,
    log: { call: () => {} },
    newId: () => 'run',
    random: () => 0.5,
    projectName: undefined,
    rehearsal: false,
  };
  return { context, asked, records };
}

/** What explaining needs beside the engine. */
const looking = (context: EngineContext) => ({
  engine: () => context,
  notes: () => [],
  recentRecords: async () => [],
  budgetStandings: async () => [],
});

const explained = ({ selected, fallbacks }: DecisionOutput) => (selected ? [selected, ...fallbacks] : []);

/** The walk that the printed decision promises, for these failures. */
async function promised(
  input: Partial<DelegationInput>,
  context: EngineContext,
  script: readonly FailureClass[],
) {
  const { catalog } = context.config;
  const cardOf = (model: string) => findCard(catalog, model)?.card;
  const keyOf = (candidate: { model: string; effort: string | null }) =>
    `${apiId(candidate.model, cardOf(candidate.model))} ${candidate.effort ?? undefined}`;
  const walk: string[] = [];
  let queue = explained(
    await explain(readRequest({ input: '', ...input }), looking(context), new AbortController().signal),
  );
  let tooSmall: number | undefined;
  let hasDeclined = false;
  const takesTheInput = (candidate: { model: string }) => {
    const card = cardOf(candidate.model);
    return tooSmall === undefined || (card !== undefined && inputWindow(card) > tooSmall);
  };
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { model } = next;
    walk.push(keyOf(next));
    const failureClass = script[walk.length - 1];
    if (failureClass === undefined) return { walk, answered: true };
    const { recovery } = failureTable[failureClass];
    if (isFinal(failureClass) || hasDeclined) break;
    hasDeclined ||= failureClass === 'spoken-refusal';
    if (failureClass === 'model-not-found') {
      if (input.forceModel !== undefined) break;
      context.memory.notFound.add(model);
      queue = explained(
        await explain(readRequest({ input: '', ...input }), looking(context), new AbortController().signal),
      ).filter((other) => !walk.includes(keyOf(other)) && takesTheInput(other));
    } else if (recovery === 'larger-window') {
      const card = cardOf(model);
      tooSmall = Math.max(tooSmall ?? 0, card ? inputWindow(card) : Number.POSITIVE_INFINITY);
      queue = queue.filter(takesTheInput);
    }
  }
  return { walk, answered: false };
}

const isFinal = (name: FailureClass) => new ProviderFailure(name, '').isFinal;
const withoutRepeats = (keys: readonly string[]) => keys.filter((key, at) => key !== keys[at - 1]);
const classes = Object.keys(failureTable).filter((name) => name !== 'cancelled') as FailureClass[];
const movesOn = classes.filter((name) => !isFinal(name) && name !== 'context-length');
// Requests that most models can take and most ceilings allow, so that there is a way to walk.
const smallRequests = requests.map(({ approxTokens, maxCostUsd, ...rest }) => ({
  ...rest,
  approxTokens: approxTokens % 1500,
  maxCostUsd: maxCostUsd === undefined ? undefined : maxCostUsd * 10,
}));
const roomyConfigurations = configurations.map((config) => {
  const { budgets } = config.policies;
  const perCallUsd = budgets.perCallUsd === undefined ? undefined : budgets.perCallUsd * 20;
  return { ...config, policies: { ...config.policies, budgets: { ...budgets, perCallUsd } } };
});
const cases = fc.record({
  features: smallRequests,
  config: roomyConfigurations,
  today: days,
  dead: deadModels,
  script: fc.array(fc.oneof(fc.constantFrom(...movesOn), fc.constantFrom(...classes)), {
    minLength: 1,
    maxLength: 6,
  }),
});

describe('the walk', () => {
  it('asks the models that route.explain prints, in that order, and records each of them', async () => {
    let walked = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ features, config, today, dead, script }) => {
        const { task, language, safetyCritical, forceModel, effort, maxCostUsd, approxTokens } = features;
        const input = {
          task,
          input: 'x'.repeat(Math.max(1, approxTokens * 3)),
          language,
          safetyCritical,
          forceModel,
          effort,
          maxCostUsd,
          return: 'text' as const,
        };
        const expected = await promised(input, world(config, today, dead, script).context, script);
        const { context, asked, records } = world(config, today, dead, script);
        const outcome = await delegate(readRequest(input), context, {
          signal: new AbortController().signal,
        }).catch((error: unknown) => error);
        expect(withoutRepeats(asked)).toEqual(expected.walk);
        if (expected.answered) expect(outcome).toMatchObject({ finished: { result: 'done\n' } });
        else expect(outcome).toBeInstanceOf(OrchError);
        expect(records).toHaveLength(asked.length);
        if (expected.walk.length > 1) walked++;
      }),
      { numRuns: 100 },
    );
    // The generator must make the engine fall back often enough to mean something.
    expect(walked).toBeGreaterThan(5);
  });
});
