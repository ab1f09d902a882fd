import { describe, expect, it } from 'vitest';
import { candidatesOf, describeAdvice, type RouteDecision } from '../../../src/core/router/decision.ts';
import { givenConfig, routed } from '../../helpers/config.ts';

const order = (decision: RouteDecision) =>
  candidatesOf(decision).map(({ alias, model }) => `${alias}:${model}`);
const reasons = (decision: RouteDecision) =>
  decision.rejected.map(({ alias, code, reason }) => `${alias} ${code}: ${reason}`);

describe('the given files, task by task', () => {
  it.each([
    ['code_generate', ['codex:gpt-5-codex', 'mini:gpt-5-mini', 'full:gpt-5']],
    ['refactor', ['codex:gpt-5-codex', 'full:gpt-5', 'mini:gpt-5-mini']],
    ['tests', ['mini:gpt-5-mini', 'codex:gpt-5-codex', 'full:gpt-5']],
    ['docs', ['chat:gpt-5-chat', 'mini:gpt-5-mini', 'full:gpt-5']],
    ['deep_reasoning', ['full:gpt-5', 'codex:gpt-5-codex']],
  ] as const)('%s while all four models live', (task, models) => {
    expect(order(routed({ task }, { today: '2026-07-01' }))).toEqual(models);
  });

  it.each([
    ['code_generate', ['codex:gpt-6.2-sol', 'mini:gpt-5-mini', 'full:gpt-5']],
    ['refactor', ['codex:gpt-6.2-sol', 'full:gpt-5', 'mini:gpt-5-mini']],
    ['tests', ['mini:gpt-5-mini', 'codex:gpt-6.2-sol', 'full:gpt-5']],
    ['docs', ['chat:gpt-6-luna', 'mini:gpt-5-mini', 'full:gpt-5']],
    ['deep_reasoning', ['full:gpt-5', 'codex:gpt-6.2-sol']],
  ] as const)('%s on 2026-11-22', (task, models) => {
    expect(order(routed({ task }, { today: '2026-11-22' }))).toEqual(models);
  });

  it.each([
    ['code_generate', ['codex:gpt-6.2-sol', 'mini:gpt-6.1-terra', 'full:gpt-6.1-sol']],
    ['refactor', ['codex:gpt-6.2-sol', 'full:gpt-6.1-sol', 'mini:gpt-6.1-terra']],
    ['tests', ['mini:gpt-6.1-terra', 'codex:gpt-6.2-sol', 'full:gpt-6.1-sol']],
    ['docs', ['chat:gpt-6-luna', 'mini:gpt-6.1-terra', 'full:gpt-6.1-sol']],
    ['deep_reasoning', ['full:gpt-6.1-sol', 'codex:gpt-6.2-sol']],
  ] as const)('%s on 2026-12-12, when all four are gone', (task, models) => {
    expect(order(routed({ task }, { today: '2026-12-12' }))).toEqual(models);
  });
});

