import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ceilingFor } from '../../../src/core/config/policy.ts';
import { resolveModel } from '../../../src/core/models/life-cycle.ts';
import { findCard, inputWindow } from '../../../src/core/models/model-card.ts';
import { candidatesOf } from '../../../src/core/router/decision.ts';
import { route } from '../../../src/core/router/route.ts';
import { configurations, days, deadModels, requests } from '../../helpers/routing-arbitraries.ts';

const cases = fc.record({ features: requests, config: configurations, today: days, dead: deadModels });

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Map)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

describe('every decision', () => {
  it('is pure: frozen arguments, and the same again for the same', () => {
    fc.assert(
      fc.property(cases, ({ features, config, today, dead }) => {
        const facts = { catalog: config.catalog, today, notFound: new Set(dead) };
        const first = route(freeze(features), freeze(config), facts);
        const second = route(structuredClone(features), structuredClone(config), {
          ...facts,
          catalog: structuredClone(config.catalog),
        });
        expect(second).toEqual(first);
        expect([...facts.notFound]).toEqual(dead);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the rules of the contract', () => {
    let chosen = 0;
    let refused = 0;
    fc.assert(
      fc.property(cases, ({ features, config, today, dead }) => {
        const notFound = new Set(dead);
        const facts = { catalog: config.catalog, today, notFound };
        const decision = route(features, config, facts);
        const candidates = candidatesOf(decision);
        if (candidates.length > 0) chosen++;
        else refused++;

        // Whatever is listed is a candidate or has a reason not to be.
        const listed = config.routing[features.task].map((spec) =>
          typeof spec === 'string' ? spec : spec.alias,
        );
        const named = features.forceModel === undefined ? listed : [features.forceModel];
        const told = [
          ...candidates.map(({ alias }) => alias),
          ...decision.rejected.map(({ alias }) => alias),
        ];
        for (const alias of new Set(named)) {
          const times = named.filter((other) => other === alias).length;
          expect(told.filter((other) => other === alias).length, alias).toBeGreaterThanOrEqual(times);
        }
        for (const { reason, model } of decision.rejected) {
          expect(reason).not.toBe('');
          expect(typeof model).toBe('string');
        }

        const ceiling = ceilingFor(config.policies, features, features.maxCostUsd);
        for (const { alias, model, card, cost, hops, parameters, requestedModel } of candidates) {
          // Nothing dead.
          expect(notFound.has(model), model).toBe(false);
          if (card?.shutdown) expect(card.shutdown > today, `${model} on ${today}`).toBe(true);
          // No cap, window or ceiling broken.
          const cap = config.policies.caps[alias]?.max_input;
          if (cap !== undefined) expect(features.approxTokens).toBeLessThanOrEqual(cap);
          if (card) expect(features.approxTokens).toBeLessThanOrEqual(inputWindow(card));
          if (ceiling !== undefined) expect(cost?.highUsd).toBeLessThanOrEqual(ceiling);
          // Nothing that is denied, and only what is allowed.
          const { allow, deny } = config.policies.models;
          expect(deny).not.toContain(alias);
          const standsFor = (name: string) => resolveModel(config.aliases[name]!, facts).model;
          expect(deny.map(standsFor)).not.toContain(model);
          if (allow.length > 0)
            expect([...allow, ...allow.map(standsFor)]).toContain(allow.includes(alias) ? alias : model);
          // Safety-critical work stays on the safe list.
          if (features.safetyCritical && features.forceModel === undefined) {
            expect(config.policies.safetyCritical).toContain(alias);
          }
          // No parameter that the card does not take.
          if (card) {
            expect(parameters.maxOutputTokens).toBeLessThanOrEqual(
              card.maxOutputTokens ?? Number.POSITIVE_INFINITY,
            );
            if (card.efforts && parameters.effort !== undefined)
              expect(card.efforts).toContain(parameters.effort);
            if (card.temperature === 'never') expect(parameters.temperature).toBeUndefined();
          }
          // Hops lead without a gap from what was asked to what is used, and are told.
          const start = findCard(config.catalog, requestedModel)?.name ?? requestedModel;
          expect(hops.reduce((from, hop) => (hop.from === from ? hop.to : '?'), start)).toBe(model);
          const { warnings } = candidates.find((candidate) => candidate.alias === alias)!;
          for (const hop of hops) expect(warnings.join('\n')).toContain(hop.to);
        }

        // One model with one effort is asked once.
        const keys = candidates.map(({ model, parameters }) => `${model} ${parameters.effort}`);
        expect(new Set(keys).size).toBe(keys.length);
        if (features.forceModel !== undefined) {
          expect(candidates.length).toBeLessThanOrEqual(1);
          expect(candidates.every(({ alias }) => alias === features.forceModel)).toBe(true);
        }
        const { task, approxTokens, safetyCritical, complexity, tier } = features;
        const [said, outcome] = decision.rationale.split(' => ');
        expect(said).toContain(`task=${task} size=${approxTokens} safety=${safetyCritical}`);
        expect(outcome).toMatch(new RegExp(`^${candidates[0]?.model ?? 'no eligible model'}( \\(|$)`));
        expect(said!.includes(`complexity=${complexity}`)).toBe(complexity !== undefined);
        expect(said!.includes(`tier=${tier}`)).toBe(tier !== undefined);
        expect(decision.rationale).not.toContain('\n');
      }),
      { numRuns: 250 },
    );
    // The generator must reach both.
    expect(Math.min(chosen, refused)).toBeGreaterThan(20);
  });

  it('keeps the order of the list, a lean apart', () => {
    fc.assert(
      fc.property(cases, ({ features, config, today, dead }) => {
        const free = {
          ...features,
          safetyCritical: false,
          forceModel: undefined,
          prefer: undefined,
          complexity: undefined,
        };
        const decision = route(free, config, { catalog: config.catalog, today, notFound: new Set(dead) });
        const listed = config.routing[free.task].map((spec) =>
          typeof spec === 'string' ? spec : spec.alias,
        );
        const lean = free.language === undefined ? null : (config.policies.languages[free.language] ?? null);
        const expected = [
          ...listed.filter((alias) => alias === lean),
          ...listed.filter((alias) => alias !== lean),
        ];
        let from = 0;
        for (const { alias } of candidatesOf(decision)) {
          const at = expected.indexOf(alias, from);
          expect(at, `${alias} in ${expected}`).toBeGreaterThanOrEqual(0);
          from = at + 1;
        }
      }),
      { numRuns: 250 },
    );
  });

  it('changes by a preference nothing but the order, and never that of a hard rule', () => {
    fc.assert(
      fc.property(cases, ({ features, config, today, dead }) => {
        const facts = { catalog: config.catalog, today, notFound: new Set(dead) };
        const names = (prefer: 'cost' | 'order') =>
          candidatesOf(route({ ...features, prefer }, config, facts)).map(
            ({ alias, parameters }) => `${alias} ${parameters.effort}`,
          );
        const [declared, byCost] = [names('order'), names('cost')];
        expect([...byCost].sort()).toEqual([...declared].sort());
        expect(byCost.slice(1)).toEqual(declared.filter((name) => name !== byCost[0]));
        if (features.safetyCritical || features.forceModel !== undefined) expect(byCost).toEqual(declared);
        else {
          const costs = candidatesOf(route({ ...features, prefer: 'cost' }, config, facts)).map(
            ({ cost }) => cost?.expectedUsd ?? Number.POSITIVE_INFINITY,
          );
          expect(costs[0] ?? 0).toBe(Math.min(...costs, costs[0] ?? 0));
        }
      }),
      { numRuns: 150 },
    );
  });
});
