/** The environment as one value. Every variable is read once, here; one error lists all invalid values. */

import { mostUsd } from '../budget/nano.ts';
import { looksLikeKey } from '../errors/redact.ts';
import { readNumber } from '../record/csv-line.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { hasCredentials, isHttpUrl, isThisMachine, shownUrl } from './base-url.ts';
import { budgetUrlFault, shownBudgetUrl } from './budget-url.ts';
import { collectorNotes, collectorVariables } from './collector.ts';
import { dotEnvVariables, environmentVariables } from './environment-variables.ts';
import type { ConfigProblem } from './problem.ts';
import { qdrantUrlFault } from './qdrant-url.ts';

/** Set by orch for the --verify command: path of the file that holds the result. */
export const resultFileVariable = 'ORCH_RESULT_FILE';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Environment {
  apiKey: string | undefined;
  baseUrl: string | undefined;
  organization: string | undefined;
  project: string | undefined;
  /** When undefined: info under `serve`, warn in a terminal. */
  logLevel: LogLevel | undefined;
  logFile: string | undefined;
  /** Limit on the input sent, counted as `ceil(chars / 3)`. */
  maxInputTokens: number;
  costAlertUsd: number | undefined;
  maxCostUsd: number | undefined;
  dailyBudgetUsd: number | undefined;
  weeklyBudgetUsd: number | undefined;
  monthlyBudgetUsd: number | undefined;
  /** redis: or rediss:, with its password. Undefined: budgets are kept on this machine. */
  budgetUrl: string | undefined;
  /** http: or https:, without credentials. Undefined: none, or what the configuration says. */
  qdrantUrl: string | undefined;
  qdrantApiKey: string | undefined;
  configFolder: string | undefined;
  /** Path of the CSV, or `off`; undefined for the ledger in the user's state directory. */
  usageCsv: string | undefined;
  /** Folder of the indexes that searches make, or `off`; undefined for the user's cache. */
  indexFolder: string | undefined;
  /** Folders besides the working directory from which files may be read. */
  roots: string[];
  rehearse: boolean;
  /** Whether what is recorded is also sent to an OpenTelemetry collector. */
  sendsTelemetry: boolean;
  /** Whether secrets in what is sent are replaced by placeholders. */
  redacts: boolean;
  /** When false, the command line does not read standard input. */
  readsStdin: boolean;
  /** Value of the record's `project` column. */
  projectName: string | undefined;
  /** Variables whose value comes from a `.env`. */
  fromDotEnv: string[];
  /** Ignored settings, reported as warnings. */
  notes: string[];
  /** Those of the notes that need not be repeated all day. */
  reminders: string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

export interface EnvironmentSources {
  process: Variables;
  /** The `.env` of the working directory or its repository; never overrides the process environment. */
  dotEnv?: Variables;
  /** Separator of ORCH_ROOTS. */
  pathDelimiter?: string;
}

/** A variable that is set, in a form that is safe to print. */
export interface Setting {
  name: string;
  value: string;
  origin: 'environment' | '.env';
}

export interface EnvironmentReading {
  /** Invalid settings keep their defaults. */
  environment: Environment;
  problems: ConfigProblem[];
  settings: Setting[];
}

/** Returns the problems instead of throwing. */
export function inspectEnvironment({
  process,
  dotEnv = {},
  pathDelimiter = ':',
}: EnvironmentSources): EnvironmentReading {
  const settings: Setting[] = [];
  const addSetting = (name: string, value: string, origin: Setting['origin']) =>
    settings.push({ name, value: shownValue(name, value), origin });
  const problems: ConfigProblem[] = [];
  const notes: string[] = [];
  const ignored: string[] = [];
  const fromProcess = (name: string) => blankToUndefined(process[name]);
  const read = (name: string): { value: string; origin: string } | undefined => {
    const set = fromProcess(name);
    if (set !== undefined) {
      addSetting(name, set, 'environment');
      return { value: set, origin: name };
    }
    const fallback = blankToUndefined(dotEnv[name]);
    if (fallback === undefined) return undefined;
    if (!mayComeFromDotEnv(name, fallback)) {
      ignored.push(name);
      return undefined;
    }
    addSetting(name, fallback, '.env');
    return { value: fallback, origin: `${name} (.env)` };
  };
  const text = (name: string) => read(name)?.value;
  const number = (name: string, expected: string, valid: (value: number) => boolean) => {
    const found = read(name);
    if (!found) return undefined;
    const value = readNumber(found.value);
    if (value !== undefined && valid(value)) return value;
    problems.push({
      origin: found.origin,
      path: '',
      message: `"${found.value}" is not ${expected}`,
      hint: `set it to ${expected}, or unset it`,
    });
    return undefined;
  };
  const usd = (name: string) => number(name, 'an amount of USD above 0', (value) => value > 0);
  const budget = (name: string) =>
    number(name, `an amount of USD from 0 to ${mostUsd}`, (value) => value >= 0 && value <= mostUsd);

  const word = <Word extends string>(
    name: string,
    words: readonly Word[],
    { fault, hint }: { fault: string; hint: string },
  ): Word | undefined => {
    const found = read(name);
    if (!found) return undefined;
    const known = words.find((each) => each === found.value.toLowerCase());
    if (known === undefined)
      problems.push({ origin: found.origin, path: '', message: `"${found.value}" is ${fault}`, hint });
    return known;
  };

  const logLevel = word('ORCH_LOG_LEVEL', logLevels, {
    fault: 'not a log level',
    hint: `use one of: ${logLevels.join(', ')}`,
  });
  const baseUrl = read('OPENAI_BASE_URL');
  if (baseUrl && !isHttpUrl(baseUrl.value)) {
    problems.push({
      origin: baseUrl.origin,
      path: '',
      message: 'is not an http or https URL',
      hint: 'use a URL such as http://127.0.0.1:11434/v1',
    });
  }
  if (baseUrl && isHttpUrl(baseUrl.value) && hasCredentials(baseUrl.value)) {
    problems.push({
      origin: baseUrl.origin,
      path: '',
      message: 'contains a user name or a password',
      hint: 'remove them from the URL: put the key in OPENAI_API_KEY, other headers in OPENAI_CUSTOM_HEADERS',
    });
  }
  const qdrantUrl = read('ORCH_QDRANT_URL');
  // Whether http is allowed is a key of the configuration, which is read later.
  const qdrantFault = qdrantUrl && qdrantUrlFault(qdrantUrl.value, { allowInsecure: true });
  if (qdrantUrl && qdrantFault) problems.push({ origin: qdrantUrl.origin, path: '', ...qdrantFault });
  const budgetUrl = read('ORCH_BUDGET_URL');
  const budgetFault = budgetUrl && budgetUrlFault(budgetUrl.value);
  if (budgetUrl && budgetFault) problems.push({ origin: budgetUrl.origin, path: '', ...budgetFault });
  const rehearse = word('ORCH_REHEARSE', ['1', '0', 'true', 'false', 'yes', 'no'], {
    fault: 'neither yes nor no',
    hint: 'set it to 1 or 0',
  });
  const otel = word('ORCH_OTEL', ['1', '0', 'true', 'false', 'yes', 'no'], {
    fault: 'neither yes nor no',
    hint: 'set it to 1 or 0',
  });
  const redact = word('ORCH_REDACT', ['on', 'off'], {
    fault: 'neither on nor off',
    hint: 'set it to off, or unset it',
  });
  const stdin = word('ORCH_STDIN', ['on', 'off'], {
    fault: 'neither on nor off',
    hint: 'set it to off, or unset it',
  });

  // For what is said of them: the packages read these themselves.
  read('OPENAI_CUSTOM_HEADERS');
  if (isYes(otel)) {
    // A `.env` may have them for the program that is worked on.
    for (const name of collectorVariables) {
      const set = fromProcess(name);
      if (set !== undefined) addSetting(name, set, 'environment');
    }
    notes.push(...collectorNotes(fromProcess));
  }
  const apiKey = read('OPENAI_API_KEY');
  const projectName = text('ORCH_PROJECT');
  const environment: Environment = {
    fromDotEnv: [],
    apiKey: apiKey?.value,
    baseUrl: baseUrl && isHttpUrl(baseUrl.value) ? baseUrl.value : undefined,
    organization: text('OPENAI_ORG_ID'),
    project: text('OPENAI_PROJECT_ID'),
    logLevel,
    logFile: text('ORCH_LOG_FILE'),
    maxInputTokens:
      number(
        'ORCH_MAX_INPUT_TOKENS',
        'a whole number above 0',
        (value) => Number.isInteger(value) && value > 0,
      ) ?? defaultInputTokens,
    costAlertUsd: usd('ORCH_COST_ALERT_USD'),
    maxCostUsd: usd('ORCH_MAX_COST_USD'),
    dailyBudgetUsd: budget('ORCH_DAILY_BUDGET_USD'),
    weeklyBudgetUsd: budget('ORCH_WEEKLY_BUDGET_USD'),
    monthlyBudgetUsd: budget('ORCH_MONTHLY_BUDGET_USD'),
    budgetUrl: budgetFault ? undefined : budgetUrl?.value,
    qdrantUrl: qdrantFault ? undefined : qdrantUrl?.value,
    qdrantApiKey: text('ORCH_QDRANT_API_KEY'),
    configFolder: text('ORCH_CONF'),
    usageCsv: text('ORCH_USAGE_CSV'),
    indexFolder: text('ORCH_INDEX_DIR'),
    roots: (text('ORCH_ROOTS') ?? '')
      .split(pathDelimiter)
      .map((root) => root.trim())
      .filter((root) => root !== ''),
    rehearse: isYes(rehearse),
    sendsTelemetry: isYes(otel),
    redacts: redact !== 'off',
    readsStdin: stdin !== 'off',
    projectName: projectName !== undefined && looksLikeKey(projectName) ? undefined : projectName,
    notes,
    reminders: [],
  };
  if (ignored.length > 0)
    notes.push(
      `ignored in .env: ${ignored.join(', ')} (a repository may set a key, and lower your limits; set the others in the environment)`,
    );
  if (apiKey?.origin.endsWith('(.env)'))
    environment.reminders.push('OPENAI_API_KEY comes from .env: whoever owns that key can see what is sent');
  notes.push(...environment.reminders);
  if (projectName !== undefined && looksLikeKey(projectName))
    notes.push('ORCH_PROJECT looks like a key and is not recorded: set it to a name');
  notes.push(...unknownVariables(process), ...unencrypted(environment), ...unusedProxy(process, environment));
  environment.fromDotEnv = settings.filter(({ origin }) => origin === '.env').map(({ name }) => name);
  return { environment, problems, settings };
}

const defaultInputTokens = 32_000;

function isYes(word: string | undefined): boolean {
  return word !== undefined && ['1', 'true', 'yes'].includes(word);
}

/** Quieter than warnings would hide what is said about the repository. */
function mayComeFromDotEnv(name: string, value: string): boolean {
  if (name === 'ORCH_LOG_LEVEL') return !['silent', 'error'].includes(value.toLowerCase());
  if (name === 'ORCH_MAX_INPUT_TOKENS') return !(Number(value) > defaultInputTokens);
  return dotEnvVariables.includes(name);
}

function shownValue(name: string, value: string): string {
  if (
    ['OPENAI_API_KEY', 'OPENAI_CUSTOM_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS', 'ORCH_QDRANT_API_KEY'].includes(
      name,
    ) ||
    (name === 'ORCH_PROJECT' && looksLikeKey(value))
  )
    return '(hidden)';
  if (name === 'ORCH_BUDGET_URL') return shownBudgetUrl(value);
  return ['OPENAI_BASE_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'ORCH_QDRANT_URL'].includes(name)
    ? shownUrl(value)
    : value;
}

function unencrypted({ apiKey, baseUrl, rehearse }: Environment): string[] {
  if (apiKey === undefined || baseUrl === undefined || rehearse) return [];
  const { protocol, hostname, host } = new URL(baseUrl);
  if (protocol !== 'http:' || isThisMachine(hostname)) return [];
  return [`OPENAI_BASE_URL is http: the key and all that is sent reach ${host} unencrypted (use https)`];
}

/** Without this, a request would silently bypass the proxy. */
function unusedProxy(process: Variables, { baseUrl, rehearse }: Environment): string[] {
  const isSet = (name: string) => [name, name.toLowerCase()].some((each) => blankToUndefined(process[each]));
  if (!isSet('ALL_PROXY') || isSet('HTTPS_PROXY') || isSet('HTTP_PROXY') || rehearse) return [];
  if (baseUrl !== undefined && isThisMachine(new URL(baseUrl).hostname)) return [];
  return ['ALL_PROXY is ignored: set HTTPS_PROXY to reach the provider through a proxy'];
}

/** Without this, a misspelt ceiling would silently have no effect. */
function unknownVariables(process: Variables): string[] {
  const known = environmentVariables.map(({ name }) => name);
  return Object.keys(process)
    .filter((name) => name.startsWith('ORCH_') && !known.includes(name) && name !== resultFileVariable)
    .map((name) => {
      const guess = didYouMean(name, known);
      return `unknown variable ${name} is ignored${guess ? ` (did you mean ${guess}?)` : ''}`;
    });
}

function blankToUndefined(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
}