describe('a safety-critical refactoring with the given files', () => {
  const features = { task: 'refactor', approxTokens: 5800, safetyCritical: true } as const;

  it('on 2026-07-01: gpt-5-codex, in the form of the contract', () => {
    const decision = routed(features, { today: '2026-07-01' });
    expect(decision.rationale).toBe('task=refactor size=5800 safety=true => gpt-5-codex');
    expect(decision.rule).toBe('safety-critical');
    expect(order(decision)).toEqual(['codex:gpt-5-codex', 'full:gpt-5']);
    expect(reasons(decision)).toEqual([
      'mini safety: not allowed for safety-critical work (allowed: codex, full)',
    ]);
    expect(decision.selected?.warnings).toEqual([
      'codex: gpt-5-codex shuts down on 2026-07-23, in 22 days; gpt-6.2-sol will replace it; to settle it: orch config set alias.codex gpt-6.2-sol',
    ]);
  });

  it('on 2026-11-22: the successor of gpt-5-codex, and the hop is told', () => {
    const decision = routed(features, { today: '2026-11-22' });
    expect(decision.rationale).toBe(
      'task=refactor size=5800 safety=true => gpt-6.2-sol (gpt-5-codex retired 2026-07-23, gpt-6.2-sol takes its place)',
    );
    expect(order(decision)).toEqual(['codex:gpt-6.2-sol', 'full:gpt-5']);
    expect(decision.selected).toMatchObject({
      requestedModel: 'gpt-5-codex',
      apiModel: 'gpt-6.2-sol',
      warnings: [
        'codex: gpt-5-codex retired 2026-07-23, gpt-6.2-sol takes its place; to settle it: orch config set alias.codex gpt-6.2-sol',
      ],
    });
    expect(decision.fallbacks[0]?.warnings).toEqual([
      'full: gpt-5 shuts down on 2026-12-11, in 19 days; gpt-6.1-sol will replace it; to settle it: orch config set alias.full gpt-6.1-sol',
    ]);
  });

  it('on 2026-12-12: two models, so that one can stand in for the other', () => {
    const decision = routed(features, { today: '2026-12-12' });
    expect(order(decision)).toEqual(['codex:gpt-6.2-sol', 'full:gpt-6.1-sol']);
    expect(reasons(decision)).toEqual([
      'mini safety: not allowed for safety-critical work (allowed: codex, full)',
    ]);
  });

  it('asks one model once where both aliases lead to it', () => {
    const config = givenConfig({ catalog: { models: { 'gpt-5-codex': { successor: 'gpt-6.1-sol' } } } });
    const decision = routed(features, { today: '2026-12-12', config });
    expect(order(decision)).toEqual(['codex:gpt-6.1-sol']);
    expect(reasons(decision)).toContain('full duplicate: same model as codex');
  });
});

describe('rule 1: the task', () => {
  it('that is not known is treated as docs and said', () => {
    const decision = routed({ task: 'docs', unknownTask: 'poetry' });
    expect(decision.warnings).toEqual(['unknown task "poetry", treated as docs']);
    expect(decision.selected?.alias).toBe('chat');
  });
});

describe('rule 2: caps', () => {
  it.each([
    [12_000, ['chat', 'mini', 'full']],
    [12_001, ['full']],
  ])('an input of %i tokens goes to %j', (approxTokens, aliases) => {
    const decision = routed({ task: 'docs', approxTokens, mostTokens: approxTokens });
    expect(candidatesOf(decision).map(({ alias }) => alias)).toEqual(aliases);
  });

  it('say the size and the cap', () => {
    expect(reasons(routed({ task: 'tests', approxTokens: 15_200, mostTokens: 15_200 }))).toEqual([
      'mini cap: input is about 15 200 tokens, cap for mini is 12 000',
    ]);
  });

  it('hold for the alias even after its model was replaced', () => {
    const decision = routed({ task: 'docs', approxTokens: 12_001 }, { today: '2027-01-01' });
    expect(order(decision)).toEqual(['full:gpt-6.1-sol']);
  });

  it('give way to no forced model either', () => {
    const decision = routed({ forceModel: 'mini', approxTokens: 12_001 });
    expect(decision.selected).toBeUndefined();
    expect(decision.rejected).toMatchObject([{ alias: 'mini', code: 'cap' }]);
  });

  it('of a window are those of the model', () => {
    const fits = { approxTokens: 272_000, mostTokens: 272_000 };
    expect(order(routed({ task: 'refactor', ...fits }))).toEqual(['codex:gpt-5-codex', 'full:gpt-5']);
    const decision = routed({ task: 'refactor', approxTokens: 272_001, mostTokens: 272_001 });
    expect(decision.selected).toBeUndefined();
    expect(reasons(decision)).toContain(
      'codex window: input is about 272 001 tokens, limit of gpt-5-codex is 272 000',
    );
    expect(decision.rationale).toBe('task=refactor size=272001 safety=false => no eligible model');
  });
});

