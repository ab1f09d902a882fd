import { describe, expect, it } from 'vitest';
import { candidatesOf, type RouteDecision } from '../../../src/core/router/decision.ts';
import { givenConfig, routed } from '../../helpers/config.ts';

const today = '2026-11-28';
const order = (decision: RouteDecision) =>
  candidatesOf(decision).map(({ alias, parameters }) => `${alias} ${parameters.effort}`);
const declared = ['codex medium', 'mini medium', 'full medium'];

describe('preferring cost', () => {
  it('puts the cheapest first, and leaves the others in their order', () => {
    const decision = routed({ prefer: 'cost' }, { today });
    expect(order(decision)).toEqual(['mini medium', 'codex medium', 'full medium']);
    expect(decision.rule).toBe('cost');
    expect(decision.rationale).toBe('task=code_generate size=1000 safety=false prefer=cost => gpt-5-mini');
  });

  it('goes by what the call is expected to cost, not by the price of a token', () => {
    // Both at 2 and 10 USD per million; with less effort less is thought.
    const models = {
      aliases: { a: 'gpt-6.1-sol', b: 'gpt-6.2-sol' },
      routing: { tests: ['a', { alias: 'b', effort: 'low' }] },
    };
    const config = givenConfig({ models });
    expect(order(routed({ task: 'tests', prefer: 'cost' }, { today, config }))).toEqual([
      'b low',
      'a medium',
    ]);
  });

  it('keeps the rule of the order where the cheapest is first anyway', () => {
    expect(routed({ task: 'tests', prefer: 'cost' }, { today }).rule).toBe('task-order');
  });

  it('does not take a model without a price for a cheap one', () => {
    const config = givenConfig({
      models: { routing: { tests: ['codex', 'none'] }, aliases: { none: 'llama-3' } },
    });
    expect(order(routed({ task: 'tests', prefer: 'cost' }, { today, config }))[0]).toBe('codex medium');
  });

  it('comes before the lean of a language, and behind safety and force', () => {
    expect(order(routed({ language: 'rust', prefer: 'cost' }, { today }))[0]).toBe('mini medium');
    const safe = routed({ task: 'tests', safetyCritical: true, prefer: 'cost' }, { today });
    expect(order(safe)).toEqual(['codex medium', 'full medium']);
    expect(order(routed({ forceModel: 'full', prefer: 'cost' }, { today }))).toEqual(['full medium']);
  });

  it('is a policy for a task, which a call can override', () => {
    const config = givenConfig({ policies: { overrides: { code_generate: { prefer: 'cost' } } } });
    expect(order(routed({}, { today, config }))[0]).toBe('mini medium');
    expect(order(routed({ task: 'refactor' }, { today, config }))[0]).toBe('codex medium');
    const called = routed({ prefer: 'order' }, { today, config });
    expect(order(called)).toEqual(declared);
    expect(called.rationale).not.toContain('prefer');
  });
});

