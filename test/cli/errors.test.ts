import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import { exitStatuses } from '../../src/cli/help/topics.ts';
import { environmentVariables } from '../../src/core/config/environment-variables.ts';
import { errorCodes } from '../../src/core/errors/orch-error.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { folder, key, provider } from '../helpers/orch.ts';
import type { Scenario } from '../rehearsal/scenario.ts';

const error = (status: number, message: string, code?: string): Scenario => ({
  kind: 'error',
  status,
  message,
  ...(code === undefined ? {} : { code }),
});

const hintOrNull = expect.toSatisfy((hint) => hint === null || typeof hint === 'string');

describe('every documented exit status', () => {
  it.each<[string, number, string, Scenario]>([
    ['a provider that fails', 1, 'provider-failed', error(400, 'Broken')],
    [
      'an input that no window holds',
      2,
      'input-too-large',
      error(400, 'Too long', 'context_length_exceeded'),
    ],
    ['a refused key', 4, 'key-refused', error(401, 'No', 'invalid_api_key')],
    ['a refusal', 5, 'answer-refused', { kind: 'refusal', text: 'I will not.' }],
    ['an empty answer', 5, 'answer-unusable', { kind: 'empty' }],
    ['money that has run out', 6, 'quota-exhausted', error(429, 'Quota', 'insufficient_quota')],
    ['a wrong address', 1, 'provider-failed', { kind: 'html', status: 404 }],
  ])('%s is %i, in words and with --json', async (_name, status, code, answer) => {
    const { env } = await provider({ answer });
    const [plain, json] = await Promise.all([
      orch(['docs', 'x'], { env }),
      orch(['docs', 'x', '--json'], { env }),
    ]);
    expect({ status: plain.status, stdout: plain.stdout }).toEqual({ status, stdout: '' });
    expect(plain.stderr).toMatch(/^error: /m);
    expect(plain.stderr).not.toMatch(/internal error|at .*\.js:\d/);
    expect(json.status).toBe(status);
    expect(JSON.parse(json.stdout)).toEqual({
      error: {
        code,
        message: expect.any(String),
        hint: answer.kind === 'html' ? expect.stringContaining('OPENAI_BASE_URL') : hintOrNull,
        details: {
          attempts: expect.any(Array),
          run_id: expect.any(String),
          cost_usd: expect.any(Number),
        },
      },
    });
  });

  it('0 and 2 and 3 and 6 need no provider', async () => {
    const env = { OPENAI_API_KEY: key };
    const results = await Promise.all([
      orch(['--version']),
      orch(['docs', 'x', '--max-cost', '0'], { env }),
      orch(['docs', 'x', '-m', 'gpt-5-codex', '--json'], { env }),
      orch(['docs', 'x', '--max-cost', '0.0000001', '--json'], { env }),
      orch(['route', 'docs', '--max-cost', '0.0000001'], { env }),
      orch(['route', 'docs', '-m', 'gpt-5-codex'], { env }),
    ]);
    expect(results.map(({ status }) => status)).toEqual([0, 2, 3, 6, 6, 3]);
    expect(results[1]!.stderr).toContain('--max-cost: must be greater than 0; omit it for no ceiling');
    expect(JSON.parse(results[2]!.stdout).error.code).toBe('no-eligible-model');
    expect(JSON.parse(results[3]!.stdout).error).toMatchObject({
      code: 'over-budget',
      hint: expect.stringContaining('raise the ceiling'),
      details: { rejected: expect.any(Array) },
    });
  });

  it('1 is a provider that asks for a longer wait than --max-retry-after', async () => {
    const slowDown = { ...error(429, 'Slow down'), headers: { 'retry-after': '60' } } as Scenario;
    const { env, server } = await provider({ answer: slowDown });
    const { status, stderr } = await orch(['docs', 'x', '-m', 'mini', '--max-retry-after', '0.5'], { env });
    expect({ status, requests: server.requests.length }).toEqual({ status: 1, requests: 1 });
    expect(stderr).toContain('the provider asks for a wait of 1 min 0 s: raise --max-retry-after');
    expect((await orch(['docs', 'x', '--max-retry-after', '-1'], { env })).status).toBe(2);
  });

  it('4 is a key that was never put in, for every command that needs one', async () => {
    const { env, server } = await provider({ answer: { kind: 'empty' } });
    for (const unset of ['sk-...', '$' + '{OPENAI_API_KEY}']) {
      for (const command of [['run', 'docs'], ['diff'], ['tests'], ['docs']]) {
        const { status, stdout } = await orch([...command, 'x', '--json'], {
          env: { ...env, OPENAI_API_KEY: unset },
        });
        expect([status, JSON.parse(stdout).error.code]).toEqual([4, 'no-key']);
        expect(stdout).not.toContain(unset);
      }
    }
    expect(server.requests).toHaveLength(0);
  });

  it('1 is a server that nobody can reach', async () => {
    const port = await freePort();
    const env = {
      OPENAI_API_KEY: key,
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      ORCH_CONF: folder({ 'policies.json': '{"retry": {"maxRetries": 0}}' }),
    };
    const { status, stdout } = await orch(['docs', 'x', '--json'], { env });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'offline',
      hint: expect.stringContaining('network'),
    });
  });

  it('1 is a time-out', async () => {
    const { env } = await provider({ answer: { kind: 'hang', after: 'first-event' } });
    const { status, stdout } = await orch(['docs', 'x', '--timeout', '0.3', '--json'], { env });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'timeout', hint: 'raise --timeout' });
  });

  it('4 is a key that is missing, and what to do about it', async () => {
    const { server, env } = await provider();
    const { status, stderr } = await orch(['docs', 'x'], { env: { ...env, OPENAI_API_KEY: undefined } });
    expect(status).toBe(4);
    expect(stderr).toMatch(/^error: OPENAI_API_KEY is not set\nhint: .*--rehearse/m);
    expect(server.requests).toEqual([]);
  });

  it('4 is a key that cannot be one, which is not shown', async () => {
    for (const bad of [`${key}\n`, `"${key}"`, `${key} x`, 'sk-SECRET\u201d', `sk-\nSECRET`]) {
      const { env } = await provider({ key: 'sk-another-key' });
      const { status, stdout, stderr } = await orch(['docs', 'x'], { env: { ...env, OPENAI_API_KEY: bad } });
      expect(status).toBe(4);
      expect(stdout + stderr).not.toContain('SECRET');
    }
  });

  it('is in the help, and every code of --json with it', async () => {
    const { status, stdout } = await orch(['help', 'exit-codes']);
    expect(status).toBe(0);
    for (const { status: known } of exitStatuses) expect(stdout).toMatch(new RegExp(`^ +${known} `, 'm'));
    for (const code of errorCodes) expect(stdout).toContain(code);
  });
});

