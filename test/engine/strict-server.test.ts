/**
 * The rehearsal server refuses what the real service refuses: a retired id, temperature on a reasoning model, an
 * effort that is not taken. No request of ours may be one of those, whatever the day.
 */
import { describe, expect, it } from 'vitest';
import { apiId, type ModelCard } from '../../src/core/models/model-card.ts';
import { returnShapes } from '../../src/core/tasks/shapes.ts';
import { mayStay, reasoningEfforts, taskKinds } from '../../src/core/tasks/tasks.ts';
import { routed } from '../helpers/config.ts';
import { catalog, type EngineFixture, engineFixture } from './engine-fixture.ts';

const days = ['2026-07-01', '2026-11-22', '2026-12-12'];
const models = Object.entries(catalog.models) as [string, ModelCard][];

/** What a request may hold depends on these alone, so one model stands for all that have the same. */
const parametersOf = ({ efforts, temperature, verbosity, maxOutputTokens, contextTokens }: ModelCard) =>
  JSON.stringify([efforts, temperature, verbosity, maxOutputTokens, contextTokens]);

async function expectAllTaken({ server }: EngineFixture, count: number): Promise<void> {
  await server.waitForDone(count);
  expect(server.requests).toHaveLength(count);
  expect(server.requests.map(({ status }) => status)).toEqual(Array(count).fill(200));
  for (const { body } of server.requests) {
    expect(body?.max_output_tokens).toBeGreaterThanOrEqual(16);
    expect(body?.store).toBe(false);
    const card = models.find(([name, own]) => apiId(name, own) === body?.model)?.[1];
    expect(card).toBeDefined();
    if (card!.temperature === 'never') expect(body).not.toHaveProperty('temperature');
  }
}

describe.each(days)('on %s', (day) => {
  it('what is sent for each task is taken at the first try', async () => {
    const room = await engineFixture({ day, files: { 'a.ts': 'export const a = 1;\n' } });
    const requests = [
      ...returnShapes.flatMap((shape) => [{ shape }, { shape, safetyCritical: true }]),
      { shape: 'code', language: 'rust' } as const,
      { shape: 'patch', language: 'python' } as const,
    ].flatMap((request) => taskKinds.map((task) => ({ task, language: 'typescript', ...request })));
    // Of requests that differ in the text of their instructions alone, one is sent.
    const sent = new Map(
      requests.map((request) => {
        const { selected } = routed(request, { config: room.context.config, today: day });
        const { apiModel, parameters } = selected!;
        const stays = mayStay(request.task, request.shape);
        return [JSON.stringify([apiModel, parameters, request.shape, stays]), request];
      }),
    );
    for (const request of sent.values()) {
      const { attempts } = await room.call({ files: ['a.ts'], ...request });
      expect(attempts, JSON.stringify(request)).toHaveLength(1);
    }
    await expectAllTaken(room, sent.size);
  });

  it.each(taskKinds)('every candidate for %s is taken', async (task) => {
    // Whoever comes first answers nothing, so that the next one is asked, to the end of the list.
    const room = await engineFixture({ day, answer: { kind: 'empty' } });
    const failed = await room.error({ task, shape: 'text' });
    await expectAllTaken(room, (failed.details as { attempts: unknown[] }).attempts.length);
    expect(room.server.requests.length).toBeGreaterThan(0);
  });

  it('every living model is taken with its efforts, temperature and verbosity', async () => {
    const room = await engineFixture({
      day,
      policies: { defaults: { temperature: 0.5, verbosity: 'low', max_output_tokens: 16 } },
      answer: { kind: 'text', text: 'Yes.' },
    });
    const living = models.filter(
      ([, { shutdown, embeds }]) => !embeds && (shutdown === undefined || shutdown > day),
    );
    // The day decides which models live, and not which efforts they take.
    const tried = new Set<string>();
    let calls = 0;
    for (const [name, card] of living) {
      const isNew = day === days[0] && !tried.has(parametersOf(card));
      tried.add(parametersOf(card));
      for (const effort of isNew ? [undefined, ...reasoningEfforts] : [undefined]) {
        await room.call({ task: 'docs', shape: 'text', forceModel: name, effort });
        calls++;
      }
    }
    await expectAllTaken(room, calls);
  });

  it.each(['codex', 'mini', 'chat', 'full'])('the alias %s leads to a living model', async (alias) => {
    const room = await engineFixture({ day, answer: { kind: 'text', text: 'Yes.' } });
    const { attempt, warnings } = await room.call({ task: 'docs', shape: 'text', forceModel: alias });
    await expectAllTaken(room, 1);
    const { hops, model } = attempt.candidate;
    for (const { from, to } of hops) {
      expect(warnings).toContainEqual(
        expect.stringMatching(new RegExp(`${alias}: ${from} retired .* ${to}`)),
      );
    }
    expect(room.asked()).toEqual([apiId(model, catalog.models[model])]);
  });
});

it('a short input leaves the least that the provider takes', async () => {
  const room = await engineFixture({
    policies: { defaults: { max_output_tokens: 16, reasoning_effort: 'none' } },
    answer: { kind: 'text', text: 'Yes.' },
  });
  await room.call({ task: 'docs', shape: 'text', forceModel: 'gpt-6-luna' });
  expect(room.server.requests[0]?.body?.max_output_tokens).toBe(16);
});
