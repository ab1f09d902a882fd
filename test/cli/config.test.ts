/** `orch config`: shows settings with their origins, and changes the user's own files. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orchInProcess } from '../helpers/cli.ts';
import { folder, type OrchOptions, orch } from '../helpers/orch.ts';

/** A home of its own; `run` runs `orch config` there. */
function home(files: Record<string, string> = {}) {
  const config = folder(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`orch/${name}`, text])),
  );
  const env = { XDG_CONFIG_HOME: config, XDG_STATE_HOME: folder() };
  const file = (name: string) => join(config, 'orch', name);
  return {
    env,
    file,
    text: (name: string) => readFileSync(file(name), 'utf8'),
    run: (args: readonly string[], { env: more, ...options }: OrchOptions = {}) =>
      orchInProcess(['config', ...args], { env: { ...env, ...more }, ...options }),
  };
}

describe('orch config set', () => {
  it('creates the file, and says what is in effect and where it is written', async () => {
    const { run, text, file } = home();
    expect(await run(['set', 'alias.codex', 'gpt-6.2-sol'])).toEqual({
      status: 0,
      stdout: 'aliases.codex = "gpt-6.2-sol"\n',
      stderr: `written: ${file('models.json')}\n`,
    });
    expect(text('models.json')).toBe('{\n  "aliases": { "codex": "gpt-6.2-sol" }\n}\n');
    expect((await run(['get', 'alias.codex'])).stdout).toBe('gpt-6.2-sol\n');
  });

  it('keeps comments, indentation, line ends, the mark and the permissions', async () => {
    const before = '\uFEFF// mine\r\n{\r\n\t"budgets": {\r\n\t\t"alertUsd": 1, // low\r\n\t},\r\n}\r\n';
    const { run, text, file } = home({ 'policies.json': before });
    chmodSync(file('policies.json'), 0o600);
    expect((await run(['set', 'budgets.alertUsd', '2.5'])).status).toBe(0);
    expect(text('policies.json')).toBe(before.replace('1,', '2.5,'));
    expect(statSync(file('policies.json')).mode & 0o777).toBe(0o600);
    expect((await run(['set', 'budgets.perCallUsd', '1'])).status).toBe(0);
    expect(text('policies.json')).toBe(before.replace('1, // low', '2.5, // low\r\n\t\t"perCallUsd": 1,'));
  });

  it('writes through a link, which stays one', async () => {
    const { run, file } = home({ 'x.json': '' });
    const own = join(folder({ 'mine.json': '{}\n' }), 'mine.json');
    symlinkSync(own, file('models.json'));
    expect((await run(['set', 'alias.own', 'gpt-6.2-sol'])).status).toBe(0);
    expect(lstatSync(file('models.json')).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(own, 'utf8'))).toEqual({ aliases: { own: 'gpt-6.2-sol' } });
  });

  it.each<[string, string, unknown]>([
    ['routing.docs', 'mini, full', ['mini', 'full']],
    [
      'routing.docs',
      '["mini", {"alias": "full", "effort": "low"}]',
      ['mini', { alias: 'full', effort: 'low' }],
    ],
    ['caps.gpt-6.1-sol.max_input', '5', 5],
    ['caps.gpt-6.1-sol', '{"max_input": 6}', { max_input: 6 }],
    ['timeouts.default.idleMs', '70000', 70_000],
    ['languages.rust', 'null', null],
    ['budgets.perTaskUsd', '{"docs": 0.1}', { docs: 0.1 }],
  ])('of %s takes %s', async (key, given, value) => {
    const { run } = home();
    expect(await run(['set', key, given])).toMatchObject({ status: 0 });
    const { stdout } = await run(['get', key, '--json']);
    expect(JSON.parse(stdout).value).toEqual(value);
  });

  it.each<[string, string, RegExp]>([
    [
      'budgets.perCallUsd',
      '0',
      /^error: policies\.json: budgets\.perCallUsd: must be greater than 0.*\nnothing was written\nhint: /,
    ],
    ['budgets.perCallUsd', 'much', /budgets\.perCallUsd: .*\n.*\nhint: use a number/],
    ['defaults.reasoning_effort', 'hgih', /hint: use one of: none, minimal/],
    ['retry', '{"maxRetry": 1}', /retry\.maxRetry: unknown key\n.*\nhint: did you mean maxRetries\?/],
    ['routing.docs', 'minni', /unknown alias or model "minni"\n.*\nhint: did you mean mini\?/],
    ['caps.minni.max_input', '5', /unknown alias "minni"\n.*\nhint: did you mean mini\?/],
    [
      'budgets.perCallUSD',
      '1',
      /^error: there is no setting "budgets.perCallUSD"\nhint: did you mean budgets.perCallUsd\?/,
    ],
    ['maxRetries', '1', /hint: did you mean retry.maxRetries\?/],
    ['routng.refactr', '[]', /hint: did you mean routing.refactor\?/],
    ['caps.mini.max_inptu', '1', /hint: did you mean caps.mini.max_input\?/],
    ['nonsense', '1', /hint: orch help configuration lists the keys/],
    ['$schema', 'x', /there is no setting/],
    ['aliases.__proto__', 'x', /there is no setting/],
    ['aliases.', 'x', /there is no setting/],
  ])('of %s to %s is refused, and nothing is written', async (key, value, message) => {
    const { run, file } = home();
    const { status, stdout, stderr } = await run(['set', key, value]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    for (const name of ['models.json', 'policies.json']) expect(existsSync(file(name))).toBe(false);
  });

  it('of a value that is wrong already is how it is put right', async () => {
    const { run, text } = home({
      'policies.json': '{"retry": {"maxRetries": -1}, "breaker": {"failures": 0}}',
    });
    expect((await run(['get', 'retry.maxRetries'])).status).toBe(2);
    expect((await run(['set', 'retry.maxRetries', '1'])).status).toBe(0);
    expect((await run(['unset', 'breaker.failures'])).status).toBe(0);
    expect(JSON.parse(text('policies.json'))).toEqual({ retry: { maxRetries: 1 }, breaker: {} });
    expect((await run(['get', 'retry.maxRetries'])).stdout).toBe('1\n');
  });

  it.each([
    ['invalid JSON', '{"aliases": }', /is not valid JSON.*nothing was written/],
    ['a list', '[]', /holds no object.*nothing was written/],
  ])('leaves a file of %s alone', async (_name, content, message) => {
    const { run, text } = home({ 'models.json': content });
    const { status, stderr } = await run(['set', 'alias.x', 'gpt-6.2-sol']);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(text('models.json')).toBe(content);
  });

  it('says what takes precedence, and where a new alias may be a slip', async () => {
    const { run } = home();
    const conf = folder({ 'models.json': '{"aliases": {"codex": "gpt-6.1-sol"}}' });
    const { stderr } = await run(['set', 'alias.codex', 'gpt-6.2-sol'], { env: { ORCH_CONF: conf } });
    expect(stderr).toContain(
      `warning: ${join(conf, 'models.json')} sets aliases.codex as well, and takes precedence\n`,
    );
    expect((await run(['set', 'alias.codx', 'gpt-6.2-sol'])).stderr).toMatch(
      /warning: codx is a new alias: if you meant codex, run orch config unset alias\.codx/,
    );
  });

  it('loses nothing when two are at it at once', async () => {
    const { env, text } = home({ 'models.json': '// mine\n{}\n' });
    const names = ['a1', 'b2', 'c3', 'd4'];
    const runs = await Promise.all(
      names.map((name) => orch(['config', 'set', `alias.${name}`, 'gpt-6.2-sol'], { env })),
    );
    expect(runs.map(({ status }) => status)).toEqual(names.map(() => 0));
    const after = text('models.json');
    expect(after.startsWith('// mine\n')).toBe(true);
    expect(Object.keys(JSON.parse(after.replace('// mine', '')).aliases).sort()).toEqual(names);
  });

  it.each([
    ['alias.mini', '{"a":1}', /aliases\.mini: must be a string, not an object/],
    ['alias.mini', 'gpt 5', /aliases\.mini: must be the id of a model/],
    ['alias.mini', '', /aliases\.mini: must be the id of a model/],
    ['languages.go', '', /languages\.go: is empty[\s\S]*hint: give at least one character/],
    ['defaults.max_output_tokens', '15', /must be at least 16/],
    ['overrides.docs.max_output_tokens', '1000001', /must be at most 1000000/],
  ])('refuses for %s what cannot be one: %j', async (key, value, message) => {
    const { run, file } = home();
    const { status, stderr } = await run(['set', key, value]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(message) });
    expect(existsSync(file('models.json')) || existsSync(file('policies.json'))).toBe(false);
  });

  it('says that a model is not in the catalogue', async () => {
    const { run } = home();
    const { status, stderr } = await run(['set', 'alias.mini', 'gpt5']);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /gpt5 is not in the catalogue( \(did you mean gpt-5\?\))?: its price is unknown/,
      ),
    });
  });

  it('sets a part of a task that the package has', async () => {
    const { run } = home();
    expect(await run(['set', 'tasks.ask.candidates', 'mini'])).toMatchObject({ status: 0 });
    expect((await run(['get', 'tasks.ask.base'])).status).toBe(0);
  });

  it('sets the limit of a task of the user’s own', async () => {
    const { run } = home({ 'models.json': '{"tasks": {"changelog": {"base": "docs"}}}' });
    expect((await run(['set', 'budgets.perTaskUsd.changelog', '0.5'])).status).toBe(0);
    const { status, stderr } = await run(['set', 'overrides.chaneglog.temperature', '1']);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('did you mean changelog?'),
    });
  });

  it('is not led elsewhere by a repository', async () => {
    const { run, text } = home();
    const elsewhere = folder();
    const cwd = folder({
      '.git/HEAD': '',
      '.env': `ORCH_CONF=${elsewhere}\nXDG_CONFIG_HOME=${elsewhere}\n`,
      '.orch/models.json': '{"aliases": {"codex": "gpt-6.1-sol"}, "routing": 1}',
    });
    const before = readFileSync(join(cwd, '.orch/models.json'), 'utf8');
    expect((await run(['set', 'alias.own', 'gpt-6.2-sol'], { cwd })).status).toBe(0);
    expect(text('models.json')).toContain('own');
    expect(readFileSync(join(cwd, '.orch/models.json'), 'utf8')).toBe(before);
    expect(existsSync(join(elsewhere, 'models.json'))).toBe(false);
  });
});

