/** The environment as one value. Every variable is read here, once; bad values are one error that lists all. */

import { didYouMean } from '../text/did-you-mean.ts';
import { type ConfigProblem, refuseProblems } from './problem.ts';

/** Set by orch for the command of --verify: the file that holds the result. */
export const resultFileVariable = 'ORCH_RESULT_FILE';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Environment {
  apiKey: string | undefined;
  baseUrl: string | undefined;
  organization: string | undefined;
  project: string | undefined;
  /** Undefined: info under `serve`, warn in a terminal. */
  logLevel: LogLevel | undefined;
  logFile: string | undefined;
  /** Token diet: the most input sent, as `ceil(chars / 3)` counts it. */
  maxInputTokens: number;
  costAlertUsd: number | undefined;
  maxCostUsd: number | undefined;
  configFolder: string | undefined;
  /** Path of the CSV, `off`, or undefined for the ledger under the user's state directory. */
  usageCsv: string | undefined;
  /** Folders beside the working directory that files may be read from. */
  roots: string[];
  rehearse: boolean;
  /** False: the command line takes nothing from standard input. */
  readsStdin: boolean;
  /** A name for the `project` column of the record. */
  projectName: string | undefined;
  /** Names whose value comes from the `.env` of the working directory. */
  fromDotEnv: string[];
  /** Dropped settings, to be told as warnings. */
  notes: string[];
}

export interface EnvironmentVariable {
  name: string;
  description: string;
  default: string;
  /**
   * False: ignored in a `.env`. A folder's own file, which someone else may have written, must not widen what
   * is read of the machine or choose where is written. Default true.
   */
  fromDotEnv?: false;
}

