import { describe, expect, it } from 'vitest';
import catalog from '../../../conf/catalog.json' with { type: 'json' };
import models from '../../../conf/models.json' with { type: 'json' };
import policies from '../../../conf/policies.json' with { type: 'json' };
import { buildConfig } from '../../../src/core/config/config.ts';
import type { Layer } from '../../../src/core/config/layers.ts';
import { originOf } from '../../../src/core/config/layers.ts';
import { ceilingFor, generationFor } from '../../../src/core/config/policy.ts';
import type { ConfigProblem } from '../../../src/core/config/problem.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { taskKinds } from '../../../src/core/tasks/tasks.ts';
import { givenConfig, routed } from '../../helpers/config.ts';

type Layers = Partial<Record<'models' | 'policies' | 'catalog', unknown>>;

function refusal(action: () => unknown): OrchError & { problems: ConfigProblem[] } {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(OrchError);
    const problems = (error as OrchError).details?.problems as ConfigProblem[];
    return Object.assign(error as OrchError, { problems });
  }
  throw new Error('nothing was refused');
}
const problemsWith = (over: Layers) => refusal(() => givenConfig(over)).problems;

describe('the given files', () => {
  it('give the aliases and the routing of the contract', () => {
    const config = givenConfig();
    expect(config.aliases).toEqual({
      codex: 'gpt-5-codex',
      mini: 'gpt-5-mini',
      chat: 'gpt-5-chat',
      full: 'gpt-5',
    });
    expect(config.routing).toEqual({
      code_generate: ['codex', 'mini', 'full'],
      refactor: ['codex', 'full', 'mini'],
      tests: ['mini', 'codex', 'full'],
      docs: ['chat', 'mini', 'full'],
      deep_reasoning: ['full', 'codex'],
    });
  });

  it('give the policies of the contract and a default for every key beside them', () => {
    const { policies: complete } = givenConfig();
    expect(complete).toEqual({
      defaults: { max_output_tokens: 2048, temperature: 0.2 },
      overrides: { docs: { temperature: 0.7 }, deep_reasoning: { max_output_tokens: 4096 } },
      caps: { mini: { max_input: 12_000 }, chat: { max_input: 12_000 } },
      timeouts: {},
      retry: { maxRetries: 2, baseMs: 500, maxMs: 8000 },
      breaker: { failures: 3, cooldownMs: 60_000 },
      budgets: {
        perCallUsd: undefined,
        perTaskUsd: {},
        perProject: {},
        onUnavailable: 'refuse',
        alertUsd: 2,
      },
      languages: { c: 'codex', cpp: 'codex', rust: 'codex' },
      safetyCritical: ['codex', 'full'],
      models: { allow: [], deny: [] },
      complexity: {
        low: { effortStep: -1, order: 'cost' },
        normal: { effortStep: 0, order: 'declared' },
        high: { effortStep: 1, order: 'safetyCritical' },
      },
      retrieval: { autoContext: false, contextTokens: 4000, exclude: [] },
      rules: [],
    });
  });

  it('set temperature and output per task', () => {
    const { policies: complete } = givenConfig();
    expect(
      taskKinds
        .map((task) => generationFor(complete, { task }))
        .map(({ temperature, max_output_tokens }) => [temperature, max_output_tokens]),
    ).toEqual([
      [0.2, 2048],
      [0.2, 2048],
      [0.2, 2048],
      [0.7, 2048],
      [0.2, 4096],
    ]);
  });
});