describe('complexity', () => {
  it('low: the cheapest first, and a step less effort', () => {
    const decision = routed({ complexity: 'low' }, { today });
    expect(order(decision)).toEqual(['mini low', 'codex low', 'full low']);
    expect(decision.rule).toBe('complexity');
    expect(decision.rationale).toBe('task=code_generate size=1000 safety=false complexity=low => gpt-5-mini');
    expect(decision.selected!.notes).toContain('effort low in place of medium: by the complexity');
  });

  it('normal: as declared', () => {
    const decision = routed({ complexity: 'normal' }, { today });
    expect(order(decision)).toEqual(declared);
    expect(decision.rule).toBe('task-order');
  });

  it('high: those for safety-critical work first, and a step more effort', () => {
    expect(order(routed({ task: 'tests', complexity: 'high' }, { today }))).toEqual([
      'codex high',
      'full high',
      'mini high',
    ]);
    // codex is no candidate of docs, and does not become one. Chat does not reason.
    expect(order(routed({ task: 'docs', complexity: 'high' }, { today }))).toEqual([
      'full low',
      'chat low',
      'mini low',
    ]);
  });

  it('steps among the efforts of the model, and stops at their ends', () => {
    const effort = (complexity: 'low' | 'high', own: string) => {
      const models = { routing: { tests: [{ alias: 'full', effort: own }] } };
      return routed({ task: 'tests', complexity }, { today, config: givenConfig({ models }) }).selected!
        .parameters.effort;
    };
    expect(effort('high', 'high')).toBe('high');
    expect(effort('high', 'minimal')).toBe('low');
    expect(effort('low', 'minimal')).toBe('minimal');
    // gpt-5 has no xhigh: first the nearest, then the step.
    expect(effort('low', 'xhigh')).toBe('medium');
  });

  it('leaves an effort that the caller names, and never takes any from safety-critical work', () => {
    expect(order(routed({ complexity: 'low', effort: 'high' }, { today }))[0]).toBe('mini high');
    const safe = (complexity: 'low' | 'high') =>
      order(routed({ task: 'refactor', safetyCritical: true, complexity }, { today }));
    expect(safe('low')).toEqual(['codex medium', 'full medium']);
    expect(safe('high')).toEqual(['codex high', 'full high']);
  });

  it('yields to what the caller prefers, and comes before the policy', () => {
    expect(order(routed({ complexity: 'high', prefer: 'cost' }, { today }))[0]).toBe('mini high');
    expect(order(routed({ complexity: 'low', prefer: 'order' }, { today }))[0]).toBe('codex low');
    const config = givenConfig({ policies: { defaults: { prefer: 'cost' } } });
    expect(order(routed({ complexity: 'high' }, { today, config }))[0]).toBe('codex high');
    expect(order(routed({ complexity: 'normal' }, { today, config }))[0]).toBe('mini medium');
  });

  it('breaks no cap and no ceiling', () => {
    const decision = routed({ complexity: 'low', approxTokens: 20_000, mostTokens: 25_000 }, { today });
    expect(order(decision)).toEqual(['full low', 'codex low']);
    expect(decision.rejected.map(({ alias, code }) => `${alias} ${code}`)).toEqual(['mini cap']);
  });

  it('means what the policies say', () => {
    const policies = { complexity: { low: { effortStep: -2 }, high: { order: 'cost' } } };
    const config = givenConfig({ policies });
    expect(order(routed({ complexity: 'low' }, { today, config }))).toEqual([
      'mini minimal',
      'codex low',
      'full minimal',
    ]);
    expect(order(routed({ complexity: 'high' }, { today, config }))[0]).toBe('mini high');
  });
});

describe('a service tier', () => {
  const sent = (decision: RouteDecision) => candidatesOf(decision).map(({ serviceTier }) => serviceTier);

  it('is sent as the model calls it, and as the default one where it does not take it, which is said', () => {
    const decision = routed({ tier: 'flex' }, { today });
    expect(sent(decision)).toEqual(['default', 'flex', 'flex']);
    expect(decision.selected!.notes).toContain('tier default: the model does not take flex');
    expect(decision.rationale).toContain(' tier=flex => ');
    expect(sent(routed({ tier: 'fast' }, { today }))).toEqual(['fast', 'priority', 'priority']);
    expect(sent(routed({ tier: 'default' }, { today }))).toEqual(['default', 'default', 'default']);
    expect(sent(routed({}, { today }))).toEqual([undefined, undefined, undefined]);
  });

  it('leads to the next candidate where the policy says so', () => {
    const config = givenConfig({ policies: { defaults: { tier: 'flex', tierFallback: 'next' } } });
    const decision = routed({}, { today, config });
    expect(order(decision)).toEqual(['mini medium', 'full medium']);
    expect(decision.rejected).toEqual([
      { alias: 'codex', model: 'gpt-6.2-sol', code: 'tier', reason: 'gpt-6.2-sol does not take tier flex' },
    ]);
    expect(sent(routed({ tier: 'default' }, { today, config }))).toEqual(['default', 'default', 'default']);
  });

  it('decides what a call is expected to cost, and the dearest that may be billed the worst case', () => {
    const cost = (tier?: 'flex' | 'fast' | 'default') =>
      routed({ forceModel: 'full', ...(tier && { tier }) }, { today }).selected!.cost!;
    const standard = cost();
    expect(cost('default')).toEqual(standard);
    expect(cost('flex').expectedUsd).toBeCloseTo(standard.expectedUsd / 2, 9);
    // Without capacity for flex it is served in the default tier.
    expect(cost('flex').highUsd).toBe(standard.highUsd);
    expect(cost('fast').expectedUsd).toBeCloseTo(standard.expectedUsd * 2, 9);
    expect(cost('fast').highUsd).toBeCloseTo(standard.highUsd * 2, 9);
    const dear = routed({ forceModel: 'full', tier: 'fast', maxCostUsd: standard.highUsd * 1.5 }, { today });
    expect(dear.rejected[0]?.code).toBe('ceiling');
  });
});

