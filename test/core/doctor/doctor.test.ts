import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectEnvironment } from '../../../src/core/config/environment.ts';
import { type ClientFile, clientFindings } from '../../../src/core/doctor/clients.ts';
import type { Finding } from '../../../src/core/doctor/finding.ts';
import {
  accessFindings,
  aliasFindings,
  type ListedModel,
  type ModelOptions,
  shutdownFindings,
} from '../../../src/core/doctor/models.ts';
import { baseUrlFinding, keyFindings } from '../../../src/core/doctor/provider.ts';
import { settingFindings, variableFindings } from '../../../src/core/doctor/settings.ts';
import {
  gitFinding,
  ledgerFindings,
  nodeFinding,
  stateFinding,
} from '../../../src/core/doctor/surroundings.ts';
import { apiId } from '../../../src/core/models/model-card.ts';
import { givenConfig } from '../../helpers/config.ts';

function facts(over: Parameters<typeof givenConfig>[0] = {}, today = '2026-11-22'): ModelOptions {
  return { config: givenConfig(over), today, packagedFolder: 'conf', overrideFolder: '/home/me/orch' };
}

/** What the provider lists when it agrees with the catalogue. */
function listed({ config, today }: ModelOptions, without: readonly string[] = []): ListedModel[] {
  return Object.entries(config.catalog.models)
    .filter(([name, { shutdown }]) => !without.includes(name) && !(shutdown && shutdown <= today))
    .map(([name, card]) => ({ id: apiId(name, card), shutdown: card.shutdown ?? null }));
}

function byId(findings: readonly Finding[], id: string): Finding {
  const found = findings.filter((finding) => finding.id === id);
  expect(found.map((finding) => finding.id)).toEqual([id]);
  return found[0]!;
}

describe('what an alias stands for', () => {
  it('tells every hop with its day', () => {
    expect(byId(aliasFindings(facts()), 'alias.codex')).toEqual({
      id: 'alias.codex',
      status: 'ok',
      message:
        'codex → gpt-5-codex → gpt-6.2-sol; gpt-5-codex retired 2026-07-23, gpt-6.2-sol takes its place',
    });
  });

  it('warns of an end that is near, with the override that goes around it', () => {
    expect(byId(aliasFindings(facts()), 'alias.mini')).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('shuts down on 2026-12-11, in 19 days'),
      hint: 'run: orch config set alias.mini gpt-6.1-terra',
    });
  });

  it('tells an end that is far without alarm', () => {
    expect(byId(aliasFindings(facts({}, '2026-03-01')), 'alias.mini')).toMatchObject({
      status: 'ok',
      message: 'mini → gpt-5-mini; gpt-5-mini shuts down on 2026-12-11',
    });
  });

  it('sends an override to the file that has set the alias, since a weaker one would not be heard', () => {
    const own = facts({ models: { aliases: { mini: 'gpt-5' } } });
    expect(byId(aliasFindings(own), 'alias.mini').hint).toMatch(/ in own\/models\.json$/);
  });

  it('has a problem where no model is left at the end', () => {
    const dead = facts({ catalog: { models: { 'gpt-6.2-sol': { shutdown: '2026-01-01' } } } });
    expect(byId(aliasFindings(dead), 'alias.codex')).toMatchObject({
      status: 'problem',
      message: expect.stringContaining('has no available successor'),
    });
  });

  it('tells of a model that is not in the catalogue', () => {
    const own = facts({ models: { aliases: { mini: 'llama-9' } } });
    expect(byId(aliasFindings(own), 'alias.mini')).toMatchObject({
      status: 'ok',
      message: 'mini → llama-9; not in the catalogue, so its price is unknown',
    });
  });

  it('has no command that leads to a model without access, which the finding about that has', () => {
    const ending = facts({ catalog: { models: { 'gpt-5-mini': { shutdown: '2026-12-31' } } } }, '2026-12-01');
    const hintWith = (...without: string[]) =>
      byId(aliasFindings(ending, listed(ending, without)), 'alias.mini').hint;
    expect(hintWith()).toMatch(/^run: orch config set alias\.mini /);
    expect(hintWith('gpt-5-mini')).toBeUndefined();
  });

  it('shows no placeholder in a command', () => {
    const dead = facts({ catalog: { models: { 'gpt-6.2-sol': { shutdown: '2026-01-01' } } } });
    expect(byId(aliasFindings(dead), 'alias.codex').hint).toBe(
      'choose another model for codex: orch models lists them',
    );
  });

  it('knows the models that routing names without an alias', () => {
    const direct = facts({ models: { routing: { docs: ['gpt-6-luna'] } } });
    expect(byId(aliasFindings(direct), 'alias.gpt-6-luna').message).toBe('gpt-6-luna');
  });
});

