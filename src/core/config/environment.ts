/** The environment as one value. Every variable is read once, here; one error lists all invalid values. */

import { didYouMean } from '../text/did-you-mean.ts';
import { type ConfigProblem, refuseProblems } from './problem.ts';

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
  configFolder: string | undefined;
  /** Path of the CSV, or `off`; undefined for the ledger in the user's state directory. */
  usageCsv: string | undefined;
  /** Folders besides the working directory from which files may be read. */
  roots: string[];
  rehearse: boolean;
  /** Whether secrets in what is sent are replaced by placeholders. */
  redacts: boolean;
  /** When false, the command line does not read standard input. */
  readsStdin: boolean;
  /** Value of the record's `project` column. */
  projectName: string | undefined;
  /** Variables whose value comes from the working directory's `.env`. */
  fromDotEnv: string[];
  /** Ignored settings, reported as warnings. */
  notes: string[];
}

export interface EnvironmentVariable {
  name: string;
  description: string;
  default: string;
  /**
   * When false, ignored in a `.env`: a repository's file, perhaps written by someone else, must not widen what
   * may be read or choose where output is written. Default true.
   */
  fromDotEnv?: false;
}

/** Source of `orch help environment`, the README's reference and the names that `.env` may set. */
export const environmentVariables: readonly EnvironmentVariable[] = [
  {
    name: 'OPENAI_API_KEY',
    description: 'Your API key. Only needed to send requests.',
    default: 'none',
  },
  {
    name: 'OPENAI_BASE_URL',
    description: 'Base URL of a server that implements /v1/responses; ends in /v1.',
    default: 'the OpenAI API',
  },
  { name: 'OPENAI_ORG_ID', description: 'Organisation to bill.', default: "the key's own" },
  { name: 'OPENAI_PROJECT_ID', description: 'Project to bill.', default: "the key's own" },
  {
    name: 'HTTPS_PROXY',
    description:
      'HTTP proxy for https servers; HTTP_PROXY for http ones, and for https ones if this is unset. Never used for this machine itself.',
    default: 'none',
    fromDotEnv: false,
  },
  {
    name: 'NO_PROXY',
    description: 'Hosts that are reached without the proxy, separated by commas.',
    default: 'none',
    fromDotEnv: false,
  },
  {
    name: 'NODE_EXTRA_CA_CERTS',
    description: "File of certificates that Node trusts beside its own, such as a proxy's.",
    default: 'none',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_LOG_LEVEL',
    description:
      'silent, error, warn, info or debug. silent and error also hide progress, warnings and the summary; info and debug write one JSON line per call.',
    default: 'info under serve, warn in a terminal',
  },
  {
    name: 'ORCH_LOG_FILE',
    description: 'Write log lines to this file instead of stderr.',
    default: 'stderr',
    fromDotEnv: false,
  },
  { name: 'ORCH_MAX_INPUT_TOKENS', description: 'Maximum input per request, in tokens.', default: '32000' },
  {
    name: 'ORCH_COST_ALERT_USD',
    description: 'A call that costs more than this carries an alert.',
    default: '2.00',
  },
  {
    name: 'ORCH_MAX_COST_USD',
    description: 'A call whose worst-case cost is higher is not sent.',
    default: 'no limit',
  },
  {
    name: 'ORCH_CONF',
    description: "Folder of configuration files, used instead of the project's .orch/.",
    default: '.orch/',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_USAGE_CSV',
    description: 'Path of the usage CSV; off disables it.',
    default: 'one ledger per user',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_ROOTS',
    description: 'Additional folders that files may be read from, separated as in PATH.',
    default: 'the working directory only',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_PROJECT',
    description: 'Project name for the usage record.',
    default: 'none',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_REHEARSE',
    description: '1: use the built-in rehearsal server; no key needed, nothing spent.',
    default: 'off',
  },
  {
    name: 'ORCH_REDACT',
    description: 'off: send secrets in files and instructions as they are, instead of placeholders.',
    default: 'on',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_STDIN',
    description: 'off: do not read standard input (like --no-stdin); for callers that leave a pipe open.',
    default: 'on',
    fromDotEnv: false,
  },
];