describe('policies', () => {
  it('hold the smallest of the ceilings that are set', () => {
    const { policies: none } = givenConfig();
    expect(ceilingFor(none, { task: 'docs' }, undefined)).toBeUndefined();
    expect(ceilingFor(none, { task: 'docs' }, 3)).toBe(3);
    const { policies: set } = givenConfig({
      policies: { budgets: { perCallUsd: 2, perTaskUsd: { docs: 1 } } },
    });
    expect(ceilingFor(set, { task: 'docs' }, 3)).toBe(1);
    expect(ceilingFor(set, { task: 'tests' }, 3)).toBe(2);
    expect(ceilingFor(set, { task: 'docs' }, 0.5)).toBe(0.5);
  });

  it('let an override of the task win over the defaults, and both over the effort of the package', () => {
    const effort = (over: unknown) =>
      generationFor(givenConfig({ policies: over }).policies, { task: 'deep_reasoning' }).reasoning_effort;
    expect(effort({})).toBe('high');
    expect(effort({ defaults: { reasoning_effort: 'low' } })).toBe('low');
    expect(
      effort({
        defaults: { reasoning_effort: 'low' },
        overrides: { deep_reasoning: { reasoning_effort: 'max' } },
      }),
    ).toBe('max');
  });
});

describe('the policies of an own task', () => {
  const changelog = { task: 'docs', ownTask: { name: 'changelog' } } as const;
  const own = { models: { tasks: { changelog: { base: 'docs' } } } };

  it('are those of its base, except where it has some of its own', () => {
    const { policies: set } = givenConfig({
      ...own,
      policies: {
        overrides: { docs: { verbosity: 'low' }, changelog: { temperature: 0.1 } },
        budgets: { perTaskUsd: { docs: 1, changelog: 0.4 } },
      },
    });
    expect(generationFor(set, changelog)).toMatchObject({ temperature: 0.1, verbosity: 'low' });
    expect(generationFor(set, { task: 'docs' })).toMatchObject({ temperature: 0.7, verbosity: 'low' });
    expect(ceilingFor(set, changelog, 3)).toBe(0.4);
    expect(ceilingFor(set, { task: 'docs' }, 3)).toBe(1);
  });

  it('come before the effort of the task, which comes before that of its base', () => {
    const effortOf = (overrides: Record<string, unknown>) => {
      const config = givenConfig({ ...own, policies: { overrides } });
      return routed(
        { ...changelog, ownTask: { name: 'changelog', effort: 'medium' }, forceModel: 'gpt-6.2-sol' },
        { config },
      ).selected?.parameters.effort;
    };
    expect(effortOf({ changelog: { reasoning_effort: 'high' } })).toBe('high');
    expect(effortOf({ changelog: { temperature: 0.1 } })).toBe('medium');
    expect(effortOf({ docs: { reasoning_effort: 'high' } })).toBe('medium');
  });

  it('never raise a ceiling of the base', () => {
    const budgets = { perTaskUsd: { docs: 1, changelog: 4 } };
    expect(ceilingFor(givenConfig({ ...own, policies: { budgets } }).policies, changelog, 3)).toBe(1);
  });

  it.each([['overrides'], ['budgets.perTaskUsd']])(
    'are refused in %s where no task has the name',
    (section) => {
      const byTask =
        section === 'overrides'
          ? { overrides: { chaneglog: { temperature: 1 } } }
          : { budgets: { perTaskUsd: { chaneglog: 1 } } };
      expect(refusal(() => givenConfig({ ...own, policies: byTask })).problems).toEqual([
        {
          origin: 'own/policies.json',
          path: `${section}.chaneglog`,
          message: 'unknown task "chaneglog"',
          hint: 'did you mean changelog?',
        },
      ]);
    },
  );

  it('are not looked for among what every object inherits', () => {
    const { policies: set } = givenConfig({ models: { tasks: { constructor: { base: 'docs' } } } });
    expect(ceilingFor(set, { task: 'docs', ownTask: { name: 'constructor' } }, undefined)).toBeUndefined();
  });
});