describe('what the key can use', () => {
  it('is said once where it is everything', () => {
    const all = facts();
    expect(accessFindings(all, listed(all))).toEqual([
      {
        id: 'access',
        status: 'ok',
        message: 'the key has access to gpt-6.2-sol, gpt-5-mini, gpt-6-luna, gpt-5',
      },
    ]);
  });

  it('is asked for by the id of the API', () => {
    const early = facts({}, '2026-03-01');
    expect(listed(early).map(({ id }) => id)).toContain('gpt-5-chat-latest');
    expect(accessFindings(early, listed(early))).toHaveLength(1);
  });

  it('names the successor that takes the place of what it cannot use', () => {
    const some = facts();
    const findings = accessFindings(some, listed(some, ['gpt-5-mini']));
    expect(byId(findings, 'access.mini')).toEqual({
      id: 'access.mini',
      status: 'warning',
      message: 'the key has no access to gpt-5-mini (mini): gpt-6.1-terra is used instead',
      hint: 'run: orch config set alias.mini gpt-6.1-terra',
    });
    expect(findings.filter(({ status }) => status === 'problem')).toEqual([]);
  });

  it('is a problem for the tasks that have no candidate left', () => {
    const findings = accessFindings(facts({ models: { routing: { docs: ['chat'] } } }), [
      { id: 'gpt-5', shutdown: null },
    ]);
    const problems = findings.filter(({ status }) => status === 'problem');
    expect(problems.map(({ id }) => id)).toEqual(['access.docs']);
    expect(problems[0]?.hint).toContain('gpt-5');
  });

  it.each(['x;touch y', '$(touch y)', '-x', "'x", 'a b'])(
    'names no command that a name of the server could change: %s',
    (id) => {
      const hintsFor = (ids: readonly string[]) =>
        accessFindings(
          facts(),
          ids.map((one) => ({ id: one, shutdown: null })),
        ).flatMap(({ status, hint }) => (status === 'problem' ? [hint] : []));
      expect(hintsFor([id])).not.toContainEqual(expect.stringContaining('orch config set'));
      expect(hintsFor([id, 'llama3:8b'])).toContainEqual(
        expect.stringMatching(/such as: orch config set alias\.\w+ llama3:8b$/),
      );
    },
  );

  it('is nothing on a server that lists nothing', () => {
    const findings = accessFindings(facts(), []);
    expect(findings.filter(({ status }) => status === 'problem')).toHaveLength(5);
    expect(findings.some(({ status }) => status === 'ok')).toBe(false);
  });
});

describe('the day of a shutdown', () => {
  const one = (shutdown: ListedModel['shutdown'], over?: Parameters<typeof givenConfig>[0]) =>
    shutdownFindings(facts(over), [{ id: 'gpt-5', shutdown }]);

  it('is fine where provider and catalogue agree', () => {
    expect(one('2026-12-11')).toMatchObject([{ id: 'shutdown', status: 'ok' }]);
  });

  it('differs: the override to write is the hint', () => {
    expect(one('2027-01-31')).toEqual([
      {
        id: 'shutdown.gpt-5',
        status: 'warning',
        message: 'gpt-5: shutdown on 2027-01-31 according to the provider, on 2026-12-11 in the catalogue',
        hint: 'put {"models":{"gpt-5":{"shutdown":"2027-01-31"}}} in /home/me/orch/catalog.json',
      },
    ]);
  });

  it('goes into the file that has set it already', () => {
    const own = { catalog: { models: { 'gpt-5': { shutdown: '2027-05-05' } } } };
    expect(one('2027-01-31', own)[0]?.hint).toMatch(/ in own\/catalog\.json$/);
    expect(one('2027-05-05', own)).toMatchObject([{ status: 'ok' }]);
  });

  it('that the provider does not name is overridden by one that never comes', () => {
    expect(one(null)[0]).toMatchObject({ status: 'warning', hint: expect.stringContaining('9999-12-31') });
  });

  it('is nothing to speak of where a server tells no days, or of a model without a card', () => {
    expect(one(undefined)).toEqual([]);
    expect(shutdownFindings(facts(), [{ id: 'llama', shutdown: '2030-01-01' }])).toEqual([]);
  });

  it('that follows the hint is the end of the finding', () => {
    const hint = one('2027-01-31')[0]!.hint!;
    const override = JSON.parse(/put (\{.*\}) in /.exec(hint)![1]!);
    expect(one('2027-01-31', { catalog: override })).toMatchObject([{ status: 'ok' }]);
  });
});

