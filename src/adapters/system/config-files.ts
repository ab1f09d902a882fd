/** Reads the layers of the configuration from their folders. */
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  buildConfig,
  type Config,
  type ConfigFileName,
  type ConfigInspection,
  configFileNames,
} from '../../core/config/config.ts';
import type { Environment } from '../../core/config/environment.ts';
import { jsonFaultAt } from '../../core/config/json-fault.ts';
import { withoutComments } from '../../core/config/json-with-comments.ts';
import type { Layer } from '../../core/config/layers.ts';
import type { ConfigProblem } from '../../core/config/problem.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { packageFolder, projectConfigFolder, userConfigFolder } from './folders.ts';
import { maxConfigBytes, readRegularFile } from './regular-file.ts';

export interface ConfigPlace {
  cwd: string;
  variables: Readonly<Record<string, string | undefined>>;
  environment: Environment;
}

/** Configuration folders, weakest first. */
export function configFolders({ cwd, variables, environment }: ConfigPlace): string[] {
  const project = environment.configFolder ?? projectConfigFolder(cwd);
  if (environment.configFolder !== undefined && !existsSync(environment.configFolder)) {
    throw new OrchError('invalid-config', `ORCH_CONF is ${environment.configFolder}, which does not exist`, {
      hint: 'create the folder, or unset ORCH_CONF',
    });
  }
  return [packagedFolder(), userConfigFolder(variables), ...(project === undefined ? [] : [project])];
}

/** Returns the problems for which `loadConfig` would throw. */
export function inspectConfig(place: ConfigPlace): ConfigInspection {
  let files: string[] = [];
  try {
    files = configFolders(place)
      .flatMap((folder) => configFileNames.map((name) => join(folder, `${name}.json`)))
      .filter((file) => existsSync(file));
    return { files, problems: [], config: loadConfig(place) };
  } catch (error) {
    if (!(error instanceof OrchError)) throw error;
    const found = error.details?.problems as ConfigProblem[] | undefined;
    const whole = { origin: 'ORCH_CONF', path: '', message: error.message, hint: error.hint ?? 'fix it' };
    return { files, problems: found ?? [whole], config: undefined };
  }
}

/** The configuration in the package, without the user's layers. */
export function packagedConfig(): Config {
  return buildConfig(readLayers([{ path: packagedFolder() }]));
}

export function packagedFolder(): string {
  return join(packageFolder(), 'conf');
}

export function loadConfig(place: ConfigPlace): Config {
  const folders = configFolders(place).map((path, at) => ({
    path,
    // ORCH_CONF is the user's own choice; a repository's .orch/ came with the repository.
    foreign: at === 2 && place.environment.configFolder === undefined,
  }));
  const layers = readLayers(folders);
  layers.policies.push(...environmentLayers(place.environment));
  return buildConfig(layers);
}

/** A text to be checked in place of the file at the path. */
export interface Replaced {
  path: string;
  text: string;
}

/** Problems of what the user has written: no repository has a part in it. */
export function ownProblems({ variables, environment }: ConfigPlace, replaced?: Replaced): ConfigProblem[] {
  const { configFolder } = environment;
  const folders = [
    packagedFolder(),
    userConfigFolder(variables),
    ...(configFolder === undefined ? [] : [configFolder]),
  ];
  try {
    buildConfig(
      readLayers(
        folders.map((path) => ({ path })),
        replaced,
      ),
    );
    return [];
  } catch (error) {
    if (error instanceof OrchError && error.details?.problems)
      return error.details.problems as ConfigProblem[];
    throw error;
  }
}

function readLayers(
  folders: readonly { path: string; foreign?: boolean }[],
  replaced?: Replaced,
): Record<ConfigFileName, Layer[]> {
  const layers = (name: ConfigFileName) =>
    folders.flatMap(({ path, foreign = false }) => {
      const file = join(path, `${name}.json`);
      const layer = file === replaced?.path ? layerOf(file, replaced.text) : readLayer(file);
      return layer ? [{ ...layer, foreign }] : [];
    });
  return Object.fromEntries(configFileNames.map((name) => [name, layers(name)])) as Record<
    ConfigFileName,
    Layer[]
  >;
}

const limitVariables = {
  ORCH_COST_ALERT_USD: ['alertUsd', 'costAlertUsd'],
  ORCH_MAX_COST_USD: ['perCallUsd', 'maxCostUsd'],
  ORCH_DAILY_BUDGET_USD: ['dailyUsd', 'dailyBudgetUsd'],
  ORCH_WEEKLY_BUDGET_USD: ['weeklyUsd', 'weeklyBudgetUsd'],
  ORCH_MONTHLY_BUDGET_USD: ['monthlyUsd', 'monthlyBudgetUsd'],
} as const;

/** Cost limits from the environment. A `.env` may have come with the repository. */
function environmentLayers(environment: Environment): Layer[] {
  return Object.entries(limitVariables).flatMap(([variable, [key, name]]) => {
    const usd = environment[name];
    if (usd === undefined) return [];
    const foreign = environment.fromDotEnv.includes(variable);
    const origin = foreign ? `.env: ${variable}` : 'environment';
    return [{ origin, value: { budgets: { [key]: usd } }, foreign }];
  });
}

/** Name and sum of the package's own files, put in by the build: tests show that these are sound. */
declare const builtConf: string | undefined;

/** One of the package's own files, and nobody has changed it: to check it would be a tenth of a quick start. */
function isAsBuilt(path: string, text: string): boolean {
  if (typeof builtConf === 'undefined' || dirname(path) !== packagedFolder()) return false;
  return builtConf.split(' ').includes(`${basename(path)}:${crc32(text)}`);
}

function readLayer(path: string): Layer | undefined {
  const reading = readRegularFile(path, maxConfigBytes);
  if (reading.bytes === undefined) {
    if (reading.fault === 'missing') return undefined;
    return { origin: path, value: undefined, unread: unreadConfig(path, reading.message) };
  }
  return layerOf(path, reading.bytes.toString('utf8'));
}

/** Names the folder if that is what cannot be read. */
export function unreadConfig(path: string, message: string): ConfigProblem {
  const folder = dirname(path);
  try {
    accessSync(folder, constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      origin: folder,
      path: '',
      message: `is a folder that cannot be read (${code})`,
      hint: `check its owner and permissions, and those of the folders above it: ls -ld ${folder}`,
    };
  }
  return { origin: path, path: '', message, hint: 'make it a readable file, or remove it' };
}

function layerOf(path: string, content: string): Layer {
  const text = content.replace(/^\uFEFF/, '');
  try {
    return { origin: path, value: parseJson(text), isSound: isAsBuilt(path, text) };
  } catch (error) {
    const message = `is not valid JSON: ${placeOf(error as Error, withoutComments(text))}`;
    return {
      origin: path,
      value: undefined,
      unread: { origin: path, path: '', message, hint: 'fix the syntax' },
    };
  }
}

/** Most files have no comments, and are read at the speed of plain JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(withoutComments(text));
  }
}

/** The message of JSON.parse without the quoted part of the file, plus line and column. */
function placeOf(error: Error, text: string): string {
  const quoted = /^(Unexpected token) .*$/s;
  const message = error.message.replace(/ in JSON at position.*$/s, '').replace(quoted, '$1');
  const before = text.slice(0, jsonFaultAt(text)).split('\n');
  return `${message} at line ${before.length}, column ${before.at(-1)!.length + 1}`;
}
