import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/adapters/system/config-files.ts';
import { readEnvironment } from '../../helpers/environment.ts';

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

describe('what a repository sets without effect', () => {
  it('is said once per file, without its values', () => {
    const root = mkdtempSync(join(tmpdir(), 'orch-notes-'));
    made.push(root);
    mkdirSync(join(root, '.orch'));
    writeFileSync(
      join(root, '.orch', 'policies.json'),
      JSON.stringify({ retry: { maxRetries: 77 }, budgets: { alertUsd: 77 } }),
    );
    writeFileSync(
      join(root, '.orch', 'catalog.json'),
      JSON.stringify({ models: { 'gpt-5-mini': { api: 'gpt-6.2-astra' } } }),
    );
    const environment = readEnvironment({ process: {}, dotEnv: { ORCH_COST_ALERT_USD: '77' } });
    const variables = { XDG_CONFIG_HOME: root, APPDATA: root };
    const { notes, policies } = loadConfig({ cwd: root, variables, environment });
    expect(notes).toEqual([
      expect.stringMatching(/^ignored in \.orch\/policies\.json: retry\.maxRetries, budgets\.alertUsd \(/),
      'ignored in .env: ORCH_COST_ALERT_USD (it may only lower your own limit)',
      expect.stringMatching(/^ignored in \.orch\/catalog\.json: models\.gpt-5-mini\.api \(/),
    ]);
    expect(notes.join()).not.toContain('77');
    expect(policies.budgets.alertUsd).toBe(2);
    const trusted = readEnvironment({ process: { ORCH_CONF: join(root, '.orch') } });
    expect(loadConfig({ cwd: root, variables, environment: trusted })).toMatchObject({
      policies: { retry: { maxRetries: 77 } },
      notes: [],
    });
  });
});
