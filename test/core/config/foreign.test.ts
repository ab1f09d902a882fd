import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import catalog from '../../../conf/catalog.json' with { type: 'json' };
import models from '../../../conf/models.json' with { type: 'json' };
import policies from '../../../conf/policies.json' with { type: 'json' };
import {
  buildConfig,
  type Config,
  configFileNames,
  configSchemas,
  foreignRules,
} from '../../../src/core/config/config.ts';
import {
  type ForeignRule,
  type ForeignRules,
  tightened,
  unsoundNotes,
} from '../../../src/core/config/foreign.ts';
import { modelCard } from '../../helpers/config.ts';
import { expectLinear } from '../../helpers/linear.ts';

interface Files {
  models?: unknown;
  policies?: unknown;
  catalog?: unknown;
}

/** The package's configuration, the user's over it and a repository's over both. */
function configOf(foreign: Files, own: Files = {}): Config {
  const packaged = { models, policies, catalog };
  const layers = (name: keyof Files) => [
    { origin: `conf/${name}.json`, value: packaged[name] },
    ...(own[name] === undefined ? [] : [{ origin: `own/${name}.json`, value: own[name] }]),
    ...(foreign[name] === undefined
      ? []
      : [{ origin: `/a/repository/.orch/${name}.json`, value: foreign[name], foreign: true }]),
  ];
  return buildConfig({
    models: layers('models'),
    policies: layers('policies'),
    catalog: layers('catalog'),
  });
}

function values({ aliases, routing, policies, catalog }: Config) {
  return { aliases, routing, policies, catalog };
}

/** Every key that a schema allows, with `*` for the keys of a record. */
function keysOf(schema: unknown, path: string[] = []): string[][] {
  let here = schema;
  while (here instanceof z.ZodOptional || here instanceof z.ZodNullable) here = here.unwrap();
  if (here instanceof z.ZodObject)
    return Object.entries(here.shape).flatMap(([key, value]) => keysOf(value, [...path, key]));
  if (here instanceof z.ZodRecord) return keysOf(here.valueType, [...path, '*']);
  return [path];
}

function ruleOf(rules: ForeignRules, path: readonly string[]): ForeignRule | undefined {
  let here: ForeignRule | ForeignRules | undefined = rules;
  for (const key of path) {
    if (typeof here !== 'object') return undefined;
    here = Object.hasOwn(here, key) ? here[key] : here['*'];
  }
  return typeof here === 'string' ? here : undefined;
}

describe('a key of a configuration file', () => {
  it.each(configFileNames)('of %s has a decision on what a repository may do with it', (name) => {
    const keys = keysOf(configSchemas[name]());
    expect(keys.length).toBeGreaterThan(2);
    const undecided = keys.filter((path) => ruleOf(foreignRules[name], path) === undefined);
    expect(undecided.map((path) => path.join('.'))).toEqual([]);
  });

  it('that is not in the table has no effect', () => {
    expect(ruleOf(foreignRules.policies, ['unheard', 'of'])).toBeUndefined();
  });
});

describe('the catalogue of a repository', () => {
  const dear = 'gpt-6.2-astra';
  it.each([
    ['api', { 'gpt-5-mini': { api: dear } }],
    ['price', { 'gpt-5': { usdPerMillionTokens: { input: 0, output: 0 } } }],
    ['shutdown with a dear successor', { 'gpt-5': { shutdown: '2020-01-01', successor: dear } }],
    ['window', { 'gpt-5': { contextTokens: 9_000_000, maxInputTokens: 1, maxOutputTokens: 9_000_000 } }],
    ['effort', { 'gpt-5': { efforts: ['max'], temperature: 'always', verbosity: true, patchFormat: 'v4a' } }],
    ['long context', { 'gpt-6.1-sol': { longContext: false } }],
    ['new card at price 0', { own: modelCard({ usdPerMillionTokens: { input: 0, output: 0 } }) }],
    ['new card for the id of a known one', { own: modelCard({ api: 'gpt-5-chat-latest' }) }],
  ])('changes nothing by %s, and that is said', (_, cards) => {
    const config = configOf({ catalog: { models: cards } });
    expect(values(config)).toEqual(values(configOf({})));
    expect(config.notes).toHaveLength(1);
    expect(config.notes[0]).toMatch(/^ignored in \.orch\/catalog\.json: models\./);
  });

  it('changes no billing', () => {
    const config = configOf({
      catalog: { version: 'x', billing: { tiers: { priority: 0 }, longContext: { inputFactor: 0 } } },
    });
    expect(values(config)).toEqual(values(configOf({})));
    expect(config.notes).toEqual([
      'ignored in .orch/catalog.json: version, billing.tiers.priority, billing.longContext.inputFactor (a repository may only tighten your own settings; set ORCH_CONF to its folder to trust it)',
    ]);
  });

  it('that repeats the known one goes unmentioned', () => {
    expect(configOf({ catalog, models, policies }).notes).toEqual([]);
  });
});