export const notFromDotEnv: ReadonlySet<string> = new Set(
  environmentVariables.filter(({ fromDotEnv }) => fromDotEnv === false).map(({ name }) => name),
);

type Variables = Readonly<Record<string, string | undefined>>;

export interface EnvironmentSources {
  process: Variables;
  /** The working directory's `.env`; never overrides the process environment. */
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

/** Throws `invalid-environment` listing every problem. */
export function readEnvironment(sources: EnvironmentSources): Environment {
  const { environment, problems } = inspectEnvironment(sources);
  refuseProblems('invalid-environment', problems);
  return environment;
}

/** Returns the problems instead of throwing. */
export function inspectEnvironment({
  process,
  dotEnv = {},
  pathDelimiter = ':',
}: EnvironmentSources): EnvironmentReading {
  const settings: Setting[] = [];
  const addSetting = (name: string, value: string, origin: Setting['origin']) =>
    settings.push({ name, value: name === 'OPENAI_API_KEY' ? '(hidden)' : value, origin });
  const problems: ConfigProblem[] = [];
  const notes: string[] = [];
  const fromProcess = (name: string) => blankToUndefined(process[name]);
  // A .env written by someone else must not send the user's own key to a server of its choice.
  const keyIsElsewhere =
    fromProcess('OPENAI_API_KEY') !== undefined || blankToUndefined(dotEnv.OPENAI_API_KEY) === undefined;
  const read = (name: string): { value: string; origin: string } | undefined => {
    const set = fromProcess(name);
    if (set !== undefined) {
      addSetting(name, set, 'environment');
      return { value: set, origin: name };
    }
    const fallback = blankToUndefined(dotEnv[name]);
    if (fallback === undefined) return undefined;
    if (notFromDotEnv.has(name)) {
      notes.push(`${name} in .env is ignored: set it in the environment`);
      return undefined;
    }
    if (name === 'OPENAI_BASE_URL' && keyIsElsewhere) {
      notes.push(
        'OPENAI_BASE_URL in .env is ignored: it applies only if the same file also sets OPENAI_API_KEY and the environment does not',
      );
      return undefined;
    }
    addSetting(name, fallback, '.env');
    return { value: fallback, origin: `${name} (.env)` };
  };
  const text = (name: string) => read(name)?.value;
  const number = (name: string, expected: string, valid: (value: number) => boolean) => {
    const found = read(name);
    if (!found) return undefined;
    const value = Number(found.value);
    if (Number.isFinite(value) && valid(value)) return value;
    problems.push({
      origin: found.origin,
      path: '',
      message: `"${found.value}" is not ${expected}`,
      hint: `set it to ${expected}, or unset it`,
    });
    return undefined;
  };
  const usd = (name: string) => number(name, 'an amount of USD above 0', (value) => value > 0);

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
  const rehearse = word('ORCH_REHEARSE', ['1', '0', 'true', 'false', 'yes', 'no'], {
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

  notes.push(...unknownVariables(process));
  const environment: Environment = {
    fromDotEnv: [],
    apiKey: text('OPENAI_API_KEY'),
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
      ) ?? 32_000,
    costAlertUsd: usd('ORCH_COST_ALERT_USD'),
    maxCostUsd: usd('ORCH_MAX_COST_USD'),
    configFolder: text('ORCH_CONF'),
    usageCsv: text('ORCH_USAGE_CSV'),
    roots: (text('ORCH_ROOTS') ?? '')
      .split(pathDelimiter)
      .map((root) => root.trim())
      .filter((root) => root !== ''),
    rehearse: rehearse !== undefined && ['1', 'true', 'yes'].includes(rehearse),
    redacts: redact !== 'off',
    readsStdin: stdin !== 'off',
    projectName: text('ORCH_PROJECT'),
    notes,
  };
  environment.fromDotEnv = settings.filter(({ origin }) => origin === '.env').map(({ name }) => name);
  return { environment, problems, settings };
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

function isHttpUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function hasCredentials(text: string): boolean {
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