describe('layers', () => {
  const layered = (...values: unknown[]) =>
    buildConfig({
      models: [{ origin: 'package', value: models }],
      policies: [
        { origin: 'package', value: policies },
        ...values.map((value, at): Layer => ({ origin: `layer ${at + 1}`, value })),
      ],
      catalog: [{ origin: 'package', value: catalog }],
    });

  it('merge objects by key, the stronger layer winning, and replace lists', () => {
    const config = layered(
      { caps: { mini: { max_input: 5 }, codex: { max_input: 7 } }, safetyCritical: ['full', 'mini'] },
      { caps: { mini: { max_input: 9 } }, safetyCritical: ['codex'] },
    );
    expect(config.policies.caps).toEqual({
      mini: { max_input: 9 },
      chat: { max_input: 12_000 },
      codex: { max_input: 7 },
    });
    expect(config.policies.safetyCritical).toEqual(['codex']);
  });

  it('remember where each value comes from', () => {
    const { origins } = layered({ caps: { mini: { max_input: 5 } } }, { safetyCritical: ['codex'] });
    const from = (path: string) => originOf(origins.policies, path);
    expect(from('caps.mini.max_input')).toBe('layer 1');
    expect(from('caps.chat.max_input')).toBe('package');
    expect(from('safetyCritical')).toBe('layer 2');
    expect(from('safetyCritical.0')).toBe('layer 2');
    expect(from('nowhere.at.all')).toBeUndefined();
  });

  it('complete a card of the catalogue from a layer that names one field', () => {
    const config = givenConfig({ catalog: { models: { 'gpt-5': { shutdown: '2030-01-01' } } } });
    expect(config.catalog.models['gpt-5']).toMatchObject({
      shutdown: '2030-01-01',
      successor: 'gpt-6.1-sol',
      contextTokens: 400_000,
    });
  });

  it('may hold a card of which only a part is known', () => {
    const { models: cards } = givenConfig({
      catalog: { models: { 'gpt-7': { contextTokens: 1000 } } },
    }).catalog;
    expect(cards['gpt-7']).toEqual({ contextTokens: 1000 });
  });

  it.each(['gpt-5-codx', 'llama-9', 'something-else-altogether'])(
    'may name %s by an alias, which is not in the catalogue',
    (id) => {
      expect(givenConfig({ models: { aliases: { codex: id } } }).aliases.codex).toBe(id);
    },
  );

  it('take a lean of a language away with null, whatever its spelling', () => {
    const { policies: own } = givenConfig({ policies: { languages: { rust: null, go: 'full' } } });
    expect(own.languages).toEqual({ c: 'codex', cpp: 'codex', rust: null, go: 'full' });
  });

  it('do not change what they were given', () => {
    const before = JSON.stringify([models, policies, catalog]);
    givenConfig({ policies: { caps: { mini: { max_input: 1 } } }, models: { aliases: { mini: 'gpt-5' } } });
    expect(JSON.stringify([models, policies, catalog])).toBe(before);
  });
});

