import { describe, expect, it } from 'vitest';
import { inspectEnvironment } from '../../../src/core/config/environment.ts';
import { environmentVariables } from '../../../src/core/config/environment-variables.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { readEnvironment } from '../../helpers/environment.ts';

type Variables = Record<string, string | undefined>;
const read = (process: Variables = {}, dotEnv: Variables = {}) => readEnvironment({ process, dotEnv });

describe('readEnvironment', () => {
  it('has the documented defaults', () => {
    expect(read()).toEqual({
      apiKey: undefined,
      baseUrl: undefined,
      organization: undefined,
      project: undefined,
      logLevel: undefined,
      logFile: undefined,
      maxInputTokens: 32_000,
      costAlertUsd: undefined,
      maxCostUsd: undefined,
      configFolder: undefined,
      usageCsv: undefined,
      roots: [],
      rehearse: false,
      sendsTelemetry: false,
      redacts: true,
      readsStdin: true,
      projectName: undefined,
      fromDotEnv: [],
      notes: [],
      reminders: [],
    });
  });

  it('reads every variable of its table', () => {
    const values: Variables = {
      OPENAI_API_KEY: ' sk-test ',
      OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1',
      OPENAI_CUSTOM_HEADERS: 'X-Gateway: secret',
      OPENAI_ORG_ID: 'org',
      OPENAI_PROJECT_ID: 'proj',
      ORCH_LOG_LEVEL: 'DEBUG',
      ORCH_LOG_FILE: 'l.log',
      ORCH_MAX_INPUT_TOKENS: '1000',
      ORCH_COST_ALERT_USD: '0.5',
      ORCH_MAX_COST_USD: '3',
      ORCH_DAILY_BUDGET_USD: '0',
      ORCH_WEEKLY_BUDGET_USD: '20',
      ORCH_MONTHLY_BUDGET_USD: '50.5',
      ORCH_BUDGET_URL: 'rediss://team:secret-word@budget.example.com:6380/2',
      ORCH_QDRANT_URL: 'https://qdrant.example.com:6333',
      ORCH_QDRANT_API_KEY: 'qdrant-key',
      ORCH_CONF: 'conf',
      ORCH_USAGE_CSV: 'off',
      ORCH_ROOTS: '/a: /b ::',
      ORCH_INDEX_DIR: '/index',
      ORCH_PROJECT: 'p',
      ORCH_REHEARSE: 'yes',
      ORCH_OTEL: '1',
      ORCH_STDIN: 'OFF',
      ORCH_REDACT: 'off',
    };
    const { settings } = inspectEnvironment({ process: values });
    expect(settings).toContainEqual({
      name: 'ORCH_BUDGET_URL',
      value: 'rediss://budget.example.com:6380/2',
      origin: 'environment',
    });
    expect(settings).toContainEqual({
      name: 'ORCH_QDRANT_API_KEY',
      value: '(hidden)',
      origin: 'environment',
    });
    expect(settings).toContainEqual({
      name: 'OPENAI_CUSTOM_HEADERS',
      value: '(hidden)',
      origin: 'environment',
    });
    // Node and the network layer read the others.
    const own = environmentVariables.map(({ name }) => name).filter((name) => /^(ORCH|OPENAI)_/.test(name));
    expect(Object.keys(values).sort()).toEqual(own.sort());
    expect(read(values)).toEqual({
      apiKey: 'sk-test',
      baseUrl: 'http://127.0.0.1:11434/v1',
      organization: 'org',
      project: 'proj',
      logLevel: 'debug',
      logFile: 'l.log',
      maxInputTokens: 1000,
      costAlertUsd: 0.5,
      maxCostUsd: 3,
      dailyBudgetUsd: 0,
      weeklyBudgetUsd: 20,
      monthlyBudgetUsd: 50.5,
      budgetUrl: 'rediss://team:secret-word@budget.example.com:6380/2',
      qdrantUrl: 'https://qdrant.example.com:6333',
      qdrantApiKey: 'qdrant-key',
      configFolder: 'conf',
      usageCsv: 'off',
      indexFolder: '/index',
      roots: ['/a', '/b'],
      rehearse: true,
      sendsTelemetry: true,
      redacts: false,
      readsStdin: false,
      projectName: 'p',
      fromDotEnv: [],
      notes: [],
      reminders: [],
    });
  });

  it('separates roots as the system does', () => {
    expect(readEnvironment({ process: { ORCH_ROOTS: 'C:\\a;D:\\b' }, pathDelimiter: ';' }).roots).toEqual([
      'C:\\a',
      'D:\\b',
    ]);
  });

  it('takes a blank value for none', () => {
    expect(read({ OPENAI_API_KEY: '  ', ORCH_MAX_INPUT_TOKENS: '', OPENAI_BASE_URL: ' ' })).toEqual(read());
  });

  it('reports every bad value at once, each with its name and a hint', () => {
    let error: unknown;
    try {
      read(
        {
          ORCH_LOG_LEVEL: 'loud',
          ORCH_MAX_INPUT_TOKENS: '1.5',
          ORCH_COST_ALERT_USD: 'two',
          OPENAI_BASE_URL: 'localhost:80',
          ORCH_REHEARSE: 'perhaps',
          ORCH_STDIN: 'no',
        },
        { ORCH_MAX_COST_USD: '-1' },
      );
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OrchError);
    const { code, exitStatus, message, hint } = error as OrchError;
    expect([code, exitStatus, hint]).toEqual([
      'invalid-environment',
      2,
      'orch help environment lists the variables',
    ]);
    expect(message.split('\n').slice(1).sort()).toEqual([
      '  OPENAI_BASE_URL: is not an http or https URL (use a URL such as http://127.0.0.1:11434/v1)',
      '  ORCH_COST_ALERT_USD: "two" is not an amount of USD above 0 (set it to an amount of USD above 0, or unset it)',
      '  ORCH_LOG_LEVEL: "loud" is not a log level (use one of: silent, error, warn, info, debug)',
      '  ORCH_MAX_COST_USD (.env): "-1" is not an amount of USD above 0 (set it to an amount of USD above 0, or unset it)',
      '  ORCH_MAX_INPUT_TOKENS: "1.5" is not a whole number above 0 (set it to a whole number above 0, or unset it)',
      '  ORCH_REHEARSE: "perhaps" is neither yes nor no (set it to 1 or 0)',
      '  ORCH_STDIN: "no" is neither on nor off (set it to off, or unset it)',
    ]);
  });

  it.each([
    ['ORCH_ROOTS', 'x'],
    ['ORCH_CONF', 'x'],
    ['ORCH_USAGE_CSV', 'x'],
    ['ORCH_LOG_FILE', 'x'],
    ['ORCH_PROJECT', 'x'],
    ['ORCH_STDIN', 'off'],
    ['ORCH_REHEARSE', '1'],
    ['ORCH_OTEL', '1'],
    ['ORCH_REDACT', 'off'],
    ['ORCH_BUDGET_URL', 'redis://127.0.0.1'],
    ['ORCH_QDRANT_URL', 'http://127.0.0.1:6333'],
    ['ORCH_QDRANT_API_KEY', 'x'],
    ['ORCH_INDEX_DIR', '/tmp/x'],
    ['OPENAI_BASE_URL', 'http://127.0.0.1:9/v1'],
    ['ORCH_MAX_INPUT_TOKENS', '32001'],
    ['ORCH_LOG_LEVEL', 'silent'],
    ['ORCH_LOG_LEVEL', 'Error'],
  ])('leads nothing elsewhere and lifts no limit: %s is ignored, and that is said', (name, value) => {
    const { notes, fromDotEnv, ...rest } = read({}, { [name]: value });
    expect(notes).toEqual([expect.stringMatching(`^ignored in \\.env: ${name} \\(`)]);
    expect(fromDotEnv).toEqual([]);
    const { notes: _notes, fromDotEnv: _names, ...untouched } = read({});
    expect(rest).toEqual(untouched);
  });

  it.each(['0', '-5', 'Infinity', 'NaN', '1e999', '12 000', '$2'])('refuses %j for a number', (value) => {
    expect(() => read({ ORCH_MAX_INPUT_TOKENS: value })).toThrow(/ORCH_MAX_INPUT_TOKENS/);
    expect(() => read({ ORCH_MAX_COST_USD: value })).toThrow(/ORCH_MAX_COST_USD/);
  });

  it.each(['-5', 'Infinity', '$5', '5,00', '9000001'])('refuses %j for a budget', (value) => {
    const problem = `ORCH_DAILY_BUDGET_USD: "${value}" is not an amount of USD from 0 to 9000000`;
    expect(() => read({ ORCH_DAILY_BUDGET_USD: value })).toThrow(problem);
  });

  it.each([
    'redis://127.0.0.1',
    'redis://localhost:6380/3',
    'redis://:secret-word@[::1]:6379',
    'rediss://budget.example.com',
  ])('counts budgets at %s', (url) => {
    expect(read({ ORCH_BUDGET_URL: url }).budgetUrl).toBe(url);
  });

  it.each([
    [
      'redis://me:secret-word@budget.example.com:6379/0',
      'redis:// would reach budget.example.com:6379 unencrypted (use',
    ],
    ['redis://me:secret-word@10.0.0.5', 'redis:// would reach 10.0.0.5 unencrypted (use rediss://)'],
    ['https://me:secret-word@budget.example.com', 'is not a redis:// or rediss:// URL'],
    ['rediss://me:secret-word@budget.example.com/0/keys', 'is not a redis:// or rediss:// URL'],
    ['redis:///secret-word', 'is not a redis:// or rediss:// URL'],
    ['me:secret-word@budget.example.com', 'is not a redis:// or rediss:// URL'],
  ])('does not count budgets at %s, and does not print it', (url, message) => {
    const { problems, settings } = inspectEnvironment({ process: { ORCH_BUDGET_URL: url } });
    expect(`${problems[0]?.message} (${problems[0]?.hint})`).toContain(message);
    expect(JSON.stringify({ problems, settings })).not.toContain('secret-word');
  });

  it('does not print the URL, which may hold a password', () => {
    expect(() => read({ OPENAI_BASE_URL: 'ftp://me:hidden@host' })).toThrow(/^(?!.*hidden)/s);
  });
});