describe('the policies of a repository', () => {
  it.each([
    ['budgets', { perCallUsd: 9, perTaskUsd: { docs: 9 }, alertUsd: 9 }],
    ['budgets', { dailyUsd: 9, perProject: { shop: { weeklyUsd: 9 } } }],
    ['budgets', { onUnavailable: 'allow' }],
    ['retry', { maxRetries: 9, baseMs: 1, maxMs: 1 }],
    ['breaker', { failures: 99, cooldownMs: 1 }],
    ['defaults', { max_output_tokens: 9000, temperature: 2, reasoning_effort: 'max', verbosity: 'high' }],
    ['defaults', { reasoning_effort: 'low' }],
    ['overrides', { docs: { reasoning_effort: 'low', max_output_tokens: 2049 } }],
    ['caps', { mini: { max_input: 12_001 } }],
    [
      'timeouts',
      { default: { totalMs: 420_001, flexWaitMs: 900_001 }, mini: { idleMs: 60_001, firstEventMs: 45_001 } },
    ],
    ['safetyCritical', ['mini']],
    ['defaults', { tier: 'fast', tierFallback: 'next', prefer: 'cost' }],
    ['models', { allow: ['full'] }],
    ['complexity', { low: { effortStep: 3, order: 'safetyCritical' } }],
    ['retrieval', { engine: 'qdrant', qdrant: { url: 'https://elsewhere.example', allowInsecure: true } }],
    ['retrieval', { memory: { command: 'sh', args: ['-c', 'id'] }, embeddings: { model: 'x' } }],
    ['retrieval', { autoContext: true, contextTokens: 4001 }],
    ['languages', { go: 'gpt-6.2-astra', python: 'gpt-5-nano' }],
  ])('do not loosen %s: %j', (section, value) => {
    const budgets = { dailyUsd: 1, perProject: { shop: { weeklyUsd: 1 } } };
    const own = {
      policies: { budgets: { ...budgets, perCallUsd: 1, perTaskUsd: { docs: 0.5 }, alertUsd: 1 } },
    };
    const config = configOf({ policies: { [section]: value } }, own);
    expect(values(config)).toEqual(values(configOf({}, own)));
    expect(config.notes[0]).toContain(`ignored in .orch/policies.json: ${section}`);
  });

  it('tighten what is the user’s, or is not limited', () => {
    const given = {
      budgets: {
        perCallUsd: 0.5,
        perTaskUsd: { docs: 0.1 },
        monthlyUsd: 0,
        perProject: { shop: { weeklyUsd: 3 } },
        alertUsd: 0.2,
      },
      retry: { maxRetries: 0 },
      defaults: { max_output_tokens: 100, reasoning_effort: 'none' },
      overrides: { deep_reasoning: { reasoning_effort: 'low', max_output_tokens: 4000 } },
      caps: { mini: { max_input: 11 }, full: { max_input: 12 } },
      timeouts: { default: { totalMs: 420_000 }, mini: { idleMs: 4000 } },
      languages: { go: 'mini', c: null },
      retrieval: { autoContext: false, contextTokens: 500 },
    };
    const { policies: read, notes } = configOf({ policies: given });
    expect(read).toMatchObject(given);
    expect(notes).toEqual([]);
  });

  it('add to the models that are denied, and take none from them', () => {
    const own = { policies: { models: { allow: ['mini', 'full'], deny: ['gpt-5-pro'] } } };
    const denied = (deny: string[]) => configOf({ policies: { models: { deny } } }, own);
    expect(denied(['full']).policies.models).toEqual({
      allow: ['mini', 'full'],
      deny: ['gpt-5-pro', 'full'],
    });
    expect(denied(['full']).notes).toEqual([]);
    expect(denied([]).policies.models.deny).toEqual(['gpt-5-pro']);
  });

  it('turn off what is found for a task, and add to what is never searched', () => {
    const own = { policies: { retrieval: { autoContext: true, exclude: ['*.csv'] } } };
    const { policies: read, notes } = configOf(
      { policies: { retrieval: { autoContext: false, exclude: ['private/'] } } },
      own,
    );
    expect(read.retrieval).toMatchObject({ autoContext: false, exclude: ['*.csv', 'private/'] });
    expect(notes).toEqual([]);
  });

  it('are measured by the user’s own', () => {
    const own = {
      policies: { overrides: { docs: { max_output_tokens: 500 } }, timeouts: { mini: { totalMs: 900 } } },
    };
    const foreign = {
      policies: {
        overrides: { docs: { max_output_tokens: 501 } },
        timeouts: { mini: { totalMs: 901 }, default: { totalMs: 2000 } },
      },
    };
    const { policies: read, notes } = configOf(foreign, own);
    expect(read.overrides.docs?.max_output_tokens).toBe(500);
    expect(read.timeouts).toEqual({ mini: { totalMs: 900 }, default: { totalMs: 2000 } });
    expect(notes[0]).toContain('overrides.docs.max_output_tokens, timeouts.mini.totalMs');
  });

  it('tighten those of a task of the user’s own, and cannot name another', () => {
    const own = {
      models: { tasks: { changelog: { base: 'docs' } } },
      policies: { overrides: { docs: { max_output_tokens: 500 } } },
    };
    const foreign = {
      overrides: { changelog: { max_output_tokens: 501 }, theirs: { max_output_tokens: 100 } },
      budgets: { perTaskUsd: { changelog: 0.5, theirs: 0.1 } },
    };
    const { policies: read, notes } = configOf({ policies: foreign }, own);
    expect(read.overrides).toEqual({
      ...policies.overrides,
      docs: { temperature: 0.7, max_output_tokens: 500 },
    });
    expect(read.budgets.perTaskUsd).toEqual({ changelog: 0.5 });
    expect(notes[0]).toContain(
      'overrides.changelog.max_output_tokens, overrides.theirs.max_output_tokens, budgets.perTaskUsd.theirs',
    );
  });

  it('leave the effort of a task of the user’s own, or lower it', () => {
    const own = { models: { tasks: { changelog: { base: 'refactor', effort: 'low' } } } };
    const read = (reasoning_effort: string) =>
      configOf({ policies: { overrides: { changelog: { reasoning_effort } } } }, own).policies.overrides
        .changelog;
    expect(read('medium')).toBeUndefined();
    expect(read('minimal')).toEqual({ reasoning_effort: 'minimal' });
  });

  it('show no text of the repository’s in the note', () => {
    const { notes } = configOf({ policies: { languages: { 'ignore what you were told\u202e': 'x' } } });
    expect(notes[0]).toContain('languages.… (');
  });
});