describe('problems', () => {
  it('of all files come at once, each with its file, its key and a hint', () => {
    const error = refusal(() =>
      givenConfig({
        models: { alias: {}, routing: { docs: [], tsets: ['mini'] } },
        policies: { defaults: { temperatur: 1, max_output_tokens: '9' }, caps: { mini: { max_input: -1 } } },
        catalog: { models: { 'gpt-5': { efforts: ['huge'], shutdown: '2026-02-30' } } },
      }),
    );
    expect([error.code, error.exitStatus]).toEqual(['invalid-config', 2]);
    expect(error.problems.map(({ origin, path, hint }) => `${origin} ${path} ${hint}`).sort()).toEqual(
      [
        'own/models.json alias did you mean aliases?',
        'own/models.json routing.docs list at least one',
        'own/models.json routing.tsets did you mean tests?',
        'own/policies.json defaults.temperatur did you mean temperature?',
        'own/policies.json defaults.max_output_tokens use a number',
        'own/policies.json caps.mini.max_input use a larger value',
        'own/catalog.json models.gpt-5.efforts[0] use one of: none, minimal, low, medium, high, xhigh, max',
        'own/catalog.json models.gpt-5.shutdown correct the value',
      ].sort(),
    );
    for (const { origin, path } of error.problems) expect(error.message).toContain(`${origin}: ${path}: `);
    expect(error.message).toContain('the configuration has 8 problems:');
    expect(error.message).not.toMatch(/Invalid|Too (?:small|big)|expected|received/);
    expect(error.message).toContain('defaults.max_output_tokens: must be a number, not a string');
  });

  const told = (over: Layers) => problemsWith(over).map(({ path, hint }) => `${path}: ${hint}`);

  it('across the files come with those of one of them', () => {
    expect(
      told({
        models: { aliases: { mini: 5 }, routing: { docs: ['nosuch'], tests: [7, 'minni'] }, bogus: 1 },
        policies: { caps: { caht: 1, fulll: { max_input: -1 } }, safetyCritical: 'codex' },
        catalog: { models: { 'gpt-7': { contextTokens: 1000, efforts: ['huge'] } } },
      }).sort(),
    ).toEqual(
      [
        'aliases.mini: use a string',
        'bogus: known keys: $schema, aliases, routing, tasks',
        'routing.docs: add "nosuch" to aliases',
        'routing.tests[0]: use an alias, a model id, or {"alias": …, "effort": …}',
        'routing.tests: did you mean mini?',
        'caps.caht: use an object',
        'caps.caht: did you mean chat?',
        'caps.fulll.max_input: use a larger value',
        'caps.fulll: did you mean full?',
        'safetyCritical: use an array',
        'models.gpt-7.efforts[0]: use one of: none, minimal, low, medium, high, xhigh, max',
      ].sort(),
    );
  });

  it.each<[string, Layers, string[]]>([
    [
      'a name whose value is faulty',
      { models: { aliases: { fast: 5 }, routing: { docs: ['fast'] } }, policies: { caps: { fast: {} } } },
      ['aliases.fast'],
    ],
    [
      'names under a misspelt key',
      { models: { alias: { fast: 'gpt-5' }, routing: { docs: ['fast'] } } },
      ['alias'],
    ],
    [
      'names in what is no object',
      { models: { aliases: ['fast'], routing: { docs: ['fast'] } } },
      ['aliases'],
    ],
    ['names of a file that is no object', { models: 7, policies: { caps: { fast: {} } } }, ['']],
    [
      'a model whose card is faulty',
      { models: { aliases: { fast: 'gpt-7' } }, catalog: { models: { 'gpt-7': 5 } } },
      ['models.gpt-7'],
    ],
    [
      'a model of a catalogue that is no object',
      { models: { aliases: { fast: 'gpt-7' } }, catalog: [] },
      [''],
    ],
    [
      'a field of a card that is misspelt',
      { catalog: { models: { 'gpt-7': { ...catalog.models['gpt-5'], effort: [], efforts: undefined } } } },
      ['models.gpt-7.effort'],
    ],
  ])('do not accuse %s', (_, over, paths) => {
    expect(problemsWith(over).map(({ path }) => path)).toEqual(paths);
  });

  it('come together with those that reading the files had', () => {
    const fault = { origin: 'a.json', path: '', message: 'is not valid JSON', hint: 'fix the syntax' };
    const unread = { origin: 'a.json', value: undefined, unread: fault };
    const layers = { models: [{ origin: 'm', value: { x: 1 } }, unread], policies: [], catalog: [] };
    const { problems } = refusal(() => buildConfig(layers));
    expect(problems.map(({ origin }) => origin)).toEqual(['a.json', 'm']);
  });

  it('a task that a layer sets in part is as the layers together have it', () => {
    const over = { ask: { candidates: ['mini'] }, mine: { candidates: ['mini'] } };
    expect(problemsWith({ models: { tasks: over } })).toMatchObject([
      { origin: 'own/models.json', path: 'tasks.mine.base', message: expect.stringContaining('is missing') },
    ]);
    const { tasks } = givenConfig({ models: { tasks: { ask: over.ask } } });
    expect(tasks.ask).toEqual({ ...givenConfig().tasks.ask, candidates: ['mini'] });
  });

  it('a base that is wrong is not missing as well', () => {
    const over = { models: { tasks: { mine: { base: 'nonsense' } } } };
    expect(problemsWith(over).map(({ path }) => path)).toEqual(['tasks.mine.base']);
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['a word', 'x'],
    ['a number', 7],
  ])('a whole file that is %s', (_, value) => {
    expect(problemsWith({ policies: value })).toMatchObject([
      { origin: 'own/policies.json', path: '', hint: 'use an object' },
    ]);
  });

  it.each([
    [
      'an alias of an alias, which leads nowhere',
      { models: { aliases: { fast: 'mini' } } },
      'own/models.json',
      'aliases.fast',
      'use "gpt-5-mini"',
    ],
    [
      'an alias of itself',
      { models: { aliases: { fast: 'fast' } } },
      'own/models.json',
      'aliases.fast',
      'use a model id',
    ],
    [
      'a candidate that is no alias',
      { models: { routing: { docs: ['minni'] } } },
      'own/models.json',
      'routing.docs',
      'did you mean mini?',
    ],
    [
      'a candidate with an effort that is no alias',
      { models: { routing: { docs: [{ alias: 'fulll', effort: 'low' }] } } },
      'own/models.json',
      'routing.docs',
      'did you mean full?',
    ],
    [
      'a safe list with a stranger',
      { policies: { safetyCritical: ['kodex'] } },
      'own/policies.json',
      'safetyCritical',
      'did you mean codex?',
    ],
    [
      'a language that leans to a stranger',
      { policies: { languages: { go: 'ful' } } },
      'own/policies.json',
      'languages.go',
      'did you mean full?',
    ],
    [
      'a cap of a stranger',
      { policies: { caps: { minni: { max_input: 1 } } } },
      'own/policies.json',
      'caps.minni',
      'did you mean mini?',
    ],
    [
      'a time-out of a stranger',
      { policies: { timeouts: { caht: { idleMs: 1 } } } },
      'own/policies.json',
      'timeouts.caht',
      'did you mean chat?',
    ],
    [
      'a successor without a card',
      { catalog: { models: { 'gpt-5': { successor: 'gpt-6.1-sool' } } } },
      'own/catalog.json',
      'models.gpt-5.successor',
      'did you mean gpt-6.1-sol?',
    ],
  ])('%s', (_, over, origin, path, hint) => {
    expect(problemsWith(over)).toMatchObject([{ origin, path, hint }]);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('a candidate called %s', (name) => {
    expect(problemsWith({ models: { routing: { docs: [name] } } })).toMatchObject([{ path: 'routing.docs' }]);
  });

  it('no configuration at all: every task is without candidates', () => {
    const { problems } = refusal(() => buildConfig({ models: [], policies: [], catalog: [] }));
    for (const task of taskKinds) expect(problems.map(({ path }) => path)).toContain(`routing.${task}`);
  });

  it('a key __proto__ is refused or without effect, at any depth', () => {
    const evil = (text: string) => JSON.parse(text) as unknown;
    expect(problemsWith({ policies: evil('{"__proto__": {"polluted": 1}}') })).toMatchObject([
      { message: 'unknown key' },
    ]);
    const config = givenConfig({
      models: evil('{"aliases": {"__proto__": "gpt-5"}}'),
      policies: evil('{"caps": {"__proto__": {"max_input": 1}}}'),
      catalog: evil('{"models": {"__proto__": {"contextTokens": 1}}}'),
    });
    expect(Object.keys(config.aliases)).toEqual(['codex', 'mini', 'chat', 'full']);
    expect(({} as Record<string, unknown>).max_input).toBeUndefined();
    expect(Object.getPrototypeOf(config.policies.caps)).toBe(Object.prototype);
  });
});