describe('the key', () => {
  const look = (key: string | undefined, rest: Record<string, string> = {}) => {
    const process = { ...(key === undefined ? {} : { OPENAI_API_KEY: key }), ...rest };
    const { environment, settings } = inspectEnvironment({ process });
    return keyFindings(environment, settings)[0]!;
  };

  it.each([
    [undefined, {}, 'problem'],
    ['sk-proj-abcdef', {}, 'ok'],
    ['sk-proj-abc\ndef', {}, 'problem'],
    ['sk-proj-abc def', {}, 'problem'],
    ['“sk-proj-abc”', {}, 'problem'],
    ['ollama', {}, 'warning'],
    ['ollama', { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }, 'ok'],
    [undefined, { ORCH_REHEARSE: '1' }, 'ok'],
  ] as const)('%j with %j: %s', (key, rest, status) => {
    const finding = look(key, rest);
    expect(finding.status).toBe(status);
    if (key !== undefined) expect(JSON.stringify(finding)).not.toContain(key);
  });

  it('is not among the settings that are shown', () => {
    const { settings } = inspectEnvironment({
      process: { OPENAI_API_KEY: 'sk-proj-abcdef' },
      dotEnv: { ORCH_COST_ALERT_USD: '3' },
    });
    expect(variableFindings(settings, false).map(({ message }) => message)).toEqual([
      'OPENAI_API_KEY = (hidden) (environment)',
      'ORCH_COST_ALERT_USD = 3 (.env)',
    ]);
    expect(variableFindings(settings, true).length).toBeGreaterThan(10);
  });
});

describe('a base URL', () => {
  it.each([
    [undefined, 'ok'],
    ['http://127.0.0.1:1234/v1', 'ok'],
    ['http://127.0.0.1:1234/openai/v1/', 'ok'],
    ['http://127.0.0.1:1234', 'warning'],
    ['http://127.0.0.1:1234/v1/responses', 'warning'],
  ])('%s: %s', (baseUrl, status) => {
    expect(baseUrlFinding({ baseUrl, rehearse: false }).status).toBe(status);
  });
});

describe('settings', () => {
  const own = givenConfig({
    models: { aliases: { mini: 'gpt-5.4-mini', codex: 'gpt-5-codex' } },
    policies: { retry: { maxRetries: 7 } },
    catalog: { models: { 'gpt-6.1-sol': { shutdown: '2028-01-01' } } },
  });

  it('are told where they differ from the package, each with its origin', () => {
    expect(settingFindings({ config: own, packaged: givenConfig(), verbose: false })).toEqual([
      { id: 'setting.models', status: 'ok', message: 'aliases.mini = "gpt-5.4-mini" (own/models.json)' },
      { id: 'setting.policies', status: 'ok', message: 'retry.maxRetries = 7 (own/policies.json)' },
      {
        id: 'setting.catalog',
        status: 'ok',
        message: 'models.gpt-6.1-sol.shutdown = "2028-01-01" (own/catalog.json)',
      },
    ]);
  });

  it('are all told with verbose, those of keys with dots too', () => {
    const messages = settingFindings({ config: own, packaged: givenConfig(), verbose: true }).map(
      ({ message }) => message,
    );
    expect(messages).toContain('aliases.chat = "gpt-5-chat" (conf/models.json)');
    expect(messages).toContain('models.gpt-5.4-mini.usdPerMillionTokens.output = 4.5 (conf/catalog.json)');
    expect(messages.filter((message) => message.includes('= undefined'))).toEqual([]);
  });
});