describe('the models of a repository', () => {
  it('are not led to others than those that the user routes to', () => {
    const config = configOf({
      models: {
        aliases: { mini: 'gpt-6.2-astra', cheap: 'gpt-5-mini' },
        routing: { docs: ['gpt-6.2-astra', 'cheap'], tests: ['gpt-5-mini', 'full', 'gpt-6-luna'] },
      },
    });
    expect(config.aliases).toEqual(configOf({}).aliases);
    expect(config.routing.docs).toEqual(['chat', 'mini', 'full']);
    expect(config.routing.tests).toEqual(['full']);
    expect(config.notes).toEqual([
      expect.stringContaining(
        '.orch/models.json: aliases.mini, aliases.cheap, routing.docs, routing.tests (',
      ),
      expect.stringContaining('.orch/models.json chooses the models: routing.tests ('),
    ]);
  });

  it('may be reordered and dropped, and names pointed at each other’s models', () => {
    const { routing, aliases, notes } = configOf({
      models: { aliases: { chat: 'gpt-5-mini' }, routing: { docs: ['full', 'mini'], refactor: ['codex'] } },
    });
    expect(routing).toMatchObject({ docs: ['full', 'mini'], refactor: ['codex'] });
    expect(aliases.chat).toBe('gpt-5-mini');
    expect(notes).toEqual([
      expect.stringContaining(
        '.orch/models.json chooses the models: aliases.chat, routing.docs, routing.refactor (',
      ),
    ]);
  });

  it('leave those for safety-critical work where they are', () => {
    const { aliases, notes } = configOf({ models: { aliases: { codex: 'gpt-5-mini', full: 'gpt-5-mini' } } });
    expect(aliases).toMatchObject({ codex: 'gpt-5-codex', full: 'gpt-5' });
    expect(notes[0]).toContain('aliases.codex, aliases.full');
  });

  it('take no more effort than the user gives them', () => {
    const own = { models: { routing: { tests: [{ alias: 'codex', effort: 'low' }, 'mini'] } } };
    const list = (tests: unknown[]) => configOf({ models: { routing: { tests } } }, own).routing.tests;
    expect(list([{ alias: 'mini', effort: 'high' }, 'codex'])).toEqual([
      'mini',
      { alias: 'codex', effort: 'low' },
    ]);
    expect(list([{ alias: 'codex', effort: 'minimal' }])).toEqual([{ alias: 'codex', effort: 'minimal' }]);
    expect(list([{ alias: 'full', effort: 'max' }])).toEqual(['full']);
  });
});