/** A folder that nobody can enter, not even root. */
it('a folder of settings that cannot be read is named once, with the cure', async () => {
  const { run, env } = home();
  const place = join(env.XDG_CONFIG_HOME, 'orch');
  symlinkSync('orch', place);
  for (const args of [['list'], ['set', 'alias.codex', 'gpt-6.2-sol']]) {
    const { status, stderr } = await run(args);
    expect(status).toBe(2);
    expect(stderr.split(`${place}`).length - 1).toBe(2);
    expect(stderr).toContain('is a folder that cannot be read (ELOOP)');
    expect(stderr).toContain(
      `check its owner and permissions, and those of the folders above it: ls -ld ${place}`,
    );
  }
});

describe('orch config unset', () => {
  it('removes the value and shows what is in effect then; twice is said', async () => {
    const { run, text } = home({
      'models.json': '{\n  // mine\n  "aliases": { "codex": "gpt-6.2-sol" }\n}\n',
    });
    const first = await run(['unset', 'alias.codex']);
    expect(first).toMatchObject({ status: 0, stdout: 'aliases.codex = "gpt-5-codex"\n' });
    expect(first.stderr).toMatch(
      /^removed: aliases\.codex = "gpt-6\.2-sol" from .*models\.json\nin effect now, from .*conf.models\.json:\n$/,
    );
    expect(text('models.json')).toBe('{\n  // mine\n  "aliases": { }\n}\n');
    expect(await run(['unset', 'alias.codex'])).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^warning: aliases\.codex is not set in .*\nin effect now, from /),
    });
  });

  it('of several values says all of them', async () => {
    const { run } = home({ 'policies.json': '{"retry": {"maxRetries": 9}}' });
    const { stdout, stderr } = await run(['unset', 'retry']);
    expect(stdout).toMatch(/^retry = \{"maxRetries":2,/);
    expect(stderr).toMatch(/^removed: retry = \{"maxRetries":9\} from .*\nin effect now:\n$/);
  });

  it('says where nothing is left', async () => {
    const { run } = home({ 'policies.json': '{"budgets": {"perCallUsd": 2}}' });
    const { stdout, stderr } = await run(['unset', 'budgets.perCallUsd']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^removed: budgets\.perCallUsd = 2 from .*\nbudgets\.perCallUsd has no value now\n$/,
    );
  });

  it('of what nothing sets touches no file', async () => {
    const { run, text, file } = home({ 'models.json': '' });
    for (const key of ['alias.codex', 'retry.maxRetries'])
      expect(await run(['unset', key])).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('is not set in'),
      });
    expect(text('models.json')).toBe('');
    expect(existsSync(file('policies.json'))).toBe(false);
  });

  it('of an alias that is still used is refused', async () => {
    const { run } = home({
      'models.json': '{"aliases": {"own": "gpt-6.2-sol"}, "routing": {"docs": ["own"]}}',
    });
    const { status, stderr } = await run(['unset', 'alias.own']);
    expect(status).toBe(2);
    expect(stderr).toContain('models.json: routing.docs: unknown alias or model "own"');
  });
});