describe('the models that may be used', () => {
  const codes = (decision: RouteDecision) =>
    decision.rejected.map(({ alias, code, reason }) => `${alias} ${code}: ${reason}`);
  const configOf = (models: { allow?: string[]; deny?: string[] }) => givenConfig({ policies: { models } });

  it('are those that are allowed, also if another is forced', () => {
    const config = configOf({ allow: ['mini', 'gpt-5'] });
    expect(order(routed({}, { today, config }))).toEqual(['mini medium', 'full medium']);
    const forced = routed({ forceModel: 'gpt-6.2-astra' }, { today, config });
    expect(codes(forced)).toEqual([
      'gpt-6.2-astra forbidden: only mini, gpt-5 may be used (models.allow in own/policies.json)',
    ]);
    expect(order(routed({ forceModel: 'full' }, { today, config }))).toEqual(['full medium']);
    expect(order(routed({ forceModel: 'gpt-5-mini' }, { today, config }))).toEqual(['gpt-5-mini medium']);
  });

  it('are those that are not denied, by whatever name', () => {
    const config = configOf({ deny: ['full'] });
    expect(order(routed({}, { today, config }))).toEqual(['codex medium', 'mini medium']);
    expect(codes(routed({ forceModel: 'gpt-5' }, { today, config }))).toEqual([
      'gpt-5 forbidden: full may not be used (models.deny in own/policies.json)',
    ]);
    const both = configOf({ allow: ['full', 'mini'], deny: ['gpt-5'] });
    expect(order(routed({}, { today, config: both }))).toEqual(['mini medium']);
  });

  it('include dated snapshots of those that are named', () => {
    const isForbidden = (forceModel: string, models: { allow?: string[]; deny?: string[] }) =>
      routed({ forceModel }, { today, config: configOf(models) }).rejected[0]?.code === 'forbidden';
    expect(isForbidden('gpt-6.2-sol-2026-01-01', { deny: ['gpt-6.2-sol'] })).toBe(true);
    expect(isForbidden('gpt-5-2031-01-01', { deny: ['full'] })).toBe(true);
    expect(isForbidden('gpt-6.2-sol-2026-01-01', { deny: ['full'] })).toBe(false);
    expect(isForbidden('gpt-6.2-sol-2026-01-01', { allow: ['gpt-6.2-sol'] })).toBe(false);
    expect(isForbidden('gpt-6.2-sol-2026-01-01', { allow: ['full'] })).toBe(true);
    expect(isForbidden('gpt-6.2-sol-mini', { deny: ['gpt-6.2-sol'] })).toBe(false);
    // Of a model that is retired: its successor is denied, too, and the snapshot still has its name.
    const later = { today: '2026-12-12', config: configOf({ deny: ['gpt-5-mini'] }) };
    expect(routed({ forceModel: 'gpt-5-mini-2031-01-01' }, later).rejected[0]?.code).toBe('forbidden');
  });

  it('follow the successors of those that are named', () => {
    const later = '2026-12-12';
    const config = configOf({ allow: ['gpt-5-mini'] });
    expect(routed({}, { today: later, config }).selected?.model).toBe('gpt-6.1-terra');
    expect(codes(routed({ forceModel: 'gpt-6.2-sol' }, { today: later, config }))).toHaveLength(1);
  });

  it('may be none for a safety-critical call, which is then refused', () => {
    const decision = routed({ safetyCritical: true }, { today, config: configOf({ allow: ['mini'] }) });
    expect(decision.selected).toBeUndefined();
  });

  it('are names that are known', () => {
    expect(() => configOf({ deny: ['fulll'] })).toThrow('did you mean full?');
    expect(() => configOf({ allow: ['gpt-9'] })).toThrow('unknown alias or model "gpt-9"');
  });
});