describe('the surroundings', () => {
  it('want the Node that package.json names', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    const oldest = engines.node.replace('>=', '');
    const status = (version: string) => nodeFinding(version).status;
    expect(['18.19.1', '20.2.0', '20.18.0'].map(status)).toEqual(['problem', 'problem', 'problem']);
    expect([oldest, '20.20.2', '22.1.0', '24.1.0'].map(status)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(nodeFinding('20.18.0').hint).toContain(oldest);
  });

  it('do with less without git', () => {
    expect(gitFinding(undefined).status).toBe('warning');
    expect(gitFinding('2.39.5')).toEqual({ id: 'git', status: 'ok', message: 'git 2.39.5' });
  });

  const ledger = { location: '/l.csv', writeFault: undefined, rows: 3, skipped: [], exists: true };
  it.each([
    [ledger, ['ok'], '/l.csv, 3 rows'],
    [{ ...ledger, rows: 0, exists: false }, ['ok'], 'nothing recorded yet'],
    [{ ...ledger, location: undefined }, ['warning'], 'recording is off'],
    [{ ...ledger, writeFault: 'EACCES' }, ['problem'], 'is not writable (EACCES)'],
    [{ ...ledger, skipped: [{ line: 9, reason: 'torn' }] }, ['ok', 'warning'], '1 of 4 rows'],
  ])('have a ledger: %j', (state, statuses, words) => {
    const findings = ledgerFindings(state);
    expect(findings.map(({ status }) => status)).toEqual(statuses);
    expect(findings.at(-1)?.message).toContain(words);
  });

  it('have a place for patches', () => {
    expect(stateFinding('/s', undefined).status).toBe('ok');
    expect(stateFinding('/s', 'EROFS').status).toBe('problem');
  });
});

describe('a client', () => {
  const look = (client: ClientFile['client'], text: string | undefined, fault?: string) =>
    clientFindings({
      files: [{ client, path: 'f', text, ...(fault === undefined ? {} : { fault }) }],
      installed: new Set([client]),
    });
  const server = (entry: object) => JSON.stringify({ mcpServers: { helper: entry } });
  const underscored = '"--tool-names", "underscore"';

  it.each<[ClientFile['client'], string, string]>([
    ['claude', JSON.stringify({ mcpServers: { orch: { command: 'node' } } }), 'ok'],
    ['claude', server({ command: '/usr/bin/orch', args: ['serve', '--stdio'] }), 'ok'],
    ['claude', server({ command: 'node', args: ['/opt/orch/dist/index.js'] }), 'ok'],
    ['claude', server({ command: 'cmd', args: ['C:\\npm\\orch.cmd'] }), 'ok'],
    ['claude', JSON.stringify({ projects: { '/p': { mcpServers: { orch: {} } } } }), 'ok'],
    ['claude', server({ command: 'orchestra', args: ['torch'] }), 'warning'],
    ['claude', '{"note": "orch"}', 'warning'],
    ['claude', '[]', 'warning'],
    ['cursor', `{"mcpServers": {"orch": {"args": ["serve", ${underscored}]}}}`, 'ok'],
    ['cursor', '{"mcpServers": {"orch": {"args": ["serve"]}}}', 'warning'],
    ['codex', '[mcp_servers.orch]\ncommand = "x"\nenv_vars = ["OPENAI_API_KEY"]\n', 'ok'],
    ['codex', 'a = 1\n[mcp_servers."my orch"]\ncommand = "orch"\nenv = { OPENAI_API_KEY = "x" }\n', 'ok'],
    ['codex', '[mcp_servers.orch]\ncommand = "x"\n[mcp_servers.orch.env]\nOPENAI_API_KEY = "x"\n', 'ok'],
    ['codex', '[mcp_servers.orch]\ncommand = "orch"\n[other]\nk = "OPENAI_API_KEY"\n', 'warning'],
    ['codex', '# [mcp_servers.orch]\n# command = "orch"\n[mcp_servers.x]\ncommand = "y"\n', 'warning'],
    ['codex', '[mcp_servers.torch]\ncommand = "y"\nenv_vars = ["OPENAI_API_KEY"]\n', 'warning'],
    ['codex', '[projects."/home/me/orch"]\ntrust_level = "trusted"\n', 'warning'],
  ])('%s with %j: %s', (client, text, status) => {
    const findings = look(client, text);
    expect(findings.map((finding) => finding.status)).toEqual([status]);
    if (status === 'warning') expect(findings[0]?.hint).toEqual(expect.any(String));
  });

  it('whose file is broken has two findings', () => {
    expect(look('claude', '{').map(({ message }) => message)).toEqual([
      'f is not valid JSON',
      'Claude Code is not configured to start orch (f)',
    ]);
    expect(look('codex', undefined, 'cannot be read (EACCES)')[0]?.message).toBe('f cannot be read (EACCES)');
  });

  it('that is not on the machine is not missed', () => {
    expect(clientFindings({ files: [], installed: new Set() })).toMatchObject([
      { id: 'client', status: 'ok' },
    ]);
  });
});
