import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/adapters/system/config-files.ts';
import { readEnvironment } from '../../../src/core/config/environment.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function budgetsOf(files: { user?: object; project?: object; process?: string; dotEnv?: string }) {
  const root = mkdtempSync(join(tmpdir(), 'orch-budgets-'));
  made.push(root);
  const write = (folder: string, budgets: object | undefined) => {
    mkdirSync(folder, { recursive: true });
    if (budgets) writeFileSync(join(folder, 'policies.json'), JSON.stringify({ budgets }));
  };
  write(join(root, 'config', 'orch'), files.user);
  write(join(root, 'project', '.orch'), files.project);
  const environment = readEnvironment({
    process: { ORCH_MAX_COST_USD: files.process },
    dotEnv: { ORCH_MAX_COST_USD: files.dotEnv },
  });
  const variables = { XDG_CONFIG_HOME: join(root, 'config'), APPDATA: join(root, 'config') };
  return loadConfig({ cwd: join(root, 'project'), variables, environment }).policies.budgets;
}

describe('ceilings of a project that someone else may have written', () => {
  it('do not lift those of the user', () => {
    const { perCallUsd, perTaskUsd } = budgetsOf({
      user: { perCallUsd: 0.5, perTaskUsd: { docs: 0.1 } },
      project: { perCallUsd: 1000, perTaskUsd: { docs: 9, tests: 3 } },
    });
    expect(perCallUsd).toBe(0.5);
    expect(perTaskUsd).toEqual({ docs: 0.1, tests: 3 });
  });

  it('tighten them, and hold where the user has none', () => {
    expect(budgetsOf({ user: { perCallUsd: 0.5 }, project: { perCallUsd: 0.2 } }).perCallUsd).toBe(0.2);
    expect(budgetsOf({ project: { perCallUsd: 3 } }).perCallUsd).toBe(3);
  });

  it('are not lifted by a .env either, while the environment of the process may', () => {
    expect(budgetsOf({ user: { perCallUsd: 0.5 }, dotEnv: '1000' }).perCallUsd).toBe(0.5);
    expect(budgetsOf({ user: { perCallUsd: 0.5 }, dotEnv: '0.1' }).perCallUsd).toBe(0.1);
    expect(budgetsOf({ user: { perCallUsd: 0.5 }, process: '2' }).perCallUsd).toBe(2);
  });
});

describe('prices of a project that someone else may have written', () => {
  it('count only for models that the user does not know', () => {
    const root = mkdtempSync(join(tmpdir(), 'orch-prices-'));
    made.push(root);
    mkdirSync(join(root, '.orch'));
    const price = { input: 0, output: 0 };
    const own = {
      contextTokens: 1000,
      maxOutputTokens: 100,
      usdPerMillionTokens: price,
      efforts: [],
      temperature: 'always',
    };
    const catalog = {
      billing: { tiers: { priority: 0 } },
      models: { 'gpt-5': { usdPerMillionTokens: price, maxOutputTokens: 999 }, own },
    };
    writeFileSync(join(root, '.orch', 'catalog.json'), JSON.stringify(catalog));
    const environment = readEnvironment({ process: {} });
    const { catalog: read } = loadConfig({
      cwd: root,
      variables: { XDG_CONFIG_HOME: root, APPDATA: root },
      environment,
    });
    expect(read.models['gpt-5']).toMatchObject({
      usdPerMillionTokens: { input: 1.25, output: 10 },
      maxOutputTokens: 999,
    });
    expect(read.models.own?.usdPerMillionTokens).toEqual(price);
    expect(read.billing.tiers.priority).toBe(2);
  });
});