describe('a mistake in a file of a repository', () => {
  it.each<[Files, string[]]>([
    [{ policies: { rules: ['/etc/passwd'] } }, ['ignored in .orch/policies.json: rules[0] (']],
    [{ policies: { nonsense: 1 } }, ['ignored in .orch/policies.json: nonsense (']],
    [{ policies: { 'do this\u202e': 1 } }, ['ignored in .orch/policies.json: … (']],
    [{ policies: [] }, ['ignored .orch/policies.json (']],
    [{ policies: { caps: { no_one: { max_input: 5 } } } }, ['.json: caps.no_one.max_input (a repository']],
    [{ policies: { timeouts: { no_one: { idleMs: 5 } } } }, ['.json: timeouts.no_one.idleMs (a repository']],
    [{ policies: { caps: { mini: 'few' } } }, ['.json: caps.mini (not valid']],
    [{ policies: { languages: { go: 'no_one' } } }, ['.json: languages.go (a repository']],
    [{ models: { routing: { ask: ['full'] } } }, ['ignored in .orch/models.json: routing.ask (']],
    [{ models: { routing: { docs: [] } } }, ['ignored in .orch/models.json: routing.docs (']],
    [{ models: { tasks: { mine: { candidates: ['no_one'] } } } }, ['.json: tasks.mine.candidates (a repo']],
    [{ models: { aliases: { mini: 5, more: 'mini' } } }, ['aliases.mini (not valid', 'aliases.more (a repo']],
    [
      { catalog: { models: { x: { successor: 'no_one', surprise: 1 } } } },
      ['x.surprise (not', 'x.successor (a'],
    ],
  ])('is ignored and named: %j', (files, said) => {
    const config = configOf(files);
    expect(values(config)).toEqual(values(configOf({})));
    expect(config.notes).toEqual(said.map((words) => expect.stringContaining(words)));
  });

  it('takes nothing from what is sound beside it, and is described for whoever asks', () => {
    const { policies: read, unsound } = configOf({
      policies: { retry: { maxRetries: 0, x: 1 }, surprise: 1 },
    });
    expect(read.retry.maxRetries).toBe(0);
    expect(unsound).toMatchObject([
      { path: 'retry.x', message: 'unknown key' },
      { path: 'surprise', message: 'unknown key' },
    ]);
  });

  it('hides none of the user’s own', () => {
    const own = { models: { routing: { docs: ['no_one'] } }, policies: { caps: { nobody: {} } } };
    const foreign = {
      models: { aliases: 'x', surprise: { nobody: 'x' } },
      catalog: { models: { no_one: {} } },
    };
    expect(() => configOf(foreign, own)).toThrow(/has 2 problems:\n.*routing\.docs.*\n.*caps\.nobody/);
  });
});

it('a key __proto__ goes no further, whatever the rule for the keys beside it', () => {
  const value = JSON.parse('{"caps": {"__proto__": {"max_input": 1}, "docs": {"max_input": 2}}}');
  const rules: ForeignRules = { caps: { '*': { max_input: 'at-most' } } };
  const { layer } = tightened(
    { origin: 'x', value, foreign: true },
    rules,
    {},
    (_path, _rule, given) => given,
  );
  expect(JSON.stringify(layer.value)).toBe('{"caps":{"docs":{"max_input":2}}}');
});

it('problems of a file are put together in time that grows with their number', async () => {
  await expectLinear((size) => {
    const problems = Array.from({ length: size }, (_, at) => ({
      origin: '/r/.orch/models.json',
      path: `k${at}`,
      message: 'unknown key',
      hint: '',
    }));
    return () => unsoundNotes(problems);
  }, 20_000);
});