describe('rule 3: safety and language', () => {
  it('safety forces codex, then full, in that order and for every task', () => {
    for (const task of ['code_generate', 'refactor', 'tests', 'docs', 'deep_reasoning'] as const) {
      expect(order(routed({ task, safetyCritical: true }))).toEqual(['codex:gpt-5-codex', 'full:gpt-5']);
    }
  });

  it('safety is stronger than a lean', () => {
    const config = givenConfig({ policies: { safetyCritical: ['full'] } });
    expect(order(routed({ task: 'tests', language: 'c', safetyCritical: true }, { config }))).toEqual([
      'full:gpt-5',
    ]);
  });

  it('safety keeps every place that the list gives a safe alias, with its effort', () => {
    const efforts = [{ alias: 'codex', effort: 'low' }, 'mini', { alias: 'codex', effort: 'high' }];
    const config = givenConfig({ models: { routing: { tests: efforts } } });
    const decision = routed({ task: 'tests', safetyCritical: true }, { config });
    expect(candidatesOf(decision).map(({ alias, parameters }) => `${alias} ${parameters.effort}`)).toEqual([
      'codex low',
      'codex high',
      'full medium',
    ]);
  });

  it.each(['c', 'cpp', 'rust'])('%s leans to codex where codex is a candidate', (language) => {
    const tests = routed({ task: 'tests', language });
    expect(order(tests)).toEqual(['codex:gpt-5-codex', 'mini:gpt-5-mini', 'full:gpt-5']);
    expect(tests.rule).toBe('language');
    expect(routed({ task: 'docs', language }).selected?.alias).toBe('chat');
    expect(routed({ task: 'refactor', language }).rule).toBe('task-order');
  });

  it.each(['typescript', 'constructor', '__proto__', undefined])('%s leans nowhere', (language) => {
    expect(routed({ task: 'tests', language }).selected?.alias).toBe('mini');
  });

  it('a language of the policies may be written as people write it', () => {
    const config = givenConfig({ policies: { languages: { 'C++': null, TS: 'full' } } });
    expect(routed({ task: 'tests', language: 'cpp' }, { config }).selected?.alias).toBe('mini');
    expect(routed({ task: 'tests', language: 'typescript' }, { config }).selected?.alias).toBe('full');
    expect(routed({ task: 'tests', language: 'rust' }, { config }).selected?.alias).toBe('codex');
  });
});

