/** `orch models`: what there is to route to, offline. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { modelOverview } from '../../src/core/models/overview.ts';
import { orchInProcess } from '../helpers/cli.ts';
import { givenConfig } from '../helpers/config.ts';

const clock = { ...systemClock, now: () => Date.parse('2026-11-22T12:00:00Z') };

describe('orch models', () => {
  it('lists what is routed to, with what answers today, then the rest', async () => {
    const { stdout, stderr, status } = await orchInProcess(['models'], { clock });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^alias +model +in\/out +input +shutdown +efforts +used by$/);
    expect(lines[1]).toMatch(/^codex +gpt-6\.2-sol +2\/10 +922k +low\.\.max +code_generate, refactor, /);
    expect(lines[2]).toMatch(/^mini +gpt-5-mini +0\.25\/2 +272k +2026-12-11 +minimal\.\.high +code_generate/);
    expect(lines[5]).toMatch(/^ +gpt-\S+ +[\d.]+\/[\d.]+/);
    expect(stdout).toContain('\ncodex: gpt-5-codex retired 2026-07-23, gpt-6.2-sol takes its place\n');
  });

  it('gives the same as JSON', async () => {
    const { stdout } = await orchInProcess(['models', '--json'], { clock });
    expect(JSON.parse(stdout).models.slice(0, 2)).toMatchObject([
      { alias: 'codex', model: 'gpt-6.2-sol', shutdown: null, note: expect.stringContaining('retired') },
      {
        alias: 'mini',
        model: 'gpt-5-mini',
        note: null,
        usd_per_million_tokens: { input: 0.25, output: 2 },
        max_input_tokens: 272_000,
        efforts: ['minimal', 'low', 'medium', 'high'],
        used_by: ['code_generate', 'refactor', 'tests', 'docs', 'ask'],
      },
    ]);
  });
});

it('leaves out the models that make vectors, and nothing is routed to one', async () => {
  const { stdout } = await orchInProcess(['models', '--json'], { clock });
  expect(stdout).not.toContain('text-embedding');
  const routed = await orchInProcess(
    ['route', 'refactor', 'tidy', '--force-model', 'text-embedding-3-small', '--json'],
    { clock },
  );
  expect(routed.status).not.toBe(0);
});

describe('modelOverview', () => {
  const overview = (models: unknown, day = '2026-11-22') => modelOverview(givenConfig({ models }), day);

  it('names models without an alias that a task goes to, and who uses them', () => {
    const rows = overview({ routing: { docs: [{ alias: 'gpt-6.1-sol', effort: 'low' }, 'mini'] } });
    expect(rows.find(({ model }) => model === 'gpt-6.1-sol')).toMatchObject({
      alias: null,
      used_by: ['docs'],
    });
    expect(rows.findIndex(({ model }) => model === 'gpt-6.1-sol')).toBe(4);
    expect(rows.find(({ alias }) => alias === 'full')?.used_by).toContain('safety-critical');
    expect(rows.find(({ alias }) => alias === 'chat')?.used_by).toEqual([]);
  });

  it('lists each model once, no retired one, and the dearest first of those that are not used', () => {
    const rows = overview({}, '2027-06-01');
    const rest = rows.filter(({ alias }) => alias === null);
    expect(new Set(rest.map(({ model }) => model)).size).toBe(rest.length);
    const routed = rows.filter(({ alias }) => alias !== null).map(({ model }) => model);
    for (const { model } of rest) expect(routed).not.toContain(model);
    expect(rest.map(({ model }) => model)).not.toContain('gpt-5.1');
    const prices = rest.map(({ usd_per_million_tokens: usd }) => usd?.output ?? -1);
    expect(prices).toEqual([...prices].sort((left, right) => right - left));
  });
});