describe('ORCH_OTEL', () => {
  const collector = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:secret@collector:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=abcdefghijkl',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  };
  const shown = (process: Variables, dotEnv: Variables = {}) =>
    inspectEnvironment({ process, dotEnv }).settings.map(({ name, value }) => `${name} ${value}`);

  it('is not turned on by the variables of OpenTelemetry, which are set for other programs', () => {
    expect(read(collector)).toEqual(read());
    expect(shown(collector)).toEqual([]);
    expect(read({ ...collector, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toEqual(read());
  });

  it('shows them without their secrets', () => {
    const settings = shown({ ORCH_OTEL: '1', ...collector }).join('\n');
    expect(settings).toContain('OTEL_EXPORTER_OTLP_HEADERS (hidden)');
    expect(settings).toContain('OTEL_EXPORTER_OTLP_PROTOCOL http/json');
    expect(settings).toMatch(/OTEL_EXPORTER_OTLP_ENDPOINT https:.*collector/);
    expect(settings).not.toContain('secret');
  });

  it('does not read them from .env, and says nothing of those of another program there', () => {
    expect(shown({ ORCH_OTEL: '1' }, collector)).toEqual(['ORCH_OTEL 1']);
    expect(read({ ORCH_OTEL: '1' }, collector).notes).toEqual([]);
  });

  it('says that a key would be sent in the clear', () => {
    const notesFor = (variables: Variables) => read({ ORCH_OTEL: '1', ...variables }).notes;
    const away = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=abcdefghijkl' };
    expect(notesFor({ ...away, ...headers })).toEqual([
      expect.stringMatching(/reaches collector:4318 unencrypted/),
    ]);
    expect(notesFor(away)).toEqual([]);
    expect(notesFor({ ...headers, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' })).toEqual([]);
  });

  it('says what keeps everything from being sent, with the cure', () => {
    const { notes } = read({
      ORCH_OTEL: 'yes',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    expect(notes).toEqual([
      expect.stringMatching(/^OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL: set it to/),
      expect.stringMatching(/^OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported, .* http\/protobuf/),
    ]);
  });
});

describe('.env', () => {
  it('fills in what is not set, and never overrides what is', () => {
    const environment = read(
      { ORCH_MAX_INPUT_TOKENS: '5', ORCH_LOG_LEVEL: '' },
      { ORCH_MAX_INPUT_TOKENS: '7', ORCH_LOG_LEVEL: 'debug', OPENAI_API_KEY: 'k' },
    );
    expect(environment).toMatchObject({ maxInputTokens: 5, logLevel: 'debug', apiKey: 'k' });
    expect(environment.notes).toEqual([expect.stringMatching(/^OPENAI_API_KEY comes from \.env: /)]);
  });

  it('does not widen what may be read of the machine', () => {
    expect(read({}, { ORCH_ROOTS: '/' }).roots).toEqual([]);
    expect(read({ ORCH_ROOTS: '/a' }, { ORCH_ROOTS: '/' }).roots).toEqual(['/a']);
  });

  it('lowers limits', () => {
    const { notes, ...read50 } = read({}, { ORCH_MAX_INPUT_TOKENS: '50', ORCH_COST_ALERT_USD: '0.1' });
    expect(read50).toMatchObject({ maxInputTokens: 50, costAlertUsd: 0.1 });
    expect(notes).toEqual([]);
  });

  it('has a rule for every variable, and names all that it ignores in one line', () => {
    const named = (rule: string) =>
      environmentVariables.filter(({ inDotEnv }) => inDotEnv === rule).map(({ name }) => name);
    expect(named('accept')).toEqual(['OPENAI_API_KEY', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID']);
    expect(named('tighten')).toEqual([
      'ORCH_LOG_LEVEL',
      'ORCH_MAX_INPUT_TOKENS',
      'ORCH_COST_ALERT_USD',
      'ORCH_MAX_COST_USD',
      'ORCH_DAILY_BUDGET_USD',
      'ORCH_WEEKLY_BUDGET_USD',
      'ORCH_MONTHLY_BUDGET_USD',
    ]);
    const foreign = Object.fromEntries(named('ignore').map((name) => [name, 'x']));
    expect(read({}, foreign)).toEqual({ ...read(), notes: [expect.stringMatching(/^ignored in \.env: /)] });
  });

  it('does not take a URL away that the environment sets', () => {
    const process = { OPENAI_API_KEY: 'mine', OPENAI_BASE_URL: 'https://own/v1' };
    expect(read(process, { OPENAI_BASE_URL: 'https://elsewhere/v1' })).toMatchObject({
      baseUrl: 'https://own/v1',
      fromDotEnv: [],
      notes: [],
      reminders: [],
    });
  });

  it('says of a name that it does not know that it has no effect', () => {
    const { notes } = read({ ORCH_MAX_COST: '1', ORCH_COLOUR: 'x', ORCH_RESULT_FILE: 'x', OTHER: 'x' });
    expect(notes).toEqual([
      'unknown variable ORCH_MAX_COST is ignored (did you mean ORCH_MAX_COST_USD?)',
      'unknown variable ORCH_COLOUR is ignored',
    ]);
  });
});

describe('an http server', () => {
  const notes = (url: string, more: Variables = {}) =>
    read({ OPENAI_API_KEY: 'mine', OPENAI_BASE_URL: url, ...more }).notes;

  it('that is another machine is warned of: the key would travel in the clear', () => {
    expect(notes('http://gateway.test:8080/tok3n-abcdef/v1')).toEqual([
      'OPENAI_BASE_URL is http: the key and all that is sent reach gateway.test:8080 unencrypted (use https)',
    ]);
  });

  it('on this machine, or by https, is not; neither without a key, nor in a rehearsal', () => {
    for (const url of [
      'http://localhost:1/v1',
      'http://127.0.0.1/v1',
      'http://[::1]/v1',
      'https://x.test/v1',
    ])
      expect(notes(url)).toEqual([]);
    expect(notes('http://x.test/v1', { OPENAI_API_KEY: undefined })).toEqual([]);
    expect(notes('http://x.test/v1', { ORCH_REHEARSE: '1' })).toEqual([]);
  });
});

describe('ALL_PROXY', () => {
  it.each(['ALL_PROXY', 'all_proxy'])('as %s is said to be ignored, where it would count', (name) => {
    const notes = (more: Variables) => read({ [name]: 'socks5://proxy.test:1080', ...more }).notes;
    expect(notes({})).toEqual([expect.stringContaining('ALL_PROXY is ignored: set HTTPS_PROXY')]);
    expect(notes({ https_proxy: 'http://proxy.test' })).toEqual([]);
    expect(notes({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })).toEqual([]);
    expect(notes({ ORCH_REHEARSE: '1' })).toEqual([]);
  });
});