describe('rule 5: a forced model', () => {
  it.each([
    ['an alias', 'mini', 'gpt-5-mini'],
    ['an id', 'gpt-5.1', 'gpt-5.1'],
    ['an id of the API', 'gpt-5-chat-latest', 'gpt-5-chat'],
  ])('that is %s is the only candidate', (_, forceModel, model) => {
    const decision = routed({ task: 'refactor', forceModel });
    expect(order(decision)).toEqual([`${forceModel}:${model}`]);
    expect([decision.rule, decision.rejected]).toEqual(['forced', []]);
  });

  it('that is an alias of a model outside the catalogue is taken at its word', () => {
    const models = { aliases: { local: 'llama3.3' } };
    expect(order(routed({ forceModel: 'local' }, { config: givenConfig({ models }) }))).toEqual([
      'local:llama3.3',
    ]);
  });

  it('overrides the safe list, since the caller named it', () => {
    expect(routed({ safetyCritical: true, forceModel: 'mini' }).selected?.model).toBe('gpt-5-mini');
  });

  it('by alias follows the successor, by id never turns into another', () => {
    expect(routed({ forceModel: 'codex' }, { today: '2026-11-22' }).selected?.model).toBe('gpt-6.2-sol');
    const decision = routed({ forceModel: 'gpt-5-codex' }, { today: '2026-11-22' });
    expect(decision.selected).toBeUndefined();
    expect(reasons(decision)).toEqual([
      'gpt-5-codex retired: gpt-5-codex retired 2026-07-23, gpt-6.2-sol takes its place: use gpt-6.2-sol instead',
    ]);
  });

  it('that is not in the catalogue is tried, with a warning and without a price', () => {
    const decision = routed({ forceModel: 'llama-4' });
    expect(decision.selected).toMatchObject({ model: 'llama-4', apiModel: 'llama-4' });
    expect(decision.selected?.cost).toBeUndefined();
    expect(decision.selected?.warnings).toEqual([
      'llama-4 is not in the catalogue: its price is unknown and its limits are not checked',
    ]);
    expect(routed({ forceModel: 'llama-4' }, { notFound: ['llama-4'] }).rejected).toMatchObject([
      { code: 'retired' },
    ]);
    expect(routed({ forceModel: 'llama-4', maxCostUsd: 5 }).rejected).toMatchObject([
      { code: 'unknown-price' },
    ]);
  });

  it.each(['gpt-5-prn', 'gpt-5-codx', 'gpt-5-nana', 'gpt-7', 'o4'])(
    'is no slip of one that is: %s',
    (forceModel) => {
      expect(routed({ forceModel }).selected).toMatchObject({ model: forceModel, apiModel: forceModel });
    },
  );

  it('may be one of which the catalogue knows no price', () => {
    const config = givenConfig({ catalog: { models: { 'gpt-9': { contextTokens: 1000 } } } });
    expect(routed({ forceModel: 'gpt-9' }, { config }).selected).toMatchObject({
      cost: undefined,
      warnings: ['the price of gpt-9 is unknown'],
    });
    expect(routed({ forceModel: 'gpt-9', approxTokens: 1001 }, { config }).rejected).toMatchObject([
      { code: 'window' },
    ]);
    expect(routed({ forceModel: 'gpt-9', maxCostUsd: 5 }, { config }).rejected).toMatchObject([
      { code: 'unknown-price' },
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('called %s is just an unknown id', (forceModel) => {
    expect(routed({ forceModel }).selected).toMatchObject({ model: forceModel, requestedModel: forceModel });
  });
});

describe('ceilings', () => {
  it('reject what may cost more, and say both sums', () => {
    // gpt-5-codex: (2000 x 1.25 + (2048 + 8192) x 10) / 1e6 = 0.1049; gpt-5-mini a fifth of it.
    const decision = routed({ task: 'code_generate', maxCostUsd: 0.05 });
    expect(order(decision)).toEqual(['mini:gpt-5-mini']);
    expect(decision.ceilingUsd).toBe(0.05);
    expect(reasons(decision)).toEqual([
      'codex ceiling: may cost up to $0.10, ceiling is $0.050',
      'full ceiling: may cost up to $0.10, ceiling is $0.050',
    ]);
  });

  it('say what would be enough where they leave no candidate, and what else would fit', () => {
    // gpt-5, effort high: (2000 x 1.25 + (4096 + 16,384) x 10) / 1e6; gpt-5-mini a fifth of it.
    const decision = routed({ task: 'deep_reasoning', maxCostUsd: 0.05 });
    expect(decision.selected).toBeUndefined();
    expect(decision.ceilingAdvice).toEqual({ enoughUsd: 0.2073, alias: 'full', fits: ['chat', 'mini'] });
    expect(describeAdvice(decision.ceilingAdvice!)).toBe(
      '$0.21 would be enough for full; chat fits (-m chat)',
    );
    expect(routed({ task: 'deep_reasoning', maxCostUsd: 0.2073 }).selected?.alias).toBe('full');

    const safe = routed({ task: 'tests', safetyCritical: true, maxCostUsd: 0.05 });
    expect(safe.ceilingAdvice).toMatchObject({ fits: [] });
    const forced = routed({ forceModel: 'full', maxCostUsd: 0.05 });
    expect(forced.ceilingAdvice?.fits).toEqual(['chat', 'mini']);
    expect(routed({ maxCostUsd: 0.05 }).ceilingAdvice).toBeUndefined();
  });

  it("count the caller's room for the answer", () => {
    const high = (maxOutputTokens?: number) =>
      routed({ task: 'tests', maxOutputTokens }).selected!.cost!.highUsd;
    // gpt-5-mini: $2 per million tokens of output
    expect(high(12_048) - high(2048)).toBeCloseTo(0.02, 12);
    expect(order(routed({ task: 'tests', maxOutputTokens: 30_000, maxCostUsd: 0.05 }))).toEqual([]);
  });

  it('let pass what costs exactly as much', () => {
    expect(routed({ forceModel: 'codex', maxCostUsd: 0.1049 }).selected).toBeDefined();
    expect(routed({ forceModel: 'codex', maxCostUsd: 0.104899 }).selected).toBeUndefined();
  });

  it('of the configuration hold beside the one of the caller', () => {
    const config = givenConfig({ policies: { budgets: { perTaskUsd: { tests: 0.05 } } } });
    expect(order(routed({ task: 'tests', maxCostUsd: 10 }, { config }))).toEqual(['mini:gpt-5-mini']);
    expect(order(routed({ task: 'refactor' }, { config }))).toHaveLength(3);
  });
});

describe('candidates', () => {
  it('of one model with one effort count once, with different efforts twice', () => {
    const list = (docs: unknown[]) =>
      routed({ task: 'docs' }, { config: givenConfig({ models: { routing: { docs } } }) });
    expect(reasons(list(['mini', 'gpt-5-mini', 'mini']))).toEqual([
      'gpt-5-mini duplicate: same model as mini',
      'mini duplicate: listed twice',
    ]);
    const twice = list([{ alias: 'mini', effort: 'low' }, { alias: 'mini', effort: 'high' }, 'mini']);
    expect(candidatesOf(twice).map(({ parameters }) => parameters.effort)).toEqual(['low', 'high']);
  });

  it('answer with a warning where the caller’s effort is changed, not where that of a list is', () => {
    const config = givenConfig({ models: { routing: { docs: [{ alias: 'mini', effort: 'max' }] } } });
    const warningsOf = (features: Parameters<typeof routed>[0]) =>
      candidatesOf(routed({ task: 'docs', ...features }, { config })).flatMap(({ warnings }) =>
        warnings.filter((text) => text.includes('effort')),
      );
    expect(warningsOf({ effort: 'max' })).toEqual([
      expect.stringMatching(/^gpt-\S+: effort max changed to /),
    ]);
    expect(warningsOf({})).toEqual([]);
  });

  it('with efforts of their own collapse when the caller sets one effort for all', () => {
    const docs = [
      { alias: 'mini', effort: 'low' },
      { alias: 'mini', effort: 'high' },
    ];
    const config = givenConfig({ models: { routing: { docs } } });
    const decision = routed({ task: 'docs', effort: 'medium' }, { config });
    expect(candidatesOf(decision).map(({ parameters }) => parameters.effort)).toEqual(['medium']);
  });

  it('that the provider does not know give way to their successors', () => {
    const decision = routed({ task: 'docs' }, { notFound: ['gpt-5-chat'] });
    expect(decision.selected).toMatchObject({ alias: 'chat', model: 'gpt-6-luna' });
    expect(decision.rationale).toContain('the provider does not know gpt-5-chat, gpt-6-luna takes its place');
  });

  it('carry what is sent: parameters by task and card, time-outs by alias', () => {
    const config = givenConfig({ policies: { timeouts: { chat: { idleMs: 5 } } } });
    const { selected, fallbacks } = routed({ task: 'docs' }, { config });
    expect(selected).toMatchObject({
      apiModel: 'gpt-5-chat-latest',
      parameters: { maxOutputTokens: 2048, temperature: 0.7, effort: undefined },
      timeouts: { firstEventMs: 45_000, thinkingMs: 5, idleMs: 5, totalMs: 600_000 },
    });
    expect(fallbacks[0]?.parameters).toMatchObject({
      maxOutputTokens: 2048 + 1024,
      temperature: undefined,
      effort: 'minimal',
    });
  });
});