describe('the command line', () => {
  it.each<[string[], RegExp]>([
    [['run', 'docs', 'x', '--flie', 'a.ts'], /unknown option '--flie'[\s\S]*Did you mean --file\?/],
    [['runn', 'docs'], /unknown command 'runn'[\s\S]*Did you mean one of run, runs\?/],
    [['usage', 'repotr'], /unknown command 'repotr'[\s\S]*Did you mean report\?/],
    [['run'], /the task is missing/],
    [['docs', 'x', '--effort', 'hig'], /--effort: "hig" is not one of .* \(did you mean high\?\)/],
    [['docs', 'x', '--max-retry-after', '100000'], /--max-retry-after: must be at most 86400$/m],
    [['docs', 'x', '--language', ''], /--language: is empty/],
    [['docs', 'x', '--max-cost', 'two'], /--max-cost: must be a number without a unit/],
    [['docs', 'x', '--timeout', '-1'], /--timeout: /],
    [['docs', 'x', '--max-output', '15'], /--max-output: must be at least 16/],
    [['docs', 'x', '--max-output', '1.5'], /--max-output: /],
    [
      ['docs', 'x', '-i', 'y'],
      /the instruction is given twice: as an argument and with --input\nhint: remove one of the two/,
    ],
    [['docs', 'x', '--apply'], /unknown option '--apply'/],
    [['run', 'docs', 'x', '--apply'], /--apply needs a patch, and this call does not return one/],
    [['usage', 'report', '--by', 'colour'], /--by: /],
    [['usage', 'report', '--since', 'yesteryear'], /since/],
    [['serve'], /orch serve needs --stdio: .*\nhint: run: orch serve --stdio/],
    [['serve', '--stdio', '--tool-names', 'spaced'], /--tool-names/],
    [['help', 'enviroment'], /there is no help on "enviroment" \(did you mean environment\?\)/],
    [
      ['completion', 'tcsh'],
      /there is no completion script for "tcsh"\nhint: choose one of: bash, zsh, fish/,
    ],
  ])('refuses %j with the hint: exit 2', async (args, words) => {
    const { status, stdout, stderr } = await orch(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('internal error');
  });

  it('gives a wrong flag with --json as JSON', async () => {
    const { status, stdout, stderr } = await orch(['run', 'docs', 'x', '--flie', 'a', '--json']);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--file'),
    });
    expect(stderr).toBe('');
  });

  it('says what there is when it is called without a word', async () => {
    const [alone, group] = await Promise.all([orch([]), orch(['usage'])]);
    expect(alone).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/Usage: orch[\s\S]*run/),
    });
    expect(group).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/Usage: orch usage[\s\S]*report/),
    });
  });

  it('helps', async () => {
    const [help, flag, run, long, environment, configuration] = await Promise.all([
      orch(['help']),
      orch(['--help']),
      orch(['help', 'run']),
      orch(['run', '--help']),
      orch(['help', 'environment']),
      orch(['help', 'configuration']),
    ]);
    for (const { status, stderr } of [help, flag, run, long, environment, configuration])
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: orch /);
    expect(flag.stdout).toBe(help.stdout);
    for (const command of ['run', 'diff', 'tests', 'docs', 'route', 'usage', 'serve', 'completion', 'help'])
      expect(help.stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    expect(long.stdout).toMatch(/--file <path>[\s\S]*Examples:/);
    expect(run.stdout).toContain('--file <path>');
    for (const { name } of environmentVariables) expect(environment.stdout).toContain(name);
    for (const file of ['models.json', 'policies.json', 'catalog.json'])
      expect(configuration.stdout).toContain(file);
  });

  it('knows its version', async () => {
    expect(await orch(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('the configuration', () => {
  it('is refused with all its problems at once', async () => {
    const conf = folder({
      'models.json': '{"aliases": {"mini": "gpt-5-mni"}, "routing": {"docs": [], "poetry": ["mini"]}}',
      'policies.json': '{"defaults": {"temperatur": 0.2, "max_output_tokens": "many"}}',
      'catalog.json': '{"models": {',
    });
    const { status, stderr } = await orch(['route', 'docs'], { env: { ORCH_CONF: conf } });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: the configuration has 5 problems:/);
    for (const words of [
      /models\.json: routing\.docs: .*\(list at least one\)/,
      /models\.json: routing\.poetry: unknown key/,
      /policies\.json: defaults\.temperatur: unknown key \(did you mean temperature\?\)/,
      /policies\.json: defaults\.max_output_tokens: .*\(use an? (int|number)/,
      /catalog\.json: is not valid JSON/,
    ])
      expect(stderr).toMatch(words);
  });

  it('is refused where an alias leads nowhere', async () => {
    const conf = folder({ 'models.json': '{"aliases": {"fast": "mini"}}' });
    const { status, stderr } = await orch(['route', 'docs'], { env: { ORCH_CONF: conf } });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /models\.json: aliases\.fast: mini is an alias, not a model id \(use "gpt-5-mini"\)/,
    );
  });

  it('may name a model outside the catalogue', async () => {
    const conf = folder({ 'models.json': '{"aliases": {"chat": "gpt-5-mni"}}' });
    const { server, env } = await provider({ compatible: true });
    const { status, stderr } = await orch(['docs', 'x'], { env: { ...env, ORCH_CONF: conf } });
    expect(status).toBe(0);
    expect(server.requests[0]?.model).toBe('gpt-5-mni');
    expect(server.requests[0]?.headers?.['user-agent']).toBe('orch');
    expect(stderr).toContain('gpt-5-mni is not in the catalogue: its price is unknown');
  });

  it('of the project is found from a sub-directory', async () => {
    const cwd = folder({
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.orch/models.json': '{"routing": {"docs": ["full"]}}',
      'src/a.ts': 'x\n',
    });
    const { stdout } = await orch(['route', 'docs', '--json'], { cwd: join(cwd, 'src') });
    expect(JSON.parse(stdout)).toMatchObject({ selected: { alias: 'full' }, fallbacks: [] });
  });

  it('folder that ORCH_CONF names must be there', async () => {
    const { status, stderr } = await orch(['route', 'docs'], { env: { ORCH_CONF: '/no/such/folder' } });
    expect(status).toBe(2);
    expect(stderr).toContain('ORCH_CONF is /no/such/folder, which does not exist');
  });

  it('takes an unknown name that is one slip from an alias for a slip', async () => {
    const { env, server } = await provider();
    const { status, stdout, stderr } = await orch(['docs', 'x', '-m', 'minni'], { env });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: minni: .*did you mean mini\?/m);
    expect(server.requests).toEqual([]);
  });

  it('sends any other unknown name as the id of a model, and tells what the provider says', async () => {
    const { env } = await provider();
    const { status, stdout, stderr } = await orch(['docs', 'x', '-m', 'llama-9'], { env });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^error: llama-9: 404 model_not_found/m);
  });
});

describe('the environment', () => {
  it('is refused with all its problems at once', async () => {
    const { status, stderr } = await orch(['docs', 'x', '--rehearse'], {
      env: {
        ORCH_LOG_LEVEL: 'loud',
        ORCH_MAX_INPUT_TOKENS: '-3',
        ORCH_COST_ALERT_USD: 'two',
        OPENAI_BASE_URL: 'localhost:11434',
        ORCH_REHEARSE: 'maybe',
      },
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: the environment has 5 problems:/);
    for (const name of [
      'ORCH_LOG_LEVEL',
      'ORCH_MAX_INPUT_TOKENS',
      'ORCH_COST_ALERT_USD',
      'OPENAI_BASE_URL',
      'ORCH_REHEARSE',
    ])
      expect(stderr).toContain(name);
  });

  it('may come from .env, which never overrides what is set and never leads the key elsewhere', async () => {
    const { server, env } = await provider();
    const file = (text: string) => folder({ '.env': text });
    const whole = await orch(['docs', 'x'], {
      cwd: file(`OPENAI_API_KEY=${key}\nPATH=/nowhere\n`),
      env: { ...env, OPENAI_API_KEY: undefined },
    });
    expect(whole.status).toBe(0);
    expect(whole.stdout).toMatch(/^# /);
    expect(whole.stderr).toContain('warning: OPENAI_API_KEY comes from .env');
    expect(server.requests).toHaveLength(1);

    const overridden = await orch(['docs', 'x', '--json'], {
      cwd: file('ORCH_REHEARSE=1\n'),
      env,
    });
    expect(JSON.parse(overridden.stdout).meta.rehearsal).toBeUndefined();
    expect(server.requests).toHaveLength(2);

    const port = await freePort();
    const led = await orch(['docs', 'x'], {
      cwd: file(`OPENAI_BASE_URL=http://127.0.0.1:${port}/v1\n`),
      env,
    });
    expect(led.status).toBe(0);
    expect(server.requests).toHaveLength(3);
    const roots = folder({ 'x.ts': 'x\n' });
    const widened = await orch(['docs', 'x', '-f', join(roots, 'x.ts')], {
      cwd: file(`ORCH_ROOTS=${roots}\n`),
      env,
    });
    expect(widened.status).toBe(2);
  });

  it('sets the limit of the input and the alert', async () => {
    const { env, server } = await provider();
    const { stderr } = await orch(['run', 'deep_reasoning', 'why?'], {
      env: { ...env, ORCH_MAX_INPUT_TOKENS: '100', ORCH_COST_ALERT_USD: '0.0000001' },
      stdin: 'a line of a log\n'.repeat(100),
    });
    expect(stderr).toMatch(/truncated to the limit of 100 /);
    expect(stderr).toMatch(/^alert: cost \$/m);
    expect(stderr).not.toMatch(/^warning: cost/m);
    expect(String(server.requests[0]?.body?.input).length).toBeLessThanOrEqual(300);
  });

  it('stops a call that may cost more than ORCH_MAX_COST_USD', async () => {
    const { env, server } = await provider();
    const { status } = await orch(['docs', 'x'], { env: { ...env, ORCH_MAX_COST_USD: '0.0000001' } });
    expect(status).toBe(6);
    expect(server.requests).toEqual([]);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

describe('a route without an eligible model', () => {
  const low = ['--max-cost', '0.0000001'];

  it.each([
    ['the model alone', ['route', 'docs', ...low]],
    ['explained', ['route', '--explain', 'docs', ...low]],
    ['as JSON', ['route', 'docs', ...low, '--json']],
    ['of a dry run', ['docs', 'x', ...low, '--dry-run']],
    ['of a dry run as JSON', ['docs', 'x', ...low, '--dry-run', '--json']],
  ])('ends with its status, %s', async (_form, args) => {
    expect((await orch(args)).status).toBe(6);
  });

  it('gives as JSON the whole decision, with every reason', async () => {
    const { stdout } = await orch(['route', 'docs', '-m', 'gpt-5-codex', '--json']);
    const decision = JSON.parse(stdout);
    expect(decision.selected).toBeNull();
    expect(decision.rejected).toEqual([expect.objectContaining({ alias: 'gpt-5-codex', code: 'retired' })]);
  });
});
