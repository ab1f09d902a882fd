/** Reads the layers of the configuration from their folders. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildConfig, type Config, type ConfigFileName, configFileNames } from '../core/config/config.ts';
import { jsonFaultAt } from '../core/config/json-fault.ts';
import type { Layer } from '../core/config/layers.ts';
import type { ConfigProblem } from '../core/config/problem.ts';
import type { Environment } from '../core/environment.ts';
import { OrchError } from '../core/error.ts';
import { packageFolder, projectConfigFolder, userConfigFolder } from './folders.ts';

export interface ConfigPlace {
  cwd: string;
  variables: Readonly<Record<string, string | undefined>>;
  environment: Environment;
}

/** Folders from the weakest to the strongest. */
export function configFolders({ cwd, variables, environment }: ConfigPlace): string[] {
  const project = environment.configFolder ?? projectConfigFolder(cwd);
  if (environment.configFolder !== undefined && !existsSync(environment.configFolder)) {
    throw new OrchError(
      'invalid-config',
      `ORCH_CONF names ${environment.configFolder}, which does not exist`,
      {
        hint: 'create the folder, or unset ORCH_CONF',
      },
    );
  }
  return [givenFolder(), userConfigFolder(variables), ...(project === undefined ? [] : [project])];
}

export interface ConfigInspection {
  /** Weakest first. */
  files: string[];
  problems: ConfigProblem[];
  /** Undefined where there are problems. */
  config: Config | undefined;
}

/** What is read and what is wrong with it, where `loadConfig` would throw. */
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
    const whole = { origin: 'ORCH_CONF', path: '', message: error.message, cure: error.hint ?? 'correct it' };
    return { files, problems: found ?? [whole], config: undefined };
  }
}

/** The package's own configuration, without a layer of the user's. */
export function givenConfig(): Config {
  const problems: ConfigProblem[] = [];
  const layers = Object.fromEntries(
    configFileNames.map((name) => [name, [readLayer(join(givenFolder(), `${name}.json`), problems)]]),
  ) as Record<ConfigFileName, Layer[]>;
  return buildConfig(layers, problems);
}

export function givenFolder(): string {
  return join(packageFolder(), 'conf');
}

export function loadConfig(place: ConfigPlace): Config {
  const problems: ConfigProblem[] = [];
  const layers = Object.fromEntries(configFileNames.map((name) => [name, [] as Layer[]])) as Record<
    ConfigFileName,
    Layer[]
  >;
  for (const folder of configFolders(place)) {
    for (const name of configFileNames) {
      const layer = readLayer(join(folder, `${name}.json`), problems);
      if (layer) layers[name].push(layer);
    }
  }
  const budgets: Record<string, number> = {};
  const { environment } = place;
  if (environment.costAlertUsd !== undefined) budgets.alertUsd = environment.costAlertUsd;
  if (environment.maxCostUsd !== undefined) budgets.perCallUsd = environment.maxCostUsd;
  if (Object.keys(budgets).length > 0) layers.policies.push({ origin: 'environment', value: { budgets } });
  return buildConfig(layers, problems);
}

function readLayer(path: string, problems: ConfigProblem[]): Layer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    problems.push({
      origin: path,
      path: '',
      message: `cannot be read (${code})`,
      cure: 'make it a readable file, or remove it',
    });
    return undefined;
  }
  text = text.replace(/^\uFEFF/, '');
  try {
    return { origin: path, value: JSON.parse(text) };
  } catch (error) {
    problems.push({
      origin: path,
      path: '',
      message: `is not JSON: ${placeOf(error as Error, text)}`,
      cure: 'correct the syntax',
    });
    return undefined;
  }
}

/** The words of JSON.parse without the piece of the file that it quotes, then line and column. */
function placeOf(error: Error, text: string): string {
  const quoted = /^(Unexpected token) .*$/s;
  const message = error.message.replace(/ in JSON at position.*$/s, '').replace(quoted, '$1');
  const before = text.slice(0, jsonFaultAt(text)).split('\n');
  return `${message} at line ${before.length}, column ${before.at(-1)!.length + 1}`;
}