describe('orch config list, get and path', () => {
  it('show every value in effect with its origin', async () => {
    const { run, file } = home({ 'policies.json': '{"retry": {"maxRetries": 1}}' });
    const { stdout } = await run(['list'], { env: { ORCH_MAX_COST_USD: '3' } });
    const lines = stdout.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        `retry.maxRetries = 1 (${file('policies.json')})`,
        'retry.baseMs = 500 (default)',
        'budgets.perCallUsd = 3 (environment)',
        'timeouts.default.idleMs = 60000 (default)',
      ]),
    );
    expect(stdout).toMatch(/^routing\.docs = \["chat","mini","full"\] \(.*conf.models\.json\)$/m);
  });

  it('print a value that scripts can use', async () => {
    const { run } = home();
    expect((await run(['get', 'routing.docs'])).stdout).toBe('["chat","mini","full"]\n');
    expect(await run(['get', 'budgets.perCallUsd'])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'note: budgets.perCallUsd has no value\n',
    });
    expect(JSON.parse((await run(['get', 'retry', '--json'])).stdout)).toEqual({
      key: 'retry',
      value: { maxRetries: 2, baseMs: 500, maxMs: 8000 },
      origin: null,
    });
  });

  it('print the folders', async () => {
    const { run, file, env } = home();
    mkdirSync(join(env.XDG_CONFIG_HOME, 'orch'));
    writeFileSync(file('models.json'), '{}');
    expect((await run(['path'])).stdout).toBe(`${join(env.XDG_CONFIG_HOME, 'orch')}\n`);
    const { folders, files } = JSON.parse((await run(['path', '--json'])).stdout);
    expect(folders).toHaveLength(2);
    expect(files).toContain(file('models.json'));
  });
});