/** From this table come `orch help environment`, the README's reference and the names that `.env` may set. */
export const environmentVariables: readonly EnvironmentVariable[] = [
  {
    name: 'OPENAI_API_KEY',
    description: 'Your key. Needed to send a request; nothing else needs it.',
    default: 'none',
  },
  {
    name: 'OPENAI_BASE_URL',
    description: 'Any server that speaks /v1/responses; ends in /v1.',
    default: 'the OpenAI API',
  },
  { name: 'OPENAI_ORG_ID', description: 'Organisation that is billed.', default: "the key's own" },
  { name: 'OPENAI_PROJECT_ID', description: 'Project that is billed.', default: "the key's own" },
  {
    name: 'HTTPS_PROXY',
    description:
      'HTTP proxy for https servers; HTTP_PROXY for http ones. Never used for this machine itself.',
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
      'silent, error, warn, info or debug. Below warn: no progress, warnings or summary; from info on: one JSON line per call.',
    default: 'info under serve, warn in a terminal',
  },
  {
    name: 'ORCH_LOG_FILE',
    description: 'Write log lines to this file instead of stderr.',
    default: 'stderr',
    fromDotEnv: false,
  },
  { name: 'ORCH_MAX_INPUT_TOKENS', description: 'Token diet: the most input sent.', default: '32000' },
  { name: 'ORCH_COST_ALERT_USD', description: 'A call dearer than this carries an alert.', default: '2.00' },
  {
    name: 'ORCH_MAX_COST_USD',
    description: 'A call whose worst case is dearer is not sent.',
    default: 'no limit',
  },
  {
    name: 'ORCH_CONF',
    description: "A folder of configuration files, in place of the project's .orch/.",
    default: '.orch/',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_USAGE_CSV',
    description: 'Where the usage CSV is; off turns it off.',
    default: 'one ledger per user',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_ROOTS',
    description: 'More folders that files may be read from, separated as in PATH.',
    default: 'the working directory alone',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_PROJECT',
    description: 'A name for the project column of the usage record.',
    default: 'none',
    fromDotEnv: false,
  },
  {
    name: 'ORCH_REHEARSE',
    description: '1: answer from the built-in rehearsal server; no key, no spend.',
    default: 'off',
  },
  {
    name: 'ORCH_STDIN',
    description: 'off: leave standard input alone, as --no-stdin does; for callers that leave a pipe open.',
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
  /** The `.env` of the working directory; never overrides what is set. */
  dotEnv?: Variables;
  /** Separator of ORCH_ROOTS. */
  pathDelimiter?: string;
}

/** A variable that is set, as a message may show it. */
export interface Setting {
  name: string;
  value: string;
  origin: 'environment' | '.env';
}

export interface EnvironmentReading {
  /** What is faulty is left at its default. */
  environment: Environment;
  problems: ConfigProblem[];
  settings: Setting[];
}

/** Throws `invalid-environment` with every problem. */
export function readEnvironment(sources: EnvironmentSources): Environment {
  const { environment, problems } = inspectEnvironment(sources);
  refuseProblems('invalid-environment', problems);
  return environment;
}

/** The same for who wants to know what is wrong rather than to go on. */
export function inspectEnvironment({
  process,
  dotEnv = {},
  pathDelimiter = ':',
}: EnvironmentSources): EnvironmentReading {
  const settings: Setting[] = [];
  const tell = (name: string, value: string, origin: Setting['origin']) =>
    settings.push({ name, value: name === 'OPENAI_API_KEY' ? '(hidden)' : value, origin });
  const problems: ConfigProblem[] = [];
  const notes: string[] = [];
  const fromProcess = (name: string) => blankToUndefined(process[name]);
  // A .env that someone else wrote must not send the user's own key to a server of its choice.
  const keyIsElsewhere =
    fromProcess('OPENAI_API_KEY') !== undefined || blankToUndefined(dotEnv.OPENAI_API_KEY) === undefined;
  const read = (name: string): { value: string; origin: string } | undefined => {
    const set = fromProcess(name);
    if (set !== undefined) {
      tell(name, set, 'environment');
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
        'OPENAI_BASE_URL in .env is ignored: it counts only beside an OPENAI_API_KEY in the same file',
      );
      return undefined;
    }
    tell(name, fallback, '.env');
    return { value: fallback, origin: `${name} (.env)` };
  };
  const text = (name: string) => read(name)?.value;
  const number = (name: string, wanted: string, valid: (value: number) => boolean) => {
    const found = read(name);
    if (!found) return undefined;
    const value = Number(found.value);
    if (Number.isFinite(value) && valid(value)) return value;
    problems.push({
      origin: found.origin,
      path: '',
      message: `"${found.value}" is not ${wanted}`,
      hint: `give ${wanted}, or unset it`,
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
    hint: `one of: ${logLevels.join(', ')}`,
  });
  const baseUrl = read('OPENAI_BASE_URL');
  if (baseUrl && !isHttpUrl(baseUrl.value)) {
    problems.push({
      origin: baseUrl.origin,
      path: '',
      message: 'is not an http or https URL',
      hint: 'give one like http://127.0.0.1:11434/v1',
    });
  }
  if (baseUrl && isHttpUrl(baseUrl.value) && hasCredentials(baseUrl.value)) {
    problems.push({
      origin: baseUrl.origin,
      path: '',
      message: 'holds a user name or a password',
      hint: 'take them out of the URL: the key goes into OPENAI_API_KEY, other headers into OPENAI_CUSTOM_HEADERS',
    });
  }
  const rehearse = word('ORCH_REHEARSE', ['1', '0', 'true', 'false', 'yes', 'no'], {
    fault: 'neither yes nor no',
    hint: 'give 1 or 0',
  });
  const stdin = word('ORCH_STDIN', ['on', 'off'], {
    fault: 'neither on nor off',
    hint: 'give off, or unset it',
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
    readsStdin: stdin !== 'off',
    projectName: text('ORCH_PROJECT'),
    notes,
  };
  environment.fromDotEnv = settings.filter(({ origin }) => origin === '.env').map(({ name }) => name);
  return { environment, problems, settings };
}

/** A misspelt ceiling would be no ceiling, without a word. */
function unknownVariables(process: Variables): string[] {
  const known = environmentVariables.map(({ name }) => name);
  return Object.keys(process)
    .filter((name) => name.startsWith('ORCH_') && !known.includes(name) && name !== resultFileVariable)
    .map((name) => {
      const guess = didYouMean(name, known);
      return `${name} is not known and has no effect${guess ? ` (did you mean ${guess}?)` : ''}`;
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
